"""Schedules written for other libraries: equal when the library, or decaylr, reads them."""

import json

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import deepspeed, torch, transformers
from decaylr.convert import convert, written
from tests.peers.installed import peer

WARMUP = dl.linear(0.0, 0.02, 10)
SCHEDULES = {
    "constant": dl.constant(0.1),
    "line": dl.linear(0.01, 0.1, 30),
    "decay": dl.linear(0.1, 0.0, 70),
    "polynomial": dl.polynomial(0.1, 0.0, 70, 2.0),
    "cosine": dl.cosine(0.1, 0.01, 90),
    "mirror": torch.CosineAnnealingLR(0.1, 90),
    "exponential": dl.exponential(0.1, 0.97),
    "half life": dl.exponential(0.1, half_life=7),
    "steps": dl.step(0.1, 30, 0.3),
    "milestones": dl.multi_step(0.1, [3, 11], 0.5),
    "stairs": dl.piecewise_constant([30, 60], [0.1, 0.05, 0.01]),
    "restarts": dl.cosine(0.1, 0.01, 10).repeat(period_scale=2),
    "warmup and cosine": WARMUP.then(dl.cosine(0.02, 0.0, 90)),
    "warmup and line": WARMUP.then(dl.linear(0.02, 0.0, 90)),
    "warmup and floor": WARMUP.then(dl.cosine(0.02, 0.002, 90)),
    "warmup from a share": dl.linear(0.002, 0.02, 10).then(dl.cosine(0.02, 0.0, 90)),
    "warmup and root": transformers.get_inverse_sqrt_schedule(0.02, 10),
    "warmup and constant": WARMUP.then(dl.constant(0.02)),
    "wsd": dl.wsd(0.02, 10, 60, 30),
    "wsd root": dl.wsd(0.02, 10, 60, 30, end_value=0.002, decay="1-sqrt"),
    "deepspeed linear": deepspeed.WarmupDecayLR(100, 0.0, 0.02, 10, "linear"),
    "deepspeed log": deepspeed.WarmupLR(None, 0.0, 0.02, 20),
    "deepspeed cosine": deepspeed.WarmupCosineLR(0.02, 100, 0.1, 10, 0.01, "linear"),
    "rex": dl.rex(0.1, 0.0, 50),
    "tanh": dl.tanh(0.1, 0.0, 50, -3, 3),
}
EXPRESSED = {
    "torch": {
        "constant", "line", "decay", "polynomial", "cosine", "mirror", "exponential", "half life",
        "steps", "milestones", "restarts", "warmup from a share",
    },
    "optax": {
        "constant", "line", "decay", "polynomial", "cosine", "mirror", "exponential", "half life",
        "steps", "milestones", "stairs", "warmup and cosine", "warmup and line",
        "warmup and floor", "warmup from a share", "warmup and constant", "wsd",
        "deepspeed linear",
    },
    "transformers": {
        "decay", "polynomial", "cosine", "mirror", "warmup and cosine", "warmup and line",
        "warmup and floor", "wsd",
    },
    "deepspeed": {
        "constant", "line", "decay", "polynomial", "cosine", "mirror", "exponential", "half life",
        "steps", "milestones", "restarts", "deepspeed linear", "deepspeed log",
        "deepspeed cosine",
    },
}  # fmt: skip
LIBRARY = {"transformers": "transformers-args"}


@pytest.mark.parametrize("target", EXPRESSED)
@pytest.mark.parametrize("name", SCHEDULES)
def test_what_each_library_can_express(target, name):
    schedule = SCHEDULES[name]
    if name not in EXPRESSED[target]:
        title = {"torch": "PyTorch", "deepspeed": "DeepSpeed"}.get(target, target)
        with pytest.raises(ValueError, match=f"schedule must be one that {title} can express, got"):
            written(schedule, target)
        return
    text = json.dumps(written(schedule, target), allow_nan=False)
    again = convert(json.loads(text), LIBRARY.get(target, target))
    assert again == convert(json.loads(text))  # its form is detected
    end = min(float(schedule.horizon), 100)
    positions = np.arange(end + 1)
    np.testing.assert_allclose(again(positions), schedule(positions), rtol=1e-11, atol=1e-17)


def test_pytorch_makes_what_is_written_for_it():
    library = peer("torch")
    for name in ("cosine", "milestones", "polynomial", "restarts"):
        (kind, arguments), *_ = written(SCHEDULES[name], "torch").items()
        rate = arguments.pop("base_lr")
        optimizer = library.optim.SGD([library.zeros(1, requires_grad=True)], lr=rate)
        scheduler = getattr(library.optim.lr_scheduler, kind)(optimizer, **arguments)
        for position in range(60):
            expected = pytest.approx(SCHEDULES[name](position), rel=1e-9, abs=1e-17)
            assert optimizer.param_groups[0]["lr"] == expected
            optimizer.step()
            scheduler.step()


def test_optax_makes_what_is_written_for_it():
    library = peer("optax")
    for name in ("warmup and cosine", "stairs", "wsd"):
        schedule = _optax(library, written(SCHEDULES[name], "optax"))
        got = [float(schedule(position)) for position in range(101)]
        expected = SCHEDULES[name](np.arange(101))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-8)


def _optax(library, configuration):
    ((name, arguments),) = configuration.items()
    if "schedules" in arguments:
        arguments["schedules"] = [_optax(library, part) for part in arguments["schedules"]]
    if "boundaries_and_scales" in arguments:
        scales = arguments["boundaries_and_scales"]
        arguments["boundaries_and_scales"] = {int(step): scale for step, scale in scales.items()}
    return getattr(library, name)(**arguments)


@pytest.mark.parametrize("target", EXPRESSED)
def test_batches_and_plateaus_are_refused_by_name(target):
    with pytest.raises(ValueError, match="schedule must be a single one, to be written for"):
        written(dl.linear([0.1, 0.2], 0.0, 10), target)
    with pytest.raises(ValueError, match=r"a function of the step, .* Plateau"):
        written(dl.Plateau(dl.constant(1.0)), target)
