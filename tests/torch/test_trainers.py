"""`Scheduler` inside Lightning's Trainer, accelerate and the Trainer of transformers."""

import json
import os
import subprocess
import sys

import pytest

from tests.paths import ROOT
from tests.peers.installed import peer

torch = peer("torch")
accelerate = peer("accelerate")
lightning = peer("lightning.pytorch")
transformers = peer("transformers")

import decaylr as dl  # noqa: E402
from decaylr.torch import Scheduler  # noqa: E402
from decaylr.transformers import PlateauCallback  # noqa: E402
from tests.torch.optimizers import parameter, rates  # noqa: E402

# Warnings caused by the trainers: data loader workers, logging, versions.
pytestmark = pytest.mark.filterwarnings("ignore")

BATCHES = 5
EPOCHS = 3
SCHEDULE = dl.warmup_cosine(0.1, 1.0, 4, 12)


# -- Lightning ----------------------------------------------------------------------------


class Line(lightning.LightningModule):
    """y = a x with the given scheduler configuration; records the rate of every step."""

    def __init__(self, schedule=SCHEDULE, manual=False, config=None, **options):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        self.automatic_optimization = not manual
        self.schedule, self.config, self.options = schedule, config or {}, options
        self.used = []

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=5.0)
        scheduler = Scheduler(optimizer, self.schedule, **self.options)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, **self.config}}

    def training_step(self, batch, index):
        (x,) = batch
        loss = (self.layer(x) ** 2).mean()
        if not self.automatic_optimization:
            optimizer = self.optimizers()
            self.used += rates(optimizer.optimizer)
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()
            self.lr_schedulers().step()
        self.log("loss", loss)
        return loss

    def on_before_optimizer_step(self, optimizer):
        if self.automatic_optimization:
            self.used += rates(optimizer)


def batches():
    x = torch.arange(8.0 * BATCHES).reshape(-1, 1)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x), batch_size=8)


def fitted(module, path, checkpoint=None, epochs=EPOCHS, weights_only=None, **options):
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=path,
        **options,
    )
    trainer.fit(module, batches(), ckpt_path=checkpoint, weights_only=weights_only)
    return trainer


def test_lightning_steps(tmp_path):
    module = Line(config={"interval": "step"})
    fitted(module, tmp_path)
    assert module.used == [*SCHEDULE.table(BATCHES * EPOCHS)]


def test_lightning_steps_once_per_epoch_by_default(tmp_path):
    module = Line()
    fitted(module, tmp_path)
    assert module.used == [SCHEDULE(k // BATCHES) for k in range(BATCHES * EPOCHS)]


def test_lightning_epochs_counted_in_steps(tmp_path):
    """A schedule in epochs that is updated at every step."""
    module = Line(config={"interval": "step"}, units_per_step=1 / BATCHES)
    fitted(module, tmp_path)
    whole = [SCHEDULE(k // BATCHES) for k in range(0, BATCHES * EPOCHS, BATCHES)]
    assert module.used[::BATCHES] == whole
    assert module.used == [SCHEDULE(k / BATCHES) for k in range(BATCHES * EPOCHS)]


def test_lightning_counts_a_frequency_within_each_epoch(tmp_path):
    """Steps after batches 2 and 4 of 5; the rest of the epoch does not advance the schedule."""
    module = Line(config={"interval": "step", "frequency": 2}, units_per_step=2)
    fitted(module, tmp_path)
    positions = [4 * epoch + k for epoch in range(EPOCHS) for k in (0, 0, 2, 2, 4)]
    assert module.used == [SCHEDULE(p) for p in positions]


def test_lightning_accumulated_gradients(tmp_path):
    module = Line(config={"interval": "step"})
    fitted(module, tmp_path, accumulate_grad_batches=2)
    assert module.used == [*SCHEDULE.table(3 * EPOCHS)]  # batches 2, 4 and the last, 5


def test_lightning_manual_optimization(tmp_path):
    module = Line(manual=True)
    fitted(module, tmp_path)
    assert module.used == [*SCHEDULE.table(BATCHES * EPOCHS)]


def test_lightning_resumes(tmp_path):
    first = Line(config={"interval": "step"})
    fitted(first, tmp_path, epochs=1).save_checkpoint(tmp_path / "one.ckpt")
    second = Line(config={"interval": "step"})
    fitted(second, tmp_path, checkpoint=tmp_path / "one.ckpt", weights_only=True)
    assert first.used + second.used == [*SCHEDULE.table(BATCHES * EPOCHS)]


def test_lightning_resumes_with_a_longer_horizon(tmp_path):
    first = Line(config={"interval": "step"})
    fitted(first, tmp_path, epochs=1).save_checkpoint(tmp_path / "one.ckpt")
    longer = SCHEDULE.extend(30, at=BATCHES)
    refused = Line(longer, config={"interval": "step"})
    with pytest.raises(ValueError, match=r"state: schedule must be the constructor's"):
        fitted(refused, tmp_path, checkpoint=tmp_path / "one.ckpt")
    second = Line(longer, config={"interval": "step"}, on_change="keep")
    fitted(second, tmp_path, checkpoint=tmp_path / "one.ckpt")
    assert second.used == [*longer.table(BATCHES * (EPOCHS - 1), start=BATCHES)]


def test_lightning_gives_the_metric_to_a_plateau(tmp_path):
    plateau = dl.Plateau(dl.constant(0.5), mode="max", factor=0.5, patience=0, threshold=1e9)
    module = Line(plateau, config={"monitor": "loss", "reduce_on_plateau": True})
    fitted(module, tmp_path)
    # only the first metric is an improvement
    assert module.used == [0.5] * BATCHES + [0.5] * BATCHES + [0.25] * BATCHES
    assert plateau.scale == 0.25


# -- accelerate ---------------------------------------------------------------------------


def prepared(schedule=SCHEDULE, accelerator=None, scheduler_options=None, **options):
    accelerator = accelerator or accelerate.Accelerator(cpu=True, **options)
    model = torch.nn.Linear(1, 1)
    inner = torch.optim.AdamW(model.parameters(), lr=5.0)
    scheduler = Scheduler(inner, schedule, **(scheduler_options or {}))
    return (accelerator, inner, *accelerator.prepare(model, inner, batches(), scheduler))


@pytest.fixture(autouse=True)
def _fresh_accelerate():
    yield
    accelerate.state.AcceleratorState._reset_state(True)
    accelerate.state.GradientState._reset_state()


def trained(parts, epochs=EPOCHS):
    accelerator, inner, model, optimizer, loader, scheduler = parts
    used = []
    for _ in range(epochs):
        for (x,) in loader:
            with accelerator.accumulate(model):
                used += rates(inner)
                accelerator.backward((model(x) ** 2).mean())
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
    return used


def test_accelerate():
    parts = prepared()
    assert trained(parts) == [*SCHEDULE.table(BATCHES * EPOCHS)]
    assert parts[-1].get_last_lr() == [SCHEDULE(BATCHES * EPOCHS)]


@pytest.mark.parametrize("clock", ["calls", "applied"])
def test_accelerate_accumulated_gradients(clock):
    parts = prepared(gradient_accumulation_steps=2, scheduler_options={"clock": clock})
    # accelerate ends an accumulation with the epoch: optimizer steps at batches 2, 4 and 5
    steps = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8]
    assert trained(parts) == [SCHEDULE(k) for k in steps]


def test_accelerate_counts_in_step_count():
    """accelerate counts in `_step_count`, beside the steps; no rate depends on it."""
    parts = prepared(gradient_accumulation_steps=2)
    accelerate.state.GradientState().plugin_kwargs["adjust_scheduler"] = True
    trained(parts)
    scheduler = parts[-1].scheduler
    assert scheduler._step_count == 1 + 2 * EPOCHS + 9
    assert scheduler.position == 9


def test_accelerate_state(tmp_path):
    parts = prepared()
    used = trained(parts, 1)
    parts[0].save_state(tmp_path / "saved")
    accelerate.state.AcceleratorState._reset_state(True)
    again = prepared()
    again[0].load_state(tmp_path / "saved")
    assert used + trained(again, 2) == [*SCHEDULE.table(BATCHES * EPOCHS)]


def test_accelerate_in_two_processes(tmp_path):
    """accelerate steps once per process: use fractional steps, or count applied steps."""
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    run += ["-m", "tests.torch.accelerate_processes", str(tmp_path / "rates.json")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        run,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "rates.json").read_text())
    once = [1.0 - k / 100 for k in range(6)]
    assert found["processes"] == 2
    assert found["plain"] == pytest.approx([1.0 - 2 * k / 100 for k in range(6)], rel=1e-15)
    assert found["share"] == pytest.approx(once, rel=1e-15)
    assert found["applied"] == found["share"]


# -- transformers -------------------------------------------------------------------------


class Lines(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, x=None, labels=None):
        out = self.layer(x)
        return {"loss": ((out - labels) ** 2).mean(), "logits": out}


class Used(transformers.TrainerCallback):
    """Records the rate of each optimizer step."""

    def __init__(self):
        self.rates = []

    def on_pre_optimizer_step(self, args, state, control, optimizer=None, **kwargs):
        self.rates += rates(optimizer)


def trainer(path, schedule=SCHEDULE, scheduler_options=None, **options):
    model = Lines()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5.0)
    scheduler = Scheduler(optimizer, schedule, **(scheduler_options or {}))
    arguments = transformers.TrainingArguments(
        output_dir=str(path),
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
        **{
            "per_device_train_batch_size": 8,
            "num_train_epochs": EPOCHS,
            "logging_steps": 1,
            "save_strategy": "no",
            **options,
        },
    )
    data = [{"x": torch.tensor([k / 40]), "labels": torch.tensor([0.5])} for k in range(40)]
    used = Used()
    return used, transformers.Trainer(
        model,
        arguments,
        train_dataset=data,
        eval_dataset=data,
        optimizers=(optimizer, scheduler),
        callbacks=[used],
    )


def test_transformers_trainer(tmp_path):
    used, made = trainer(tmp_path)
    made.train()
    assert used.rates == [*SCHEDULE.table(BATCHES * EPOCHS)]
    logged = [line["learning_rate"] for line in made.state.log_history if "learning_rate" in line]
    assert len(logged) == BATCHES * EPOCHS
    assert set(logged) <= {*SCHEDULE.table(BATCHES * EPOCHS + 1)}


def test_transformers_accumulated_gradients(tmp_path):
    used, made = trainer(tmp_path, gradient_accumulation_steps=2)
    made.train()
    assert used.rates == [*SCHEDULE.table(3 * EPOCHS)]


@pytest.mark.parametrize("longer", [False, True])
def test_transformers_trainer_resumes(tmp_path, longer):
    used, made = trainer(tmp_path, save_strategy="steps", save_steps=4, num_train_epochs=1)
    made.train()
    schedule = SCHEDULE.extend(30, at=4) if longer else SCHEDULE
    options = {"on_change": "keep"} if longer else {}
    again, second = trainer(tmp_path, schedule, scheduler_options=options)
    second.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert used.rates == [*SCHEDULE.table(BATCHES)]
    assert again.rates == [*schedule.table(BATCHES * EPOCHS - 4, start=4)]


def test_transformers_trainer_reports_another_schedule(tmp_path):
    _, made = trainer(tmp_path, save_strategy="steps", save_steps=4, num_train_epochs=1)
    made.train()
    _, second = trainer(tmp_path, SCHEDULE.extend(30, at=4))
    with pytest.raises(ValueError, match=r"state: schedule must be .* on_change is"):
        second.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))


# -- a scaler that skips steps --------------------------------------------------------------


def test_accelerate_skipped_steps():
    """With a float16 scaler on the CPU, a step with an infinite gradient does not advance."""
    accelerate.Accelerator(cpu=True)
    inner_scale = torch.amp.GradScaler("cpu", init_scale=4.0)
    inner_scale.scale(torch.zeros(()))  # a scaler counts from the first loss that it scales
    weight = parameter()
    optimizer = torch.optim.SGD([weight], lr=1.0)
    wrapped = accelerate.optimizer.AcceleratedOptimizer(
        optimizer, device_placement=False, scaler=inner_scale
    )
    scheduler = accelerate.scheduler.AcceleratedScheduler(
        Scheduler(optimizer, SCHEDULE, clock="applied"), wrapped
    )
    used = []
    for bad in (False, True, False, True, True, False):
        used += rates(optimizer)
        weight.grad = torch.full_like(weight, float("inf") if bad else 4.0)
        wrapped.step()
        assert wrapped.step_was_skipped == bad
        scheduler.step()
    assert used == [SCHEDULE(k) for k in (0, 1, 1, 2, 2, 2)]
    assert scheduler.scheduler.position == 3


# -- a plateau in transformers' Trainer ----------------------------------------------------


def evaluated(path, plateau, metric=None):
    """A training that evaluates, with a loss that is never better than the first."""
    used, made = trainer(
        path, plateau, eval_strategy="steps", eval_steps=2, save_strategy="steps", save_steps=4
    )
    made.add_callback(PlateauCallback(metric))
    return used, made


def never_better():
    # warmup first: the position moves at every step, not at evaluations only
    schedule = dl.linear(0.0, 0.5, 4)
    return dl.Plateau(schedule, mode="max", factor=0.5, patience=0, threshold=1e9)


def heard(steps):
    """By hand: the second and each later evaluation, after every second step, halves."""
    schedule = dl.linear(0.0, 0.5, 4)
    return [schedule(k) * 0.5 ** max(k // 2 - 1, 0) for k in range(steps)]


@pytest.mark.parametrize("metric", [None, "loss", "eval_loss"])
def test_transformers_gives_the_metric_to_a_plateau(tmp_path, metric):
    used, made = evaluated(tmp_path, never_better(), metric)
    made.train()
    assert used.rates == heard(BATCHES * EPOCHS)


def test_transformers_resumes_a_plateau(tmp_path):
    _, made = evaluated(tmp_path, never_better())
    made.train()
    again, second = evaluated(tmp_path, never_better())
    second.train(resume_from_checkpoint=str(tmp_path / "checkpoint-8"))
    assert again.rates == heard(BATCHES * EPOCHS)[8:]


def test_transformers_names_a_metric_that_is_missing(tmp_path):
    _, made = evaluated(tmp_path, never_better(), "accuracy")
    with pytest.raises(ValueError, match=r"metric must be one of .*eval_loss.*got eval_accuracy"):
        made.train()


def test_transformers_without_a_plateau_to_tell(tmp_path):
    _, made = evaluated(tmp_path, SCHEDULE)
    with pytest.raises(TypeError, match="metrics must be left out, since no schedule is a Plat"):
        made.train()
    made.lr_scheduler = made.callback_handler.lr_scheduler = None
    with pytest.raises(TypeError, match=r"scheduler must be a decaylr\.torch\.Scheduler with"):
        made.evaluate()
