"""`decaylr.compat.transformers` compared with the schedules of transformers."""

import math
from fractions import Fraction

import numpy as np
import pytest

from decaylr.compat import transformers as compat
from decaylr.compat.torch import from_scheduler
from decaylr.compat.transformers import schedules
from tests.peers.installed import peer
from tests.peers.live_torch import optimizer, stepped, torch

optimization = peer("transformers.optimization")

STEPS = 130
SEEDS = range(25)
NAMES = (
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_linear_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_inverse_sqrt_schedule",
    "get_cosine_with_min_lr_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "get_wsd_schedule",
)


def random_arguments(name, rng):
    """Valid arguments, including no warmup, no steps and too few steps."""
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    warmup = pick(0, 1, int(rng.integers(2, 30)))
    total = pick(int(rng.integers(40, 120)), 10, 0)
    if name == "get_constant_schedule":
        return {}
    arguments = {"num_warmup_steps": warmup}
    if name == "get_constant_schedule_with_warmup":
        return arguments
    if name == "get_inverse_sqrt_schedule":
        return arguments | pick({}, {"timescale": int(rng.integers(1, 500))})
    least = pick({"min_lr": 0.01}, {"min_lr_rate": 0.2}, {"min_lr_rate": 0.0})
    cycles = {"num_cycles": pick(0.5, 1.0, 1.5, 0.3, 0.0, 2)}
    if name == "get_wsd_schedule":
        length = pick({"num_training_steps": total}, {"num_stable_steps": int(rng.integers(0, 60))})
        types = ("linear", "cosine", "1-sqrt")
        words = {"warmup_type": pick(*types), "decay_type": pick(*types)}
        ratio = {"min_lr_ratio": pick(0.0, 0.1)}
        decay = {"num_decay_steps": pick(0, int(rng.integers(1, 40)))}
        return arguments | decay | length | words | ratio | cycles
    arguments["num_training_steps"] = total
    if "polynomial" in name:
        arguments["num_training_steps"] = total if total != warmup else total + 1
        return arguments | {"lr_end": pick(0.0, 1e-7), "power": pick(1.0, 2.0, 0.7)}
    if "hard_restarts" in name:
        # Powers of two, so that the remainder at a restart is also exact in transformers.
        return {"num_warmup_steps": warmup, "num_training_steps": warmup + 64} | {
            "num_cycles": pick(0, 1, 2, 4)
        }
    if name == "get_linear_schedule_with_warmup":
        return arguments
    if name == "get_cosine_with_min_lr_schedule_with_warmup_lr_rate":
        return arguments | cycles | least | pick({}, {"warmup_lr_rate": 0.1})
    return arguments | cycles | (least if "min_lr" in name else {})


def live(name, arguments, base_lr=0.1):
    return getattr(optimization, name)(optimizer(base_lr), **arguments)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_equals_the_live_schedule(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    theirs = stepped(live(name, arguments), STEPS)
    ours = getattr(compat, name)(0.1, **arguments).table(STEPS)
    # 1 + cos(x) leaves 1e-17 of the peak where the exact value is 0.
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=3e-17)


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_batch_is_its_runs_bit_for_bit(name):
    rng = np.random.default_rng(len(name))
    drawn = [random_arguments(name, rng) for _ in range(80)]
    words = {k: v for k, v in drawn[0].items() if isinstance(v, str)}
    alike = [d | words for d in drawn if d.keys() == drawn[0].keys()][:8]
    numeric = {k: [d[k] for d in alike] for k in drawn[0] if k not in words}
    batch = getattr(compat, name)(0.3, **numeric, **words)
    assert batch.shape == (len(alike),)
    assert len(alike) > 4
    for row, arguments in zip(batch.table(140), alike, strict=True):
        np.testing.assert_array_equal(row, getattr(compat, name)(0.3, **arguments).table(140))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", NAMES)
def test_a_live_schedule_is_read_without_a_horizon(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    made = live(name, arguments)
    ours = getattr(compat, name)(0.1, **arguments).table(STEPS)
    slack = np.spacing(ours.max())  # transformers divides the minimum rate by the base rate
    np.testing.assert_allclose(from_scheduler(made).table(STEPS), ours, rtol=1e-15, atol=slack)
    stepped(made, 40)
    assert from_scheduler(made) == from_scheduler(live(name, arguments))


def test_live_groups_of_several_rates():
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [weights[0]]}, {"params": [weights[1]], "lr": 0.3}]
    for name, arguments in (
        ("get_polynomial_decay_schedule_with_warmup", {"lr_end": 0.01, "power": 2.0}),
        ("get_cosine_with_min_lr_schedule_with_warmup", {"min_lr": 0.01}),
    ):
        group = torch.optim.SGD(groups, lr=0.1)
        made = getattr(optimization, name)(group, 10, 100, **arguments)
        ours = from_scheduler(made)
        np.testing.assert_allclose(ours.table(STEPS), stepped(made, STEPS), rtol=1e-11, atol=0)


def test_a_function_that_only_looks_like_transformers_needs_a_horizon():
    def _get_constant_lambda(_=None):
        return 1

    made = torch.optim.lr_scheduler.LambdaLR(optimizer(0.1), _get_constant_lambda)
    with pytest.raises(ValueError, match="horizon must be given"):
        from_scheduler(made)


@pytest.mark.parametrize("cycles", [*range(1, 20), 2.5, 7.5, 1.25])
def test_a_restart_on_a_whole_step_is_a_peak(cycles):
    """Also if the period is not a float64: six cycles in 100 steps restart at step 50."""
    lengths = range(2, 60)
    made = compat.get_cosine_with_hard_restarts_schedule_with_warmup(
        0.5, 3, [3 + n for n in lengths], cycles
    )
    table = made.table(70)
    for row, length in zip(table, lengths, strict=True):
        for t in range(length):
            gone = Fraction(cycles) * t / length
            exact = (1 + math.cos(math.pi * float(gone % 1))) / 4
            assert row[3 + t] == pytest.approx(exact, rel=1e-11, abs=1e-15), (length, t)
            if gone.denominator == 1:
                assert row[3 + t] == 0.5
        assert row[3 + length] == 0.0
    single = compat.get_cosine_with_hard_restarts_schedule_with_warmup(0.5, 3, 33, cycles)
    np.testing.assert_array_equal(single.table(70), table[28])


def test_a_restart_by_rounded_remainder_is_a_known_difference():
    """49 * (1 / 49) is below 1 in float64, so transformers misses that restart."""
    arguments = {"num_warmup_steps": 0, "num_training_steps": 49, "num_cycles": 49}
    theirs = stepped(live("get_cosine_with_hard_restarts_schedule_with_warmup", arguments), 49)
    ours = compat.get_cosine_with_hard_restarts_schedule_with_warmup(0.1, **arguments).table(49)
    np.testing.assert_array_equal(ours, 0.1)
    assert np.sum(theirs < 1e-9) > 0


def test_every_name_of_get_scheduler():
    names = {str(kind.value) for kind in optimization.TYPE_TO_SCHEDULER_FUNCTION}
    assert names == set(schedules.NAMES)
    extra = {
        "cosine_with_min_lr": {"min_lr_rate": 0.1},
        "cosine_warmup_with_min_lr": {"min_lr": 0.01},
        "warmup_stable_decay": {"num_decay_steps": 20},
    }
    for name in sorted(names - {"reduce_lr_on_plateau", "greedy"}):
        theirs = optimization.get_scheduler(name, optimizer(0.1), 10, 100, extra.get(name))
        ours = compat.get_scheduler(name, 0.1, 10, 100, extra.get(name))
        np.testing.assert_allclose(ours.table(STEPS), stepped(theirs, STEPS), rtol=1e-9, atol=3e-17)
    assert compat.get_scheduler("reduce_lr_on_plateau", 0.1).rule == "torch"
    assert (
        compat.get_scheduler("greedy", 0.1, scheduler_specific_kwargs={"patience": 3}).rule
        == "greedy"
    )


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: compat.get_scheduler("cos", 0.1),
            ValueError,
            "name must be one of linear, .*'cos'",
        ),
        (lambda: compat.get_scheduler("cosine", 0.1), ValueError, "num_warmup_steps must be given"),
        (lambda: compat.get_scheduler("cosine", 0.1, 1), ValueError, "num_training_steps must be"),
        (
            lambda: compat.get_polynomial_decay_schedule_with_warmup(1e-8, 1, 10),
            ValueError,
            "lr_end must be below base_lr, got 1e-07",
        ),
        (
            lambda: compat.get_polynomial_decay_schedule_with_warmup(0.1, 10, [5, 10]),
            ValueError,
            "num_training_steps must be other than num_warmup_steps, got 10 at index 1",
        ),
        (
            lambda: compat.get_cosine_with_min_lr_schedule_with_warmup(0.1, 1, 10),
            ValueError,
            "min_lr must be given where min_lr_rate is not",
        ),
        (
            lambda: compat.get_wsd_schedule(0.1, 1, 10),
            ValueError,
            "num_training_steps must be given where num_stable_steps is not",
        ),
        (
            lambda: compat.get_wsd_schedule(0.1, 1, 10, 100, decay_type="sqrt"),
            ValueError,
            "decay_type must be one of linear, cosine, 1-sqrt, got 'sqrt'",
        ),
        (
            lambda: compat.get_constant_schedule_with_warmup(0.1, -1),
            ValueError,
            "num_warmup_steps must be finite and >= 0, got -1",
        ),
        (
            lambda: compat.get_constant_schedule_with_warmup(0.1, math.nan),
            ValueError,
            "num_warmup_steps must be finite and >= 0, got nan",
        ),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
