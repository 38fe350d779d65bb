"""decaylr's own format: one schedule (`Schedule.to_dict`) or one plateau."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import Given
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


def recognises(data: Any) -> bool:
    """Whether the data has a version, and a schedule or a plateau."""
    return (
        isinstance(data, Mapping)
        and "version" in data
        and bool(data.keys() & {"schedule", "plateau"})
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """The schedule, with its horizon."""
    if "plateau" in data:
        return Found(Plateau.from_dict(data))
    return Found(Schedule.from_dict(data))


DIALECT = Dialect("decaylr", "a schedule of decaylr", recognises, read)
