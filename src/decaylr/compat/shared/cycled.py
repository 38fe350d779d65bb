"""A learning rate and the momentum that is cycled against it."""

from __future__ import annotations

import numpy as np

from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to, with_companions


def with_momentum(rate: Schedule, momentum: Schedule | None) -> Schedule:
    """The same schedule with a `.momentum`, which batch operations carry along."""
    if momentum is None:
        return rate
    shape = np.broadcast_shapes(rate.shape, momentum.shape)
    return with_companions(broadcast_to(rate, shape), {"momentum": broadcast_to(momentum, shape)})
