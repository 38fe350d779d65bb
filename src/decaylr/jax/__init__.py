"""JAX and optax: `schedule` makes a function of the step for `jit`, `vmap` and `grad`."""

from decaylr.checks import missing_library

try:
    from decaylr.jax.losses import loss
    from decaylr.jax.pytree import Traced, schedule
except ModuleNotFoundError as error:
    raise missing_library(error, "jax") from error

__all__ = ["Traced", "loss", "schedule"]
