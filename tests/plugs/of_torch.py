"""PyTorch, and libraries that take its schedulers."""

# Libraries are imported where they are used, as a row is skipped if they are not installed.
import contextlib
import io

import numpy as np

from tests.plugs.table import plug


def saved(*objects):
    """The states of some objects through a file that holds nothing but data."""
    import torch

    file = io.BytesIO()
    torch.save([one.state_dict() for one in objects], file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def stepped(optimizer, scheduler, steps, state, *, key="lr"):
    """The values used by a plain loop, from a state of optimizer and scheduler if given."""
    import torch

    if state is not None:
        optimizer.load_state_dict(state[0])
        scheduler.load_state_dict(state[1])
    used = []
    for _ in range(steps):
        used.append(optimizer.param_groups[0][key])
        for parameter in optimizer.param_groups[0]["params"]:
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        scheduler.step()
    return used, saved(optimizer, scheduler)


def sgd(lr=1.0, kind="SGD", **options):
    import torch

    weight = torch.nn.Parameter(torch.ones(2, 2))
    return getattr(torch.optim, kind)([weight], lr=lr, **options)


@plug(
    "PyTorch", "torch",
    point="an `LRScheduler` over the optimizer",
    write="`decaylr.torch.Scheduler(optimizer, s)`",
    resumed="`load_state_dict`, in any order",
)  # fmt: skip
def scheduler(s, steps, state):
    from decaylr.torch import Scheduler

    optimizer = sgd()
    return stepped(optimizer, Scheduler(optimizer, s), steps, state)


@plug(
    "PyTorch, `LambdaLR`", "torch",
    point="a function of the step that returns a factor of the optimizer's `lr`",
    write="`LambdaLR(optimizer, s)` with `lr=1.0`",
    resumed="`load_state_dict`",
)  # fmt: skip
def lambda_lr(s, steps, state):
    import torch

    optimizer = sgd()
    return stepped(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, s), steps, state)


@plug(
    "PyTorch, weight decay", "torch",
    point="a key of the parameter groups",
    write='`decaylr.torch.Scheduler(optimizer, {"weight_decay": s})`',
    resumed="`load_state_dict`, in any order",
)  # fmt: skip
def weight_decay(s, steps, state):
    from decaylr.torch import Scheduler

    optimizer = sgd(kind="AdamW", lr=1e-3)
    made = Scheduler(optimizer, {"weight_decay": s})
    return stepped(optimizer, made, steps, state, key="weight_decay")


@plug(
    "PyTorch, Muon", "torch",
    point="an `LRScheduler` over the optimizer",
    write="`decaylr.torch.Scheduler(muon, s)`, another one for the AdamW beside it",
    resumed="`load_state_dict`, in any order",
)  # fmt: skip
def muon(s, steps, state):
    from decaylr.torch import Scheduler

    optimizer = sgd(kind="Muon")
    return stepped(optimizer, Scheduler(optimizer, s), steps, state)


@plug(
    "PyTorch, stacked models", "torch",
    point="stock optimizers have one rate for all members",
    write="`decaylr.torch.Population(optimizer, batch)`",
    resumed="`load_state_dict`",
    dtype="float32",
)  # fmt: skip
def population(s, steps, state):
    import torch

    import decaylr as dl
    from decaylr.torch import Population

    weight = torch.nn.Parameter(torch.zeros(2, 1, dtype=torch.float64))
    made = Population(torch.optim.SGD([weight], lr=1.0), dl.stack([s, 0.5 * s]))
    if state is not None:
        made.load_state_dict(state)
    used = []
    for _ in range(steps):
        weight.grad = torch.ones_like(weight)
        before = weight[1].item()
        made.step()
        used.append(2.0 * (before - weight[1].item()))
    return used, made.state_dict()


@plug(
    "PyTorch, compiled steps", "torch",
    point="tensors inside `torch.compile(fullgraph=True)`, `torch.func.vmap`, CUDA graphs",
    write="`decaylr.torch.schedule(s)(step)`",
    resumed="the step is the state",
    dtype="float32",
)  # fmt: skip
def tensors(s, steps, state):
    import torch

    import decaylr.torch

    rate = torch.compile(decaylr.torch.schedule(s), fullgraph=True, backend="eager")
    begin = state or 0
    used = [float(rate(torch.tensor(step))) for step in range(begin, begin + steps)]
    return used, begin + steps


@plug(
    "Lightning", "torch", "lightning",
    point="`configure_optimizers` returns a scheduler",
    write='`{"scheduler": decaylr.torch.Scheduler(optimizer, s), "interval": "step"}`',
    resumed="`trainer.fit(..., ckpt_path=)`",
)  # fmt: skip
def lightning(s, steps, state):
    import tempfile

    import lightning.pytorch as pl
    import torch

    from decaylr.torch import Scheduler

    used = []

    class Module(pl.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def configure_optimizers(self):
            optimizer = torch.optim.AdamW(self.parameters())
            scheduler = {"scheduler": Scheduler(optimizer, s), "interval": "step"}
            return {"optimizer": optimizer, "lr_scheduler": scheduler}

        def training_step(self, batch, index):
            return self.layer(batch).mean()

        def on_before_optimizer_step(self, optimizer):
            used.append(optimizer.param_groups[0]["lr"])

    folder = tempfile.mkdtemp()
    done = 0 if state is None else state[1]
    trainer = pl.Trainer(
        max_steps=done + steps, accelerator="cpu", logger=False, enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False, default_root_dir=folder,
    )  # fmt: skip
    data = torch.utils.data.DataLoader(torch.ones(64, 1))
    path = None if state is None else state[0]
    trainer.fit(Module(), data, ckpt_path=path, weights_only=path and True)
    trainer.save_checkpoint(f"{folder}/last.ckpt")
    return used, (f"{folder}/last.ckpt", done + steps)


@plug(
    "Lightning Fabric", "torch", "lightning",
    point="`fabric.setup` around model and optimizer",
    write="`decaylr.torch.Scheduler(optimizer, s)` over the optimizer that it returns",
    resumed="`fabric.save`, `fabric.load`",
)  # fmt: skip
def fabric(s, steps, state):
    import tempfile

    import torch
    from lightning.fabric import Fabric

    from decaylr.torch import Scheduler

    fabric = Fabric(accelerator="cpu", devices=1)
    model = torch.nn.Linear(1, 1)
    model, optimizer = fabric.setup(model, torch.optim.AdamW(model.parameters()))
    made = Scheduler(optimizer.optimizer, s)
    parts = {"model": model, "optimizer": optimizer, "scheduler": made}
    if state is not None:
        fabric.load(state, parts)
    used = []
    for _ in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        fabric.backward(model(torch.ones(2, 1)).mean())
        optimizer.step()
        made.step()
    path = f"{tempfile.mkdtemp()}/fabric.ckpt"
    fabric.save(path, parts)
    return used, path


@plug(
    "accelerate", "torch", "accelerate",
    point="`accelerator.prepare`",
    write='`accelerator.prepare(decaylr.torch.Scheduler(optimizer, s, clock="applied"))`',
    resumed="`save_state`, `load_state`",
)  # fmt: skip
def accelerate(s, steps, state):
    import tempfile

    import accelerate
    import torch

    from decaylr.torch import Scheduler

    accelerate.state.AcceleratorState._reset_state(True)
    accelerator = accelerate.Accelerator(cpu=True)
    model = torch.nn.Linear(1, 1)
    inner = torch.optim.AdamW(model.parameters())
    made = Scheduler(inner, s, clock="applied")
    model, optimizer, made = accelerator.prepare(model, inner, made)
    if state is not None:
        accelerator.load_state(state)
    used = []
    for _ in range(steps):
        used.append(inner.param_groups[0]["lr"])
        accelerator.backward(model(torch.ones(2, 1)).mean())
        optimizer.step()
        made.step()
    folder = tempfile.mkdtemp()
    accelerator.save_state(folder)
    accelerate.state.AcceleratorState._reset_state(True)
    return used, folder


def hugging_face(schedule, steps, state, callbacks):
    import tempfile

    import torch
    import transformers

    from decaylr.torch import Scheduler

    used = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x=None, labels=None):
            out = self.layer(x)
            return {"loss": (out - labels).mean(), "logits": out}

    class Used(transformers.TrainerCallback):
        def on_pre_optimizer_step(self, args, state, control, optimizer=None, **kwargs):
            used.append(optimizer.param_groups[0]["lr"])

    model, folder = Model(), tempfile.mkdtemp()
    optimizer = torch.optim.AdamW(model.parameters())
    done = 0 if state is None else state[1]
    arguments = transformers.TrainingArguments(
        output_dir=folder, use_cpu=True, report_to=[], disable_tqdm=True, max_steps=done + steps,
        save_strategy="steps", save_steps=done + steps, per_device_train_batch_size=1,
        eval_strategy="steps" if callbacks else "no", eval_steps=1,
    )  # fmt: skip
    data = [{"x": torch.ones(1), "labels": torch.ones(1)} for _ in range(64)]
    trainer = transformers.Trainer(
        model, arguments, train_dataset=data, eval_dataset=data[:1], callbacks=[Used(), *callbacks],
        optimizers=(optimizer, Scheduler(optimizer, schedule)),
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=state and state[0])
    return used, (f"{folder}/checkpoint-{done + steps}", done + steps)


@plug(
    "transformers", "torch", "transformers", "accelerate",
    point="`Trainer(optimizers=(optimizer, scheduler))`",
    write="`decaylr.torch.Scheduler(optimizer, s)`",
    resumed="`train(resume_from_checkpoint=)`",
)  # fmt: skip
def transformers_trainer(s, steps, state):
    return hugging_face(s, steps, state, [])


@plug(
    "transformers, plateau", "torch", "transformers", "accelerate",
    point="`Trainer(callbacks=)`",
    write="a `Plateau` in the scheduler and `decaylr.transformers.PlateauCallback()`",
    resumed="`train(resume_from_checkpoint=)`",
)  # fmt: skip
def transformers_plateau(s, steps, state):
    import decaylr as dl
    from decaylr.transformers import PlateauCallback

    patient = dl.Plateau(s, patience=1000)
    return hugging_face(patient, steps, state, [PlateauCallback()])


@plug(
    "skorch", "torch", "skorch",
    point="`LRScheduler(policy=, ...)`",
    write="`LRScheduler(policy=decaylr.torch.Scheduler, schedule=s)`",
    resumed="`partial_fit` goes on at the next epoch",
)  # fmt: skip
def skorch(s, steps, state):
    import torch
    from skorch import NeuralNetRegressor
    from skorch.callbacks import LRScheduler

    from decaylr.torch import Scheduler

    net = state
    if net is None:
        callbacks = [("lr", LRScheduler(policy=Scheduler, schedule=s, step_every="epoch"))]
        net = NeuralNetRegressor(torch.nn.Linear(1, 1), callbacks=callbacks, verbose=0)
        net.initialize()
    ones = np.ones((8, 1), "float32")
    net.partial_fit(ones, ones, epochs=steps)
    return net.history[-steps:, "event_lr"], net


@plug(
    "ignite", "torch", "ignite",
    point="the handler `LRScheduler` at `ITERATION_STARTED`",
    write="`LRScheduler(decaylr.torch.Scheduler(optimizer, s))`",
    resumed="`load_state_dict` of the handler",
)  # fmt: skip
def ignite(s, steps, state):
    from ignite.engine import Engine, Events
    from ignite.handlers import LRScheduler

    from decaylr.torch import Scheduler

    optimizer = sgd()
    handler = LRScheduler(Scheduler(optimizer, s))
    if state is not None:
        handler.load_state_dict(state[0])
    used = []
    engine = Engine(lambda engine, batch: used.append(optimizer.param_groups[0]["lr"]))
    engine.add_event_handler(Events.ITERATION_STARTED, handler)
    engine.run(range(steps))
    return used, saved(handler)


class EnoughUpdates(Exception):  # noqa: N818  (it ends a training, nothing is wrong)
    pass


def reinforced(key, options, steps, state):
    """PPO on CartPole, with an update after every 16 steps; the last rollout runs over the end."""
    import gymnasium
    from stable_baselines3 import PPO

    updates, done, file = [], 0, io.BytesIO()
    if state is None:
        environment = gymnasium.make("CartPole-v1")
        model = PPO("MlpPolicy", environment, n_steps=16, batch_size=16, n_epochs=1, **options)
    else:
        state[0].seek(0)
        model, done = PPO.load(state[0], env=gymnasium.make("CartPole-v1")), state[1]
    train = model.train

    def recorded():
        train()
        updates.append(model.logger.name_to_value[f"train/{key}"])
        if len(updates) == steps:
            raise EnoughUpdates

    model.train = recorded
    total = 16 * 12 - 5  # no multiple of 16: the last update comes after the end
    with contextlib.suppress(EnoughUpdates):
        model.learn(total - 16 * done, reset_num_timesteps=state is None)
    del model.train
    model.save(file)
    return updates, (file, done + steps)


# What Stable-Baselines3 passes after update k, for rates in units of updates.
UPDATES = 12 - 5 / 16


@plug(
    "Stable-Baselines3", "torch", "stable_baselines3",
    point="`learning_rate`, a function of the remaining progress",
    write="`decaylr.sb3.progress(s)`, or `progress(s, steps=...)`",
    resumed="`save`, `load`, `learn(reset_num_timesteps=False)`",
    first=1,
)  # fmt: skip
def sb3_rate(s, steps, state):
    from decaylr.sb3 import progress

    rate = progress(s, steps=UPDATES)
    return reinforced("learning_rate", {"learning_rate": rate}, steps, state)


@plug(
    "Stable-Baselines3, clip range", "torch", "stable_baselines3",
    point="`clip_range`, a function of the remaining progress",
    write="`decaylr.sb3.progress(s)`",
    resumed="`save`, `load`, `learn(reset_num_timesteps=False)`",
    first=1,
)  # fmt: skip
def sb3_clip(s, steps, state):
    from decaylr.sb3 import progress

    return reinforced("clip_range", {"clip_range": progress(s, steps=UPDATES)}, steps, state)


@plug(
    "Megatron", "torch",
    point="`OptimizerParamScheduler` with `step(increment)`",
    write="`decaylr.megatron.OptimizerParamScheduler(optimizer, s)`",
    resumed="`load_state_dict`",
)  # fmt: skip
def megatron(s, steps, state):
    from decaylr.megatron import OptimizerParamScheduler

    optimizer = sgd()
    made = OptimizerParamScheduler(optimizer, s)
    if state is not None:
        optimizer.load_state_dict(state[0])
        made.load_state_dict(state[1])
    advance = made.step
    made.step = lambda: advance(increment=1)
    return stepped(optimizer, made, steps, None)
