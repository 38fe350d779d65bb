"""JAX and optax: schedules as functions of a step that can be traced, mapped and derived."""

from decaylr.jax.pytree import Traced, schedule

__all__ = ["Traced", "schedule"]
