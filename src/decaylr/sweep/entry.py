"""One named schedule of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.schedule import Schedule


@dataclass(frozen=True)
class Entry:
    """One named schedule of a sweep file."""

    name: str
    schedule: Schedule
    unit: str = "step"
    length: float = np.inf
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
