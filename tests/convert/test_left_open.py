"""What files leave open: the answer names the key, what it means and what to write."""

import json
import subprocess
import sys

import pytest
import yaml

import decaylr as dl
from decaylr.convert import convert

AUTO = {
    "scheduler": {
        "type": "WarmupDecayLR",
        "params": {"total_num_steps": 100, "warmup_max_lr": 1e-3, "warmup_num_steps": "auto"},
    }
}
ARGS = {"lr": 1e-3, "lr_decay_style": "cosine", "train_iters": 100}
TRAINER = {"learning_rate": 1e-3, "lr_scheduler_type": "cosine", "max_steps": 100}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (AUTO, r"scheduler.params.warmup_num_steps is 'auto', which leaves open the number of "
               r"warmup steps: give set=\{'warmup_num_steps': ...\} \(--set warmup_num_steps"),
        ({"StepLR": {"step_size": 3}}, r"torch.StepLR.base_lr is missing, which leaves open the "
                                       r"base learning rate: give base_lr \(--base-lr\)"),
        ({"StepLR": {"base_lr": "${lr}", "step_size": 3}}, r"base_lr is '\$\{lr\}', which leaves"),
        ({"StepLR": {"base_lr": 1, "step_size": None}}, r"step_size is missing, which leaves open"),
        (ARGS | {"lr": "$LR"}, r"^lr is '\$LR', which leaves open the highest learning rate: give "
                               r"base_lr \(--base-lr\)"),
        (ARGS | {"min_lr": "1e-5"}, "min_lr must be a number, got the text '1e-5': write 1e-05 "),
        (ARGS | {"train_iters": None}, r"train_iters is missing, .*: give steps \(--steps\)"),
        (ARGS | {"lr_decay_style": "???"}, r"lr_decay_style is '\?\?\?', which leaves open one of"),
        (TRAINER | {"max_steps": -1}, "num_train_epochs = 3, and the file does not say how many"),
        (TRAINER | {"warmup_steps": "<steps>"}, "warmup_steps is '<steps>', which leaves open"),
        (TRAINER | {"learning_rate": "fast"}, "must be a number, got the text 'fast'"),
        (TRAINER | {"cosine_min_lr_ratio": 0.1}, "training arguments must be one of learning_rate"),
        ({"sched": {"name": "CosineAnnealing"}, "lr": 0.1}, "the library must be given"),
        ({"sched": "cosine", "lr": None, "lr_base": 0.1}, "timm computes from lr_base = 0.1 and"),
        ({"scheduler": {"name": "cosine_with_warmup", "t_warmup": "${w}"}},
         r"scheduler.t_warmup is '\$\{w\}', which leaves open a duration"),
        ({"lr_scheduler": {"warmup_steps": float("inf")}},
         "a number in a torchtitan configuration is too large"),
        ({"zero_optimization": {}}, "scheduler is missing: without it the training program"),
        ({"class_name": "Adam", "config": {"learning_rate": "CosineDecay"}},
         "config.learning_rate must be a learning rate with a schedule or a number, not a name"),
        ({"compile_config": {"optimizer": "adam"}}, "not a name, got 'adam'"),
        ({"compile_config": None, "config": {"layers": []}}, "save the model after compile"),
    ],
)  # fmt: skip
def test_the_message(data, message):
    with pytest.raises((TypeError, ValueError), match=message):
        convert(data)


def test_what_is_stated_fills_or_replaces():
    assert convert(AUTO, set={"warmup_num_steps": 10}).length == 101
    whole = {"scheduler.params.warmup_num_steps": 10, "scheduler.params.warmup_max_lr": 1.0}
    assert convert(AUTO, set=whole)(11) == 1.0
    assert convert(ARGS | {"lr": "$LR", "lr_warmup_iters": 0}, base_lr=0.5)(0) == 0.5
    assert convert({"StepLR": {}}, base_lr=1.0, set={"step_size": 3, "gamma": 0.5})(3) == 0.5


@pytest.mark.parametrize(
    ("fills", "message"),
    [
        ({"set": {"warmup": 1}}, "set must be of keys that are read in arguments of Megatron, got"),
        ({"base_lr": 0.1}, "base_lr must be left out where arguments of Megatron has the rate"),
        ({"base_lr": "x"}, "base_lr must be real numbers"),
        ({"steps": 0}, "steps must be finite and > 0"),
        ({"set": 3}, "set must be a mapping of keys to values, got 3"),
    ],
)
def test_what_is_stated_and_not_read_is_refused(fills, message):
    with pytest.raises((TypeError, ValueError), match=message):
        convert(ARGS, **fills)


def test_a_key_in_two_places_needs_its_place():
    data = {
        "ChainedScheduler": {
            "schedulers": [{"StepLR": {"step_size": 3}}, {"StepLR": {"step_size": 5}}],
            "base_lr": 1.0,
        }
    }
    with pytest.raises(ValueError, match="set must name one place, got 'gamma', which is at"):
        convert(data, base_lr=1.0, set={"gamma": 0.5})
    place = "torch.ChainedScheduler.schedulers"
    made = convert(
        data, base_lr=1.0, set={f"{place}[0].StepLR.gamma": 0.5, f"{place}[1].StepLR.gamma": 0.5}
    )
    assert made(5) == 0.25


@pytest.mark.parametrize(
    ("key", "neutral", "other"),
    [("last_epoch", -1, 5), ("verbose", False, True), ("initialize", True, False)],
)
def test_keys_that_libraries_write_themselves(key, neutral, other):
    arguments = {"base_lr": 1.0, "step_size": 3}
    assert convert({"StepLR": arguments | {key: neutral}}) == convert({"StepLR": arguments})
    with pytest.raises(ValueError, match=f"torch.StepLR.{key} must be {neutral}, or left out, got"):
        convert({"StepLR": arguments | {key: other}})


def test_metric_driven_rules_are_answered_by_name(tmp_path):
    for number, data in enumerate(
        [
            {"ReduceLROnPlateau": {"base_lr": 0.1, "patience": 3}},
            TRAINER | {"lr_scheduler_type": "reduce_lr_on_plateau"},
            dl.Plateau(dl.constant(1.0)).to_dict(),
        ]
    ):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(data))
        with pytest.raises(ValueError, match=r"depends on a metric \(rule 'torch'\)"):
            dl.load(file)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "a: 1\na: 2\n", "the key 'a' occurs twice in one table"),
        ("a.yaml", "a: [1, 2\n", "malformed YAML: while parsing a flow sequence"),
        ("a.yaml", "a: !!python/object/apply:os.system ['true']\n", "malformed YAML: could not"),
        ("a.yaml", "just words\n", "a configuration must be a mapping, got 'just words'"),
        ("a.sh", 'echo "no end\n', "malformed command line: No closing quotation"),
        ("a.keras", "text", "a .keras file must be an archive with config.json"),
        ("a.h5", "text", "an .h5 file must be HDF5"),
        ("a.rs", "lr = 1", "path must be a file that ends in one of .toml, .json, .yaml"),
        ("a.py", "lr = (", "malformed Python"),
        ("a.py", "import os\nparam_scheduler = os.environ\n", "the library must be given"),
        ("a.yaml", "lr: 1e-3\nlr_decay_style: cosine\ntrain_iters: 9\n", "write 1.0e-5"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises((TypeError, ValueError), match=message):
        dl.load(tmp_path / name)


PROGRAM = """
import sys
import decaylr as dl
first, file = sys.argv[1:]
dl.load(first)  # decaylr imports what it needs, once
seen = []
forbidden = ("exec", "compile", "import", "pickle.find_class", "marshal.loads", "os.system",
             "subprocess.", "socket.", "ctypes.", "code.")
sys.addaudithook(lambda event, arguments: seen.append(event))
try:
    dl.load(file)
except ValueError:
    pass
print([event for event in seen if event.startswith(forbidden)])
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "learning_rate: !!python/object/apply:os.system ['true']\nmax_steps: 3\n"),
        ("a.yaml", "learning_rate: ${oc.env:HOME}\nmax_steps: 3\n"),
        ("a.sh", "LR=$(rm -rf x)\n--lr $LR --lr-decay-style cosine --train-iters `touch y`\n"),
    ],
)
def test_nothing_is_executed(tmp_path, name, text):
    first, file = tmp_path / f"first{name[1:]}", tmp_path / name
    plain = {"lr": 0.5, "lr_decay_style": "constant", "train_iters": 9}
    if name.endswith(".sh"):
        first.write_text(" ".join(f"--{key} {value}" for key, value in plain.items()))
    else:
        first.write_text(yaml.safe_dump(plain))
    file.write_text(text)
    command = [sys.executable, "-c", PROGRAM, str(first), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
