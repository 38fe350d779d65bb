"""Configurations of every dialect, each compared with its library's own steps."""

import json

import numpy as np
import pytest
import yaml

import decaylr as dl
from decaylr.convert import DIALECTS, convert
from tests.convert import steppers
from tests.convert.steppers import MMEngine

FORMS = {
    ".json": json.dumps,
    ".yaml": yaml.safe_dump,
}


def read(tmp_path, data, suffix=".yaml", **fills):
    """The one entry of a file, and how it was read."""
    file = tmp_path / f"config{suffix}"
    file.write_text(data if isinstance(data, str) else FORMS[suffix](data))
    (entry,) = dl.load(file, **fills).entries.values()
    return entry, entry.about["source"].removeprefix("read as ")


def agrees(schedule, formula, positions, rtol=1e-12):
    expected = np.array([formula(n) for n in positions])
    got = np.array([schedule(int(n)) for n in positions])
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-17 * max(expected))


MEGATRON = {
    "cosine": {"lr": 1.5e-4, "min_lr": 1e-5, "style": "cosine", "warmup": 3.2, "decay": 320},
    "linear": {"lr": 3e-4, "min_lr": 3e-5, "style": "linear", "warmup": 10, "decay": 300},
    "constant": {"lr": 6e-4, "min_lr": 0.0, "style": "constant", "warmup": 30, "decay": 500},
    "root": {"lr": 0.01, "min_lr": 1e-3, "style": "inverse-square-root", "warmup": 7, "decay": 400},
    "wsd": {"lr": 2e-3, "min_lr": 1e-4, "style": "WSD", "warmup": 20, "decay": 400, "wsd": 90},
    "wsd_root": {
        "lr": 2e-3, "min_lr": 2e-4, "style": "WSD", "warmup": 0, "decay": 400, "wsd": 77,
        "wsd_style": "minus_sqrt",
    },
}  # fmt: skip


def megatron_options(case):
    options = {
        "lr": case["lr"],
        "min-lr": case["min_lr"],
        "lr-decay-style": case["style"],
        "lr-decay-iters": case["decay"],
        "train-iters": 500,
        "global-batch-size": 64,
        "weight-decay": 0.1,
    }
    if case["warmup"] % 1:
        options["lr-warmup-fraction"] = case["warmup"] / case["decay"]
    else:
        options["lr-warmup-iters"] = case["warmup"]
    if "wsd" in case:
        options["lr-wsd-decay-iters"] = case["wsd"]
        options["lr-wsd-decay-style"] = case.get("wsd_style", "exponential")
    return options


@pytest.mark.parametrize("name", MEGATRON)
def test_megatron_arguments_on_a_line_in_a_shell_file_and_as_yaml(tmp_path, name):
    options = megatron_options(MEGATRON[name])
    line = " ".join(f"--{key} {value}" for key, value in options.items())
    listed = line.replace(" --", " \\\n  --")
    shell = f'#!/bin/bash\nLR={options["lr"]}\nARGS="\n  {listed} \\\n"\n'
    shell = shell.replace(f"--lr {options['lr']}", "--lr ${LR}", 1) + "torchrun $R train.py $ARGS\n"
    array = f"ARGS=(\n  {listed}\n)\npython pretrain_gpt.py ${{ARGS[@]}} --fp16\n"
    under = {key.replace("-", "_"): value for key, value in options.items()}
    for text, suffix in (
        (f"python train.py {line} --fp16", ".txt"),
        (shell, ".sh"),
        (array, ".sh"),
    ):
        entry, title = read(tmp_path, text, suffix)
        assert (title, entry.length, entry.unit) == ("arguments of Megatron", 500, "step")
        agrees(entry.schedule, steppers.megatron(**MEGATRON[name]), range(0, 500, 7))
    entry, title = read(tmp_path, under)
    agrees(entry.schedule, steppers.megatron(**MEGATRON[name]), range(500))
    assert title == "arguments of Megatron"


def test_megatron_counts_samples_where_the_training_does(tmp_path):
    data = {
        "lr": 1e-3,
        "train_samples": 6400,
        "lr_decay_samples": 6000,
        "lr_warmup_samples": 500,
        "lr_decay_style": "cosine",
    }
    entry, _ = read(tmp_path, data)
    assert (entry.unit, entry.length) == ("sample", 6400)
    agrees(entry.schedule, steppers.megatron(1e-3, 0.0, "cosine", 500, 6000), range(0, 6400, 64))


def test_megatron_root_without_a_warmup_begins_at_the_first_sample(tmp_path):
    data = {"lr": 1e-2, "lr_decay_style": "inverse-square-root", "train_iters": 300}
    with pytest.raises(ValueError, match="global_batch_size is missing"):
        read(tmp_path, data)
    entry, _ = read(tmp_path, data | {"global_batch_size": 32})
    formula = steppers.megatron(1e-2, 0.0, "inverse-square-root", 0, 300 * 32)
    agrees(entry.schedule, lambda n: formula(n * 32), range(300))


NEOX = [
    {"lr": 6e-4, "min_lr": 6e-5, "style": "cosine", "warmup": 0.01},
    {"lr": 2e-4, "min_lr": 2e-5, "style": "linear", "warmup": 0.1},
    {"lr": 1e-3, "min_lr": 1e-5, "style": "exponential", "warmup": 0.003},
    {"lr": 1e-3, "min_lr": 0.0, "style": "constant", "warmup": 0},
    {"lr": 1e-3, "min_lr": 1e-4, "style": "linear", "warmup": 7 / 300},
]


@pytest.mark.parametrize("case", NEOX)
@pytest.mark.parametrize("dash", ["_", "-"])
def test_neox(tmp_path, case, dash):
    data = {
        "optimizer": {"type": "Adam", "params": {"lr": case["lr"], "betas": [0.9, 0.95]}},
        "min_lr": case["min_lr"],
        "train_iters": 320,
        "lr_decay_iters": 300,
        "lr_decay_style": case["style"],
        "warmup": case["warmup"],
        "zero_optimization": {"stage": 1},
    }
    entry, title = read(tmp_path, {key.replace("_", dash): value for key, value in data.items()})
    assert (title, entry.length) == ("a GPT-NeoX configuration", 320)
    formula = steppers.neox(**case | {"warmup": case["warmup"] * 300}, end=300)
    agrees(entry.schedule, formula, range(320))
    del data["lr_decay_iters"]
    entry, _ = read(tmp_path, data | {"lr_decay_fraction": 0.9})
    formula = steppers.neox(**case | {"warmup": case["warmup"] * 288}, end=288)
    agrees(entry.schedule, formula, range(320))


@pytest.mark.parametrize("ratio", [None, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("shape", ["linear", "sqrt", "cosine"])
@pytest.mark.parametrize("warmup", [0, 1, 20, 100])
def test_torchtitan(tmp_path, ratio, shape, warmup):
    text = f"""
[optimizer]
name = "AdamW"
lr = 3e-4
[training]
steps = 100
[lr_scheduler]
warmup_steps = {warmup}
decay_type = "{shape}"
min_lr_factor = 0.1
"""
    text += "" if ratio is None else f"decay_ratio = {ratio}\n"
    entry, title = read(tmp_path, text, ".toml")
    assert (title, entry.length) == ("a torchtitan configuration", 100)
    agrees(entry.schedule, steppers.torchtitan(3e-4, 100, warmup, ratio, shape, 0.1), range(100))


@pytest.mark.parametrize(
    ("name", "shape", "extra"),
    [
        ("cosine_with_warmup", "cosine", {"alpha_f": 0.1}),
        ("linear_decay_with_warmup", "linear", {"alpha_f": 0.02}),
        ("constant_with_warmup", "constant", {}),
        ("PolynomialWithWarmupScheduler", "polynomial", {"alpha_f": 0.1, "power": 3.0}),
    ],
)
@pytest.mark.parametrize("warmup", ["30ba", "0.1dur", "0ba"])
def test_composer(tmp_path, name, shape, extra, warmup):
    data = {
        "max_duration": "300ba",
        "scheduler": {"name": name, "t_warmup": warmup, **extra},
        "optimizer": {"name": "decoupled_adamw", "lr": 6e-4},
    }
    entry, title = read(tmp_path, data)
    assert (title, entry.length, entry.unit) == ("a configuration of composer", 300, "step")
    steps = 0 if warmup == "0ba" else 30
    agrees(entry.schedule, steppers.composer(6e-4, shape, steps, 300, **extra), range(320))


def test_composer_in_other_units(tmp_path):
    data = {
        "max_duration": "10ep",
        "schedulers": {"cosine_with_warmup": {"t_warmup": "1ep", "alpha_f": 0.1}},
        "optimizer": {"lr": 0.1},
    }
    entry, _ = read(tmp_path, data)
    assert (entry.unit, entry.length) == ("epoch", 10)
    agrees(entry.schedule, steppers.composer(0.1, "cosine", 1, 10, 0.1), np.arange(11))
    entry, _ = read(tmp_path, data, set={"steps_per_epoch": 90})
    agrees(entry.schedule, steppers.composer(0.1, "cosine", 90, 900, 0.1), range(0, 900, 7))
    data["schedulers"]["cosine_with_warmup"]["t_warmup"] = "64000tok"
    with pytest.raises(ValueError, match="tokens_per_batch is missing"):
        read(tmp_path, data)
    with pytest.raises(ValueError, match="steps_per_epoch is missing"):
        read(tmp_path, data, set={"tokens_per_batch": 640})
    entry, _ = read(tmp_path, data, set={"steps_per_epoch": 90, "tokens_per_batch": 640})
    agrees(entry.schedule, steppers.composer(0.1, "cosine", 100, 900, 0.1), range(0, 900, 7))


def test_llm_foundrys_inverse_square_root(tmp_path):
    scheduler = {
        "name": "inv_sqrt_with_warmup",
        "t_warmup": "20ba",
        "t_scale": "30ba",
        "t_cooldown": "100ba",
        "alpha_f_decay": 0.05,
        "alpha_f_cooldown": 0.01,
    }
    data = {"max_duration": "300ba", "scheduler": scheduler, "optimizer": {"lr": 2e-3}}
    entry, _ = read(tmp_path, data)
    agrees(entry.schedule, steppers.inverse_root(2e-3, 20, 30, 100, 300, 0.05, 0.01), range(310))


def mm(kind, **options):
    return {"type": kind, "by_epoch": False, **options}


MMENGINE = {
    "warmup and steps": (
        [
            mm("LinearLR", start_factor=0.001, begin=0, end=50),
            mm("MultiStepLR", milestones=[80, 110], gamma=0.1),
        ],
        lambda: [
            MMEngine("linear", 0, 50, start_factor=0.001),
            MMEngine("multi_step", milestones=[80, 110]),
        ],
    ),
    "warmup then cosine to a floor": (
        [
            mm("LinearLR", start_factor=0.1, begin=0, end=30),
            mm("CosineAnnealingLR", T_max=90, eta_min=1e-3, begin=30, end=120),
        ],
        lambda: [
            MMEngine("linear", 0, 30, start_factor=0.1),
            MMEngine("cosine", 30, 120, t_max=90, eta_min=1e-3),
        ],
    ),
    "cosine during the warmup": (
        [
            mm("LinearLR", start_factor=1 / 3, begin=0, end=11),
            mm("CosineAnnealingLR", T_max=120, begin=0, end=120),
        ],
        lambda: [MMEngine("linear", 0, 11), MMEngine("cosine", 0, 120, t_max=120)],
    ),
    "constant then poly": (
        [
            mm("ConstantLR", factor=0.3, begin=0, end=21),
            mm("PolyLR", power=0.9, eta_min=1e-4, begin=21, end=100, verbose=False),
        ],
        lambda: [
            MMEngine("constant", 0, 21, factor=0.3),
            MMEngine("poly", 21, 100, power=0.9, eta_min=1e-4),
        ],
    ),
    "steps and an exponential that ends": (
        [
            mm("StepLR", step_size=40, gamma=0.3),
            mm("ExponentialLR", gamma=0.97, begin=10, end=60),
        ],
        lambda: [
            MMEngine("step_", step_size=40, gamma=0.3),
            MMEngine("exponential", 10, 60, gamma=0.97),
        ],
    ),
}


@pytest.mark.parametrize("name", MMENGINE)
def test_mmengine(tmp_path, name):
    listed, stepped = MMENGINE[name]
    data = {"optim_wrapper": {"optimizer": {"type": "SGD", "lr": 0.02}}, "param_scheduler": listed}
    entry, title = read(tmp_path, data, steps=130)
    assert (title, entry.unit) == ("a configuration of mmengine", "step")
    expected = steppers.mmengine(0.02, stepped(), 130)
    agrees(entry.schedule, expected.__getitem__, range(130), rtol=1e-11)


MM_PYTHON = """
from mmengine.config import read_base
_base_ = ['../_base_/default_runtime.py']
max_iters = 100 + 20
lr = 0.02
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=lr, momentum=0.9))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=max_iters, val_interval=len('ab'))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=30),
    {'type': 'CosineAnnealingLR', 'T_max': max_iters - 30, 'eta_min': lr * 0.05,
     'begin': 30, 'end': max_iters, 'by_epoch': False},
]
__import__('os').system('true')
"""


def test_a_python_file_of_mmengine(tmp_path):
    entry, title = read(tmp_path, MM_PYTHON, ".py")
    assert (title, entry.length) == ("a configuration of mmengine", 120)
    stepped = [
        MMEngine("linear", 0, 30, start_factor=0.1),
        MMEngine("cosine", 30, 120, t_max=90, eta_min=1e-3),
    ]
    expected = steppers.mmengine(0.02, stepped, 130)
    agrees(entry.schedule, expected.__getitem__, range(130), rtol=1e-11)
    with pytest.raises(ValueError, match=r"T_max is '<len\(loader\)>', which leaves open"):
        read(tmp_path, MM_PYTHON.replace("max_iters - 30", "len(loader)"), ".py")


def test_mmengine_in_epochs_and_iterations(tmp_path):
    warmup = mm("LinearLR", start_factor=0.001, begin=0, end=50)
    steps = {"type": "MultiStepLR", "by_epoch": True, "milestones": [8, 11], "end": 12}
    data = {
        "optim_wrapper": {"optimizer": {"lr": 0.02}},
        "train_cfg": {"by_epoch": True, "max_epochs": 12},
        "param_scheduler": [warmup, steps],
    }
    with pytest.raises(ValueError, match="steps_per_epoch is missing"):
        read(tmp_path, data)
    entry, _ = read(tmp_path, data, set={"steps_per_epoch": 30})
    assert (entry.unit, entry.length) == ("step", 360)
    stepped = [
        MMEngine("linear", 0, 50, start_factor=0.001),
        MMEngine("multi_step", 0, 12, 30, milestones=[8, 11]),
    ]
    expected = steppers.mmengine(0.02, stepped, 360)
    agrees(entry.schedule, expected.__getitem__, range(360), rtol=1e-11)
    entry, _ = read(tmp_path, data | {"param_scheduler": [steps]})
    assert (entry.unit, entry.length, entry.schedule(11)) == ("epoch", 12, pytest.approx(2e-4))


def test_mmengine_converted_to_iterations(tmp_path):
    cosine = {
        "type": "CosineAnnealingLR", "by_epoch": True, "convert_to_iter_based": True,
        "begin": 1, "end": 5, "T_max": 4, "eta_min": 1e-4,
    }  # fmt: skip
    entry, _ = read(tmp_path, [cosine], ".json", base_lr=0.1, set={"steps_per_epoch": 20})
    expected = steppers.mmengine(0.1, [MMEngine("cosine", 20, 100, t_max=80, eta_min=1e-4)], 120)
    agrees(entry.schedule, expected.__getitem__, range(120), rtol=1e-11)


def test_mmengine_two_at_once_with_a_lowest_rate_are_refused(tmp_path):
    listed = [mm("LinearLR", begin=0, end=50), mm("CosineAnnealingLR", T_max=90, eta_min=1e-3)]
    with pytest.raises(ValueError, match="two schedulers at once of which one has an eta_min"):
        read(tmp_path, listed, ".json", base_lr=0.1)


def deepspeed(kind, **params):
    return {"scheduler": {"type": kind, "params": params}, "fp16": {"enabled": "auto"}}


def test_deepspeed_with_what_transformers_fills_in(tmp_path):
    data = deepspeed(
        "WarmupDecayLR",
        last_batch_iteration=-1,
        total_num_steps="auto",
        warmup_min_lr="auto",
        warmup_max_lr="auto",
        warmup_num_steps="auto",
        warmup_type="linear",
    )
    data["optimizer"] = {"type": "AdamW", "params": {"lr": "auto", "betas": "auto"}}
    fills = {"base_lr": 2e-4, "steps": 300, "set": {"warmup_num_steps": 30}}
    entry, title = read(tmp_path, data, ".json", **fills)
    assert (title, entry.length) == ("a DeepSpeed configuration", 300)

    def rate(p):
        i = max(p - 1, 0)
        return 2e-4 * (i / 30 if i < 30 else max(0, (300 - i) / 270))

    agrees(entry.schedule, rate, range(301))


def test_deepspeed_with_a_scheduler_of_pytorch(tmp_path):
    data = deepspeed("StepLR", step_size=30, gamma=0.5, verbose=False)
    data["optimizer"] = {"type": "SGD", "params": {"lr": 0.1}}
    entry, title = read(tmp_path, data, ".json", steps=90)
    assert title == "a DeepSpeed configuration"
    agrees(entry.schedule, lambda p: 0.1 * 0.5 ** (p // 30), range(90))


def test_every_dialect_has_a_name_and_a_title():
    assert all(name == dialect.name for name, dialect in DIALECTS.items())
    assert len({dialect.title for dialect in DIALECTS.values()}) == len(DIALECTS)


def test_a_named_library_is_not_detected():
    data = {"lr": 0.1, "sched": "cosine", "learning_rate": 0.5, "max_steps": 10}
    assert convert(data, "transformers-args")(0) == 0.5
    assert convert(data, "timm-args")(9) < 0.1
    with pytest.raises(ValueError, match=r"library must be one of decaylr, torch, .*, got 'acme'"):
        convert(data, "acme")
