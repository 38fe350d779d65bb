"""PyTorch's `ReduceLROnPlateau`, which timm and transformers use too."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import finite
from decaylr.curves import constant
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
    """A constant rate that is multiplied by `factor` when a metric stops improving.

    See :class:`decaylr.Plateau`, rule "torch". A rate that starts below `min_lr` is not changed.

    Parameters
    ----------
    base_lr : array_like
        The initial rate.
    mode : {"min", "max"}
        Whether a lower or a higher metric is better.
    factor : array_like
        Factor of a reduction.
    patience : array_like of whole numbers
        Number of epochs without improvement that are tolerated.
    threshold : array_like
        Smallest change that counts as an improvement, >= 0.
    threshold_mode : {"rel", "abs"}
        Whether `threshold` is relative to the best metric or absolute.
    cooldown : array_like of whole numbers
        Number of epochs after a reduction that are not counted.
    min_lr : array_like
        Lower bound of the rate.
    eps : array_like
        A reduction of the rate by `eps` or less is skipped.

    Returns
    -------
    Plateau

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

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
