"""JAX and optax: `schedule` makes a function of the step for `jit`, `vmap` and `grad`."""

from decaylr.jax.pytree import Traced, schedule

__all__ = ["Traced", "schedule"]
