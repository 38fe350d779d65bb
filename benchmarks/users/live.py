"""optax's and Keras's own schedules, where they can be mapped over positions.

Both are compiled by `jax.jit(jax.vmap(schedule))`, for one run: most of their parameters cannot be
mapped. Keras computes in float32.
"""

import os
from collections.abc import Callable

import numpy as np

from benchmarks.users.draws import Drawn

NEAR = 1e-3  # relative, for float32
MOST_OFF = 0.01  # share of the values: float32 puts some positions on the other side of a step


def plain(value):
    """Numbers and lists of Python, which the libraries ask for."""
    return value.tolist()


def table(schedule: Callable, steps: int) -> Callable[[], np.ndarray]:
    """A function that evaluates the schedule at all positions."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    mapped, positions = jax.jit(jax.vmap(schedule)), jnp.arange(steps)
    return lambda: np.asarray(mapped(positions).block_until_ready())


def optax(make: Callable, d: Drawn) -> Callable[[], np.ndarray]:
    """The table of optax's schedule."""
    import optax as live

    return table(make(d.mapped(plain), live), d.steps)


def keras(make: Callable, d: Drawn) -> Callable[[], np.ndarray]:
    """The table of Keras's schedule."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras as live

    return table(make(d.mapped(plain), live.optimizers.schedules), d.steps)


def require_alike(got: np.ndarray, expected: np.ndarray, name: str) -> None:
    """Raise an error if the library's values are not the row's."""
    off = ~np.isclose(got, expected, rtol=NEAR, atol=NEAR * np.abs(expected).max())
    if np.mean(off) > MOST_OFF:
        raise AssertionError(f"{name}: {np.mean(off):.1%} of the library's values differ")
