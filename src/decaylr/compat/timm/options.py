"""The options that timm's schedulers share: warmup, cycles and noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    LARGEST_COUNT,
    Array,
    above,
    at_least,
    broadcastable,
    finite,
    flag,
    refuse,
    require,
    shown,
    whole_number,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.curves import constant, samples
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule

# Makes the first cycle of a schedule from its first and its last value.
Curve = Callable[[Array, Array], Schedule]
NoiseRange = ArrayLike | None


def with_warmup(
    schedule: Schedule,
    target: Array,
    *,
    warmup_t: ArrayLike,
    warmup_lr_init: ArrayLike,
    warmup_prefix: bool,
) -> Schedule:
    """Linear warmup to `target`; without a prefix it replaces the schedule's first positions."""
    length, first = at_least("warmup_t", warmup_t), at_least("warmup_lr_init", warmup_lr_init)
    broadcastable(warmup_t=length, warmup_lr_init=first, base_lr=target)
    after = schedule if flag("warmup_prefix", warmup_prefix) else schedule.advance(length)
    return sequence([rise("warmup_t", "linear", first, target, length), after], [length])


def repeated_cycles(
    curve: Curve,
    rate: Array,
    least: Array,
    t_initial: Array,
    *,
    cycle_mul: ArrayLike,
    cycle_decay: ArrayLike,
    cycle_limit: ArrayLike,
) -> Schedule:
    """Cycles ``i < cycle_limit`` from ``rate * cycle_decay**i`` to `least`, then `least`."""
    growth, shrink = at_least("cycle_mul", cycle_mul, 1.0), at_least("cycle_decay", cycle_decay)
    limit = whole_numbers("cycle_limit", cycle_limit)
    broadcastable(t_initial=t_initial, cycle_mul=growth, cycle_decay=shrink, cycle_limit=limit)

    def repeated(begin: Array, end: Array, scale: Array) -> Schedule:
        cycle = curve(begin, end)
        return cycle.repeat(t_initial, period_scale=growth, value_scale=scale, lengths="real")

    zero, one = np.zeros(()), np.ones(())
    if np.all(shrink == 1):
        cycles = repeated(rate, least, one)
    else:
        # cycle_decay scales only the peak: add the contribution of lr_min unscaled.
        cycles = repeated(rate, zero, shrink) + repeated(zero, one, one) * least
    return join([cycles, constant(least)], boundaries=[_total_length(t_initial, growth, limit)])


def end_of_cycles(
    t_initial: Array, cycle_mul: ArrayLike, cycle_limit: ArrayLike, warmup: ArrayLike
) -> Array:
    """Where the last cycle ends: what timm calls the length of the schedule."""
    growth, limit = at_least("cycle_mul", cycle_mul, 1.0), whole_numbers("cycle_limit", cycle_limit)
    end: Array = _total_length(t_initial, growth, limit) + at_least("warmup_t", warmup)
    return end


def _total_length(t_initial: Array, growth: Array, limit: Array) -> Array:
    """The length of the first `limit` cycles together."""
    is_constant = growth == 1
    ratio = np.where(is_constant, 2.0, growth)
    return np.where(is_constant, t_initial * limit, t_initial * (ratio**limit - 1) / (ratio - 1))


MOST_DRAWS = 1000  # about as many are needed where noise_pct is so much smaller than noise_std


def with_noise(
    schedule: Schedule,
    noise_range_t: NoiseRange,
    noise_pct: ArrayLike,
    noise_std: ArrayLike,
    noise_seed: ArrayLike,
    horizon: int | None,
    noise_type: str = "normal",
) -> Schedule:
    """Multiply a schedule by one plus noise drawn as timm does, with PyTorch's generator.

    `noise_range_t` is a first position, or a first and an end position along its last axis.
    """
    if noise_range_t is None:
        return schedule
    limits = np.ceil(at_least("noise_range_t", noise_range_t))
    require("noise_range_t", limits, lambda x: x <= LARGEST_COUNT, f"at most {LARGEST_COUNT}")
    limits = limits.astype(np.int64)
    if limits.ndim and limits.shape[-1] != 2:
        refuse("noise_range_t", "a begin, or a begin and an end", noise_range_t)
    begin = limits[..., 0] if limits.ndim else limits
    if limits.ndim == 0 and horizon is None:
        refuse("horizon", "given where noise_range_t has no end", None)
    end = limits[..., 1] if limits.ndim else np.asarray(whole_number("horizon", horizon, least=1))
    limit, deviation = above("noise_pct", noise_pct), finite("noise_std", noise_std)
    seed = whole_numbers("noise_seed", noise_seed)
    broadcastable(noise_range_t=begin, noise_pct=limit, noise_std=deviation, noise_seed=seed)
    if noise_type == "normal" and np.any(np.abs(deviation) > MOST_DRAWS * limit):
        rule = f"at least noise_std / {MOST_DRAWS}, since noise is drawn until it is below"
        refuse("noise_pct", rule, f"{shown(noise_pct)} with noise_std {shown(noise_std)}")
    runs = np.broadcast(begin, end, limit, deviation, seed)
    factors = np.ones((*runs.shape, int(np.max(end)) + 1))
    rows = factors.reshape(-1, factors.shape[-1])
    for row, (first, stop, run_limit, run_deviation, run_seed) in zip(rows, runs, strict=True):
        for t in range(first, stop):
            row[t] += _draw_noise(int(run_seed) + t, noise_type, run_limit, run_deviation)
    return schedule * samples(factors)


def _draw_noise(seed: int, noise_type: str, limit: float, deviation: float) -> float:
    import torch  # only noise needs PyTorch

    generator = torch.Generator()
    generator.manual_seed(seed)
    if noise_type != "normal":
        return float(2 * (torch.rand(1, generator=generator).item() - 0.5) * limit)
    while True:
        noise = float(torch.randn(1, generator=generator).item()) * deviation
        if abs(noise) < limit:
            return noise
