"""Learning rates with a momentum schedule beside them."""

from __future__ import annotations

import numpy as np

from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to, with_companions


def with_momentum(rate: Schedule, momentum: Schedule | None) -> Schedule:
    """Return `rate` with a `.momentum`; indexing, reshaping and stacking keep it."""
    if momentum is None:
        return rate
    shape = np.broadcast_shapes(rate.shape, momentum.shape)
    wide = broadcast_to(rate, shape)
    return with_companions(wide, {**wide.companions, "momentum": broadcast_to(momentum, shape)})
