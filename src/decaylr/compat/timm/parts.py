"""What timm's schedules share: warmup, cycles and noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    FloatArray,
    above,
    at_least,
    broadcastable,
    finite,
    flag,
    refuse,
    whole_number,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.curves import constant, samples
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule

# A curve between two values over the first cycle, in the class's own shape.
Curve = Callable[[Array, Array], Schedule]
Range = ArrayLike | None


def warmed(
    schedule: Schedule,
    target: Array,
    *,
    warmup_t: ArrayLike,
    warmup_lr_init: ArrayLike,
    warmup_prefix: bool,
) -> Schedule:
    """A line to `target` in `warmup_t` first; without a prefix the clock runs under it."""
    length, first = at_least("warmup_t", warmup_t), at_least("warmup_lr_init", warmup_lr_init)
    broadcastable(warmup_t=length, warmup_lr_init=first, base_lr=target)
    after = schedule if flag("warmup_prefix", warmup_prefix) else schedule.advance(length)
    return sequence([rise("warmup_t", "linear", first, target, length), after], [length])


def cycles(
    curve: Curve,
    rate: Array,
    least: Array,
    t_initial: Array,
    *,
    cycle_mul: ArrayLike,
    cycle_decay: ArrayLike,
    cycle_limit: ArrayLike,
) -> Schedule:
    """`cycle_limit` cycles from ``rate * cycle_decay**i`` to `least`, and then `least`."""
    growth, shrink = at_least("cycle_mul", cycle_mul, 1.0), at_least("cycle_decay", cycle_decay)
    limit = whole_numbers("cycle_limit", cycle_limit)
    broadcastable(t_initial=t_initial, cycle_mul=growth, cycle_decay=shrink, cycle_limit=limit)

    def repeated(begin: Array, end: Array, scale: Array) -> Schedule:
        once = curve(begin, end)
        return once.repeat(t_initial, period_scale=growth, value_scale=scale, lengths="real")

    zero, one = np.zeros(()), np.ones(())
    if np.all(shrink == 1):
        waves = repeated(rate, least, one)
    else:
        # Only the peak shrinks: the share of the floor is that of an unscaled cycle.
        waves = repeated(rate, zero, shrink) + repeated(zero, one, one) * least
    return join([waves, constant(least)], boundaries=[whole_length(t_initial, growth, limit)])


def whole_length(t_initial: Array, growth: Array, limit: Array) -> Array:
    """The sum of `limit` cycles."""
    even = growth == 1
    ratio = np.where(even, 2.0, growth)
    return np.where(even, t_initial * limit, t_initial * (ratio**limit - 1) / (ratio - 1))


def noisy(
    schedule: Schedule,
    noise_range_t: Range,
    noise_pct: ArrayLike,
    noise_std: ArrayLike,
    noise_seed: ArrayLike,
    horizon: int | None,
    noise_type: str = "normal",
) -> Schedule:
    """The schedule times one plus timm's noise, drawn by PyTorch's generator as timm does.

    A range is a begin, or a begin and an end; the last axis of an array of ranges is these two.
    """
    if noise_range_t is None:
        return schedule
    limits = np.ceil(at_least("noise_range_t", noise_range_t)).astype(np.int64)
    if limits.ndim and limits.shape[-1] != 2:
        refuse("noise_range_t", "a begin, or a begin and an end", noise_range_t)
    begin = limits[..., 0] if limits.ndim else limits
    if limits.ndim == 0 and horizon is None:
        refuse("horizon", "given where noise_range_t has no end", None)
    end = limits[..., 1] if limits.ndim else np.asarray(whole_number("horizon", horizon, least=1))
    share, deviation = above("noise_pct", noise_pct), finite("noise_std", noise_std)
    seed = whole_numbers("noise_seed", noise_seed)
    broadcastable(noise_range_t=begin, noise_pct=share, noise_std=deviation, noise_seed=seed)
    runs = np.broadcast(begin, end, share, deviation, seed)
    factors = np.ones((*runs.shape, int(np.max(end)) + 1))
    for row, (first, last, *drawing, start) in zip(_rows(factors), runs, strict=True):
        draw = _generator(*drawing)
        for t in range(first, last):
            row[t] += draw(int(start) + t, noise_type)
    return schedule * samples(factors)


def _rows(table: FloatArray) -> FloatArray:
    return table.reshape(-1, table.shape[-1])


def _generator(limit: float, deviation: float) -> Callable[[int, str], float]:
    import torch

    def draw(seed: int, noise_type: str) -> float:
        generator = torch.Generator()
        generator.manual_seed(seed)
        if noise_type != "normal":
            return float(2 * (torch.rand(1, generator=generator).item() - 0.5) * limit)
        while True:
            drawn = float(torch.randn(1, generator=generator).item()) * deviation
            if abs(drawn) < limit:
                return drawn

    return draw
