"""DeepSpeed's schedules compared with its formulas, one scalar step at a time."""

import math

import numpy as np
import pytest

from decaylr.compat import deepspeed

STEPS = 120


def optimizer_steps(initial, of_iteration):
    """The rate of every optimizer step: that of the constructor, then of iterations 0, 1, ..."""
    return [initial, *(of_iteration(i) for i in range(STEPS - 1))]


def range_test(min_lr, size, rate, staircase):
    def value(i):
        interval = (i + 1) / size
        return min_lr * (1 + rate * (math.floor(interval) if staircase else interval))

    return optimizer_steps(min_lr, value)


def share_of_cycle(i, up, down, stairs, back):
    total = float(up + down)
    n = i + 1
    x = 1.0 + n / total - math.floor(1 + n / total)
    ratio = up / total
    if x <= ratio:
        share, stair_count = x / ratio, stairs
    else:
        share, stair_count = (x - 1) / (ratio - 1), back
    if stair_count > 0:
        inside = n % total
        if inside <= up:
            position = inside * stair_count / up
        else:
            position = (total - inside) * stair_count / down
        share = math.floor(position) / stair_count
    return share


def one_cycle(low, high, rate, up, down, stairs, back, unit):
    def value(i):
        if i < up + down:
            return low + (high - low) * share_of_cycle(i, up, down, stairs, back)
        return low if unit == 0 else low / (1 + rate * (i - up - down + 1) / unit)

    return optimizer_steps(low, value)


def one_cycle_momentum(low, high, rate, up, down, stairs, back, unit):
    def value(i):
        if i < up + down:
            return high - (high - low) * share_of_cycle(i, up, down, stairs, back)
        return high if unit == 0 else high * (1 + rate * (i - up - down + 1) / unit)

    return optimizer_steps(low, value)


def warmup_share(i, steps, kind):
    return math.log(i + 1) / math.log(steps) if kind == "log" else i / steps


def warmup(low, high, steps, kind, total=None):
    steps = max(2, steps)

    def value(i):
        if i < steps:
            gamma = warmup_share(i, steps, kind)
        elif total is None:
            gamma = 1.0
        else:
            gamma = max(0.0, (total - i) / max(1.0, total - steps))
        return low + (high - low) * gamma

    return optimizer_steps(low, value)


def warmup_cosine(lr, total, min_ratio, steps, cos_min, kind):
    steps = max(2, steps)

    def value(i):
        if i < steps:
            return lr * (min_ratio + (1 - min_ratio) * warmup_share(i, steps, kind))
        progress = min(1.0, (i - steps + 1) / max(1, total - steps))
        return lr * (cos_min + (1 - cos_min) * (1 + math.cos(math.pi * progress)) / 2)

    return optimizer_steps(0.0, value)


def check(ours, theirs):
    # Near its end, a cosine or a line is a small difference of large numbers in DeepSpeed's floats.
    slack = 1e-15 * max(theirs)
    np.testing.assert_allclose(ours.table(STEPS), theirs, rtol=1e-12, atol=slack)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("staircase", [False, True])
def test_range_test(seed, staircase):
    rng = np.random.default_rng(seed)
    arguments = (rng.uniform(1e-4, 1.0), int(rng.integers(1, 40)), rng.uniform(0, 3), staircase)
    check(deepspeed.LRRangeTest(*arguments), range_test(*arguments))


@pytest.mark.parametrize("seed", range(12))
def test_one_cycle(seed):
    rng = np.random.default_rng(seed)
    low, high = rng.uniform(0.01, 0.1), rng.uniform(0.2, 2.0)
    up, down = int(rng.integers(1, 50)), int(rng.integers(0, 50))
    stairs, back = (int(rng.choice([0, 1, 3, 7, 60])) for _ in range(2))
    rate, growth, unit = rng.uniform(0, 2), rng.uniform(0, 0.1), int(rng.choice([0, 1, 10]))
    ours = deepspeed.OneCycle(
        low,
        high,
        rate,
        up,
        down,
        stairs,
        back,
        unit,
        cycle_min_mom=0.7,
        cycle_max_mom=0.95,
        decay_mom_rate=growth,
    )
    check(ours, one_cycle(low, high, rate, up, down, stairs, back, unit))
    momentum = one_cycle_momentum(0.7, 0.95, growth, up, down, stairs, back, unit)
    check(ours.momentum, momentum)


def test_one_cycle_down_as_up():
    ours = deepspeed.OneCycle(0.0, 1.0, cycle_first_step_size=30, cycle_first_stair_count=4)
    check(ours, one_cycle(0.0, 1.0, 0.0, 30, 30, 4, 4, 0))
    assert deepspeed.OneCycle(0.0, 1.0, cycle_momentum=False).momentum is None


@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 100])
def test_warmup(steps, kind):
    ours = deepspeed.WarmupLR(None, 0.01, 0.5, steps, kind)
    check(ours, warmup(0.01, 0.5, steps, kind))
    assert ours(0) == ours(1) == 0.01


@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize(("total", "steps"), [(100, 10), (50, 1), (10, 10), (5, 20), (11, 10)])
def test_warmup_decay(total, steps, kind):
    ours = deepspeed.WarmupDecayLR(total, 0.01, 0.5, steps, kind)
    check(ours, warmup(0.01, 0.5, steps, kind, total))


@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize(("total", "steps"), [(100, 10), (50, 1), (10, 10), (5, 20), (11, 10)])
def test_warmup_cosine(total, steps, kind):
    ours = deepspeed.WarmupCosineLR(0.3, total, 0.1, steps, 0.01, kind)
    check(ours, warmup_cosine(0.3, total, 0.1, steps, 0.01, kind))
    assert ours(0) == 0.0
    np.testing.assert_allclose(ours(1), 0.03, rtol=1e-15)


def test_runs_of_different_lengths():
    steps, totals = np.array([1, 7, 30]), np.array([40, 5, 100])
    ours = deepspeed.WarmupDecayLR(totals, [0.0, 0.1, 0.2], 1.0, steps)
    for run, low in enumerate((0.0, 0.1, 0.2)):
        check(ours[run], warmup(low, 1.0, int(steps[run]), "log", int(totals[run])))
    ours = deepspeed.OneCycle(0.1, [1.0, 2.0], 0.5, [3, 40], [0, 7], 3, decay_step_size=[0, 5])
    check(ours[0], one_cycle(0.1, 1.0, 0.5, 3, 0, 3, 3, 0))
    check(ours[1], one_cycle(0.1, 2.0, 0.5, 40, 7, 3, 3, 5))


def block(name, optimizer=None, **params):
    config = {"train_batch_size": 8, "scheduler": {"type": name, "params": params}}
    return config if optimizer is None else config | {"optimizer": {"params": {"lr": optimizer}}}


def test_config():
    read = deepspeed.from_config
    config = block("OneCycle", cycle_min_lr=0.1, cycle_max_lr=1.0, cycle_first_step_size=10)
    assert read(config).momentum(10) == 0.8
    check(read(config), one_cycle(0.1, 1.0, 0.0, 10, 10, 0, 0, 0))
    assert read(block("LRRangeTest"))(2000) == 0.002
    assert read(block("WarmupLR", 0.25))(5000) == 0.25
    assert read(block("WarmupLR"), base_lr=0.5)(5000) == 0.5
    assert read(block("WarmupLR", 0.25, warmup_max_lr=[1.0, 2.0]))(5000).tolist() == [1.0, 2.0]
    cosine = block("WarmupCosineLR", 0.5, total_num_steps=50, warmup_num_steps=5)
    check(read(cosine), warmup_cosine(0.5, 50, 0.0, 5, 1e-4, "log"))
    decay = block("WarmupDecayLR", 0.5, total_num_steps=50, warmup_num_steps=5)
    check(read(decay), warmup(0.0, 0.001, 5, "log", 50))


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({}, r"scheduler must be a mapping, got None"),
        (block("CosineLR"), r"scheduler.type must be one of LRRangeTest, .*, got 'CosineLR'"),
        ({"scheduler": {"name": "OneCycle"}}, r"scheduler: unknown key 'name'"),
        (block("OneCycle", cycle_min_lr=0.1), r"scheduler.params: cycle_max_lr is missing"),
        (block("WarmupLR", 1.0, warmup=3), r"scheduler.params: unknown key 'warmup', known are w"),
        (block("WarmupLR", 1.0, base_lr=3), r"scheduler.params: unknown key 'base_lr'"),
        (block("WarmupLR"), r"warmup_max_lr must be given where base_lr is not"),
        (block("WarmupCosineLR", total_num_steps=9), r"base_lr must be given where the config has"),
        (block("WarmupDecayLR", 1.0), r"scheduler.params: total_num_steps is missing"),
        (block("WarmupLR", 1.0, warmup_type="cos"), r"warmup_type must be one of log, linear"),
        (
            block("WarmupLR", 1.0, warmup_num_steps=0),
            r"warmup_num_steps must be a whole number >= ",
        ),
        (block("WarmupLR", 1.0, warmup_num_steps="auto"), r"warmup_num_steps must be real numbers"),
        (block("WarmupLR", 1.0, warmup_num_steps=2**25), r"warmup_num_steps must be at most 16777"),
        (
            block("LRRangeTest", lr_range_test_step_size=0),
            r"lr_range_test_step_size must be a whol",
        ),
    ],
)
def test_refusals(config, text):
    with pytest.raises((TypeError, ValueError), match=text):
        deepspeed.from_config(config)


def test_a_rate_is_given_once():
    with pytest.raises(ValueError, match="base_lr must be left out where the config has optimizer"):
        deepspeed.from_config(block("WarmupLR", 0.1), base_lr=0.2)
