"""PyTorch's rule of a metric-driven rate, which timm and transformers use as well."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    finite,
)
from decaylr.curves import (
    constant,
)
from decaylr.plateau.scale import Plateau


def ReduceLROnPlateau(  # noqa: N802
    base_lr: ArrayLike,
    mode: str = "min",
    factor: ArrayLike = 0.1,
    patience: ArrayLike = 10,
    threshold: ArrayLike = 1e-4,
    threshold_mode: str = "rel",
    cooldown: ArrayLike = 0,
    min_lr: ArrayLike = 0,
    eps: ArrayLike = 1e-8,
) -> Plateau:
    """A constant rate that falls where a metric no longer improves.

    See :class:`decaylr.Plateau`, rule "torch". A rate below `min_lr` stays where it is.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.torch import ReduceLROnPlateau
    >>> p = ReduceLROnPlateau(0.5, factor=0.5, patience=0)
    >>> p.update(1.0), p.update(1.0), p.value(0)
    (1.0, 0.5, 0.25)
    """
    rate = finite("base_lr", base_lr)
    return Plateau(
        constant(rate),
        mode=mode,
        factor=factor,
        patience=patience,
        cooldown=cooldown,
        threshold=threshold,
        threshold_mode=threshold_mode,
        min_value=np.minimum(finite("min_lr", min_lr), rate),
        eps=eps,
    )
