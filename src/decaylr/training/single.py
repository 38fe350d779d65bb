"""The schedule of an adapter whose framework takes one value at a time."""

from __future__ import annotations

from typing import Any

from decaylr.checks import refuse
from decaylr.schedule import Schedule


def single_schedule(name: str, value: Any) -> Schedule:
    """Require a schedule of shape ()."""
    if not isinstance(value, Schedule):
        raise TypeError(f"{name} must be a Schedule, got {type(value).__name__}")
    if value.shape != ():
        refuse(name, "a single one", f"shape {value.shape}")
    return value
