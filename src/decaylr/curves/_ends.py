"""The parameters that curves between two values share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, above, broadcast_shape, finite, require


def ends(init_value: ArrayLike, end_value: ArrayLike, steps: ArrayLike) -> dict[str, Array]:
    """Check two values and a length; the difference of the values must not overflow."""
    init, end = finite("init_value", init_value), finite("end_value", end_value)
    broadcast_shape({"init_value": init.shape, "end_value": end.shape})
    with np.errstate(over="ignore"):
        change = init.astype(np.float64) - end
    require("init_value - end_value", change, np.isfinite, "finite")
    return {"init_value": init, "end_value": end, "steps": above("steps", steps)}
