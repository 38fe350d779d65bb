"""The optax schedules that work with `vmap`, over every parameter that can be mapped.

Horizons, rates and warmups cannot be mapped, because optax tests them in Python when it creates a
schedule. The same calls also work with `decaylr.compat.optax`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.columns import columns
from benchmarks.peers import vmapped


@dataclass(frozen=True)
class Run:
    """The parameters that differ between runs: arrays for many runs, or numbers for one."""

    peak: Any
    floor: Any
    share: Any  # end value as a fraction of the peak
    power: Any


def runs(n, steps):
    """Parameters of n runs."""
    c = columns(n, steps)
    return Run(c.peak, c.peak * c.slope, c.slope, np.linspace(1.1, 3.0, n))


def _stairs(steps):
    return {steps // 4: 0.5, steps // 2: 0.2}


# Arguments: `optax` or `decaylr.compat.optax`, the parameters, and the steps.
FAMILIES = {
    "constant": lambda of, r, steps: of.constant_schedule(r.peak),
    "linear": lambda of, r, steps: of.linear_schedule(r.peak, r.floor, steps),
    "power 2": lambda of, r, steps: of.polynomial_schedule(r.peak, r.floor, 2, steps),
    "any power": lambda of, r, steps: of.polynomial_schedule(r.peak, r.floor, r.power, steps),
    "cosine": lambda of, r, steps: of.cosine_decay_schedule(r.peak, steps, r.share),
    "cosine to a power": lambda of, r, steps: of.cosine_decay_schedule(
        r.peak, steps, r.share, r.power
    ),
    "exponential": lambda of, r, steps: of.exponential_decay(r.peak, 1, 0.999, end_value=r.floor),
    "piecewise constant": lambda of, r, steps: of.piecewise_constant_schedule(
        r.peak, _stairs(steps)
    ),
    "piecewise linear": lambda of, r, steps: of.piecewise_interpolate_schedule(
        "linear", r.peak, _stairs(steps)
    ),
    "piecewise cosine": lambda of, r, steps: of.piecewise_interpolate_schedule(
        "cosine", r.peak, _stairs(steps)
    ),
    "linear one-cycle": lambda of, r, steps: of.linear_onecycle_schedule(steps, r.peak),
    "cosine one-cycle": lambda of, r, steps: of.cosine_onecycle_schedule(steps, r.peak),
    "warmup and constant": lambda of, r, steps: of.warmup_constant_schedule(
        r.floor, r.peak, steps // 10
    ),
}


def table(name, parameters, steps):
    """A function that evaluates the whole table with `jit(vmap(vmap(optax schedule)))`."""
    import optax

    def one(p, peak, floor, share, power):
        return FAMILIES[name](optax, Run(peak, floor, share, power), steps)(p)

    arrays = (parameters.peak, parameters.floor, parameters.share, parameters.power)
    return vmapped(one, arrays, steps)
