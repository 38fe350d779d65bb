"""The parameters that curves between two values share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, above, broadcast_shape, finite, real_array, require


def ends(init_value: ArrayLike, end_value: ArrayLike, steps: ArrayLike) -> dict[str, Array]:
    """Check two values and a length; the difference of the values must not overflow."""
    init, end = finite("init_value", init_value), finite("end_value", end_value)
    broadcast_shape({"init_value": init.shape, "end_value": end.shape})
    with np.errstate(over="ignore"):
        change = init.astype(np.float64) - end
    require("init_value - end_value", change, np.isfinite, "finite")
    return {"init_value": init, "end_value": end, "steps": _length(steps)}


def _length(steps: ArrayLike) -> Array:
    """Check a length; where it is 0 the message says how to leave a phase out."""
    try:
        return above("steps", steps)
    except ValueError as error:
        if not np.any(real_array("steps", steps) == 0):
            raise
        raise ValueError(
            f"{error}: a phase of no steps is left out by the boundaries of join, and by recipes "
            "such as warmup_cosine and wsd, which accept 0"
        ) from None
