"""The schedules of optax that `vmap` maps over their peak, by the calls that `compat.optax` shares.

Over nothing else: optax tests horizons, rates and warmups in Python when it makes a schedule.
"""

from benchmarks.peers import vmapped


def _stairs(steps):
    return {steps // 4: 0.5, steps // 2: 0.2}


# of optax or `decaylr.compat.optax`, the peak or peaks, and the steps
FAMILIES = {
    "constant": lambda of, peak, steps: of.constant_schedule(peak),
    "linear": lambda of, peak, steps: of.linear_schedule(peak, 0.0, steps),
    "power 2": lambda of, peak, steps: of.polynomial_schedule(peak, 0.0, 2, steps),
    "power 1.7": lambda of, peak, steps: of.polynomial_schedule(peak, 0.0, 1.7, steps),
    "cosine": lambda of, peak, steps: of.cosine_decay_schedule(peak, steps),
    "exponential": lambda of, peak, steps: of.exponential_decay(peak, 1, 0.999),
    "piecewise constant": lambda of, peak, steps: of.piecewise_constant_schedule(
        peak, _stairs(steps)
    ),
    "piecewise linear": lambda of, peak, steps: of.piecewise_interpolate_schedule(
        "linear", peak, _stairs(steps)
    ),
    "piecewise cosine": lambda of, peak, steps: of.piecewise_interpolate_schedule(
        "cosine", peak, _stairs(steps)
    ),
    "linear one-cycle": lambda of, peak, steps: of.linear_onecycle_schedule(steps, peak),
    "cosine one-cycle": lambda of, peak, steps: of.cosine_onecycle_schedule(steps, peak),
}


def table(name, peaks, steps):
    """A function that evaluates the whole table by `jit(vmap(vmap(optax schedule)))`."""
    import optax

    return vmapped(lambda p, peak: FAMILIES[name](optax, peak, steps)(p), [peaks], steps)
