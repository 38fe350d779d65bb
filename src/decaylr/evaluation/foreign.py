"""Messages for schedules that a framework calls with a position of its own."""

from __future__ import annotations

from typing import Any

KERAS = "decaylr.keras.Schedule(schedule), with Keras 2 decaylr.tf_keras.Schedule(schedule)"
# What to pass instead of a bare schedule, by the package of the position's type.
ADAPTERS = {
    "NoneType": KERAS,
    "jax": "decaylr.jax.schedule(schedule)",
    "jaxlib": "decaylr.jax.schedule(schedule)",
    "keras": KERAS,
    "mlx": "decaylr.mlx.schedule(schedule)",
    "paddle": "decaylr.paddle.Scheduler(schedule)",
    "tensorflow": KERAS,
    "torch": "decaylr.torch.schedule(schedule)",
}


def package_of(position: Any) -> str:
    """The package that the type of a position comes from; "NoneType" for None."""
    return "NoneType" if position is None else type(position).__module__.partition(".")[0]


def refuse_bare(position: Any, reason: str) -> None:
    """TypeError that names the adapter, if a framework passed this position."""
    adapter = ADAPTERS.get(package_of(position))
    if adapter is not None:
        raise TypeError(f"{reason}; a framework that calls the schedule takes {adapter}")
