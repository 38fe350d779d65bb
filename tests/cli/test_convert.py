"""`decaylr convert`: configuration files compared with direct calls of the same functions."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import decaylr as dl
from decaylr.cli.convert import command
from decaylr.compat import deepspeed, keras, megatron, optax, timm, torch, transformers
from decaylr.convert import DIALECTS, convert
from decaylr.convert.names import functions

CHAIN = {
    "SequentialLR": {
        "base_lr": 0.1,
        "schedulers": [
            {"LinearLR": {"base_lr": 0.1, "start_factor": 0.1, "total_iters": 10}},
            {"CosineAnnealingLR": {"base_lr": 0.1, "T_max": 90}},
        ],
        "milestones": [10],
    }
}
KERAS = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 1.0, "decay_steps": 50}}
DEEPSPEED = {
    "train_batch_size": 8,
    "optimizer": {"type": "Adam", "params": {"lr": 0.1}},
    "scheduler": {"type": "WarmupCosineLR", "params": {"total_num_steps": 80}},
}
CYCLE = {"cycle_min_lr": 0.1, "cycle_max_lr": 1.0, "cycle_first_step_size": 10}
MEGATRON = {
    "init_lr": 0.0,
    "max_lr": 1.0,
    "min_lr": 0.1,
    "lr_warmup_steps": 10,
    "lr_decay_steps": 100,
    "lr_decay_style": "cosine",
    "start_wd": 0.1,
    "end_wd": 0.2,
    "wd_incr_steps": 50,
    "wd_incr_style": "linear",
}
SCALED = {"init_value": 1.0, "boundaries_and_scales": {"10": 0.5, "20": 0.1}}


def chain():
    parts = [torch.LinearLR(0.1, 0.1, total_iters=10), torch.CosineAnnealingLR(0.1, 90)]
    return torch.SequentialLR(0.1, parts, [10])


CASES = {
    "torch": (CHAIN, chain),
    "optax": (
        {"piecewise_constant_schedule": SCALED},
        lambda: optax.piecewise_constant_schedule(1.0, {10: 0.5, 20: 0.1}),
    ),
    "transformers": (
        {
            "get_scheduler": {"name": "linear", "base_lr": 1.0, "num_warmup_steps": 5}
            | {"num_training_steps": 50}
        },
        lambda: transformers.get_linear_schedule_with_warmup(1.0, 5, 50),
    ),
    "timm": (
        {"CosineLRScheduler": {"base_lr": 0.1, "t_initial": 90, "warmup_t": 5}},
        lambda: timm.CosineLRScheduler(0.1, 90, warmup_t=5),
    ),
    "keras": (KERAS, lambda: keras.CosineDecay(1.0, 50)),
    "deepspeed": (DEEPSPEED, lambda: deepspeed.WarmupCosineLR(0.1, 80)),
    "megatron": (MEGATRON, lambda: megatron.from_config(MEGATRON).lr),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command on a configuration, or on the text of a file."""
    monkeypatch.chdir(tmp_path)

    def running(data, *options, name="config.json"):
        text = data if isinstance(data, str) else json.dumps(data)
        (tmp_path / name).write_text(text)
        return CliRunner().invoke(command, [name, *options])

    return running


@pytest.mark.parametrize("peer", CASES)
def test_every_library(run, peer):
    data, made = CASES[peer]
    for options in ((), ("--from", peer)):
        result = run(data, *options)
        assert result.exit_code == 0, result.output
        assert dl.from_json(result.stdout) == made()


def test_toml_and_a_file_written(run, tmp_path):
    text = "[StepLR]\nbase_lr = [0.1, 0.2]\nstep_size = 30\ngamma = 0.5\n"
    result = run(text, "--out", "made.json", name="step.toml")
    assert (result.exit_code, result.stdout) == (0, "wrote made.json\n")
    made = dl.from_json((tmp_path / "made.json").read_text())
    np.testing.assert_array_equal(made(30), [0.05, 0.1])


def test_momentum_and_weight_decay(run):
    result = run({"OneCycleLR": {"max_lr": 1.0, "total_steps": 50}}, "--value", "momentum")
    assert dl.from_json(result.stdout) == torch.OneCycleLR(1.0, 50).momentum
    one = {"scheduler": {"type": "OneCycle", "params": CYCLE}}
    result = run(one, "--value", "momentum")
    assert dl.from_json(result.stdout) == deepspeed.OneCycle(**CYCLE).momentum
    result = run(MEGATRON, "--value", "weight_decay")
    assert dl.from_json(result.stdout)(25) == pytest.approx(0.15, rel=1e-15)


def test_metric_driven_schedulers_become_plateaus(run):
    result = run({"ReduceLROnPlateau": {"base_lr": 0.5, "patience": 3}}, "--from", "torch")
    made = dl.Plateau.from_dict(json.loads(result.stdout))
    assert made == torch.ReduceLROnPlateau(0.5, patience=3)


def test_timms_factory_is_its_schedule():
    arguments = {"base_lr": 0.5, "sched": "step", "num_epochs": 60, "decay_epochs": 20}
    made = timm.create_scheduler_v2(**arguments)[0]
    assert convert({"create_scheduler_v2": arguments}) == made
    args = {"sched": "poly", "epochs": 30}
    made = timm.create_scheduler(args, 0.5)[0]
    assert convert({"create_scheduler": {"args": args, "base_lr": 0.5}}, "timm") == made


def test_a_function_of_any_arguments_says_what_it_takes():
    found = convert({"get_reduce_on_plateau_schedule": {"base_lr": 0.5, "factor": 0.3}})
    assert found == torch.ReduceLROnPlateau(0.5, factor=0.3)
    message = "transformers.get_reduce_on_plateau_schedule: unknown key 'speed'"
    with pytest.raises(ValueError, match=message):
        convert({"get_reduce_on_plateau_schedule": {"base_lr": 0.5, "speed": 0.3}})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"SequentialLR": {"base_lr": 1, "schedulers": 3, "milestones": []}}, "schedulers must be"),
        ({"SequentialLR": {"base_lr": 1, "schedulers": [], "milestones": 3}}, "at least one"),
        ({"ChainedScheduler": {"schedulers": "ab"}}, "schedulers must be a list, got 'ab'"),
        ({"join_schedules": {"schedules": [], "boundaries": []}}, "schedules must be at least one"),
        ({"join_schedules": {"schedules": [], "boundaries": 3}}, "boundaries must be a list"),
        ({"sgdr_schedule": {"cosine_kwargs": 3}}, "cosine_kwargs must be a list, got 3"),
        ({"sgdr_schedule": {"cosine_kwargs": [3]}}, r"cosine_kwargs\[0\] must be a mapping, got 3"),
        ({"sgdr_schedule": {"cosine_kwargs": [{"peak": 1}]}}, r"cosine_kwargs\[0\]: unknown key"),
        ({"piecewise_constant_schedule": {"init_value": 1, "boundaries_and_scales": [1]}},
         r"boundaries_and_scales must be a mapping, got \[1\]"),
        ({"get_scheduler": {"name": "cosine", "base_lr": 1, "scheduler_specific_kwargs": 3}},
         "scheduler_specific_kwargs must be a mapping, got 3"),
        ({"create_scheduler": {"args": 3, "base_lr": 1}}, "args must be a mapping, got 3"),
    ],
)  # fmt: skip
def test_arguments_of_another_kind(data, message):
    with pytest.raises((TypeError, ValueError), match=message):
        convert(data)


def test_decaylrs_own_json_and_the_way_to_keras(run):
    schedule = dl.warmup_cosine(0.0, 1.0, 10, 110)
    assert dl.from_json(run(schedule.to_dict()).stdout) == schedule
    result = run(schedule.to_dict(), "--to", "keras")
    assert json.loads(result.stdout) == keras.to_config(schedule)
    result = run(KERAS, "--to", "keras")
    assert json.loads(result.stdout) == keras.to_config(keras.CosineDecay(1.0, 50))
    result = run({"ReduceLROnPlateau": {"base_lr": 0.5}}, "--from", "torch", "--to", "keras")
    assert result.exit_code == 2
    assert "schedule must be a function of the step, to be written for Keras" in result.output


def test_functions_with_plain_arguments():
    assert set(functions("torch")) == set(torch.__all__) - {"from_scheduler"}
    assert "to_config" not in functions("keras")
    assert set(CASES) <= set(DIALECTS)
    with pytest.raises(TypeError, match="a configuration must be a mapping, got 3"):
        convert(3)


@pytest.mark.parametrize(
    ("data", "options", "text"),
    [
        ({}, (), r"the library must be given \(--from\), one of decaylr"),
        (
            {"MyLR": {}},
            (),
            r"the library must be given \(--from\), .*: the configuration has the keys 'MyLR'",
        ),
        ({"MyLR": {}}, ("--from", "torch"), "torch must be one of SWALR, .*, got 'MyLR'"),
        (
            {"from_scheduler": {}},
            ("--from", "torch"),
            "torch must be one of .*, got 'from_scheduler",
        ),
        (
            {"StepLR": {}, "SWALR": {}},
            ("--from", "torch"),
            "torch must be one function's name with",
        ),
        ({"StepLR": 3}, (), "torch.StepLR must be a mapping of arguments, got 3"),
        ({"StepLR": {"base_lr": 1}}, (), "torch.StepLR.step_size is missing"),
        ({"StepLR": {"lr": 1}}, (), "torch.StepLR: unknown key 'lr', known are base_lr, step_size"),
        (
            {"StepLR": {"base_lr": "big", "step_size": 3}},
            (),
            "torch.StepLR.base_lr must be a number, got the text 'big'",
        ),
        (CHAIN, ("--value", "momentum"), "value must be one that the configuration schedules"),
        (MEGATRON, ("--value", "momentum"), "value must be one that the configuration schedules"),
        (MEGATRON | {"tokens": 1}, (), "config: unknown key 'tokens'"),
        ([1, 2], (), "a configuration must be a mapping"),
        ('{"StepLR": {"base_lr": 1, "base_lr": 2}}', (), "the key 'base_lr' occurs twice"),
        ("{", (), "malformed JSON"),
        ("[" * 100_000, (), "nested too deeply"),
    ],
)
def test_refusals(run, data, options, text):
    result = run(data, *options)
    assert result.exit_code == 2
    assert result.output.startswith("Error: config.json: ")
    assert result.output.count("\n") == 1
    with pytest.raises(ValueError, match=text):
        raise ValueError(result.output)


def test_files_that_cannot_be_read(run):
    result = CliRunner().invoke(command, ["nothing.json"])
    assert (result.exit_code, result.output) == (
        2,
        "Error: nothing.json: No such file or directory\n",
    )
    result = run("x", name="config.ini")
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "must be a file that ends in one of .toml, .json" in result.output
