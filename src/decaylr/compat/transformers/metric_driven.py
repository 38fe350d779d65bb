"""The schedules of transformers that depend on a metric."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from decaylr.checks import finite, flag
from decaylr.compat.shared.plateau import ReduceLROnPlateau
from decaylr.curves import constant
from decaylr.plateau.scale import Plateau


def get_reduce_on_plateau_schedule(base_lr: ArrayLike, **kwargs: Any) -> Plateau:
    """PyTorch's reduce-on-plateau rule.

    Parameters
    ----------
    base_lr : array_like
    **kwargs
        Arguments of :func:`decaylr.compat.torch.ReduceLROnPlateau`.

    Returns
    -------
    Plateau

    Examples
    --------
    >>> from decaylr.compat.transformers import get_reduce_on_plateau_schedule
    >>> get_reduce_on_plateau_schedule(0.5, patience=2).rule
    'torch'
    """
    return ReduceLROnPlateau(base_lr, **kwargs)


def GreedyLR(  # noqa: N802
    base_lr: ArrayLike,
    mode: str = "min",
    factor: ArrayLike = 0.95,
    patience: ArrayLike = 10,
    threshold: ArrayLike = 1e-6,
    threshold_mode: str = "abs",
    cooldown: ArrayLike = 0,
    warmup: ArrayLike = 0,
    min_lr: ArrayLike = 1e-3,
    max_lr: ArrayLike = 1.0,
    eps: ArrayLike = 1e-8,
    verbose: bool = False,
    smooth: bool = False,
    window_size: int = 50,
    reset_start: ArrayLike = 500,
) -> Plateau:
    """A rate that rises while a metric improves and falls while it does not.

    See :class:`decaylr.Plateau`, rule "greedy".

    Parameters
    ----------
    base_lr : array_like
        The initial rate.
    min_lr, max_lr : array_like
        Bounds of the rate, `min_value` and `max_value` of :class:`decaylr.Plateau`.
    verbose : bool
        Has no effect.
    mode, factor, patience, threshold, threshold_mode, cooldown, warmup, eps, smooth, \
            window_size, reset_start
        As in :class:`decaylr.Plateau`.

    Returns
    -------
    Plateau

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import GreedyLR
    >>> p = GreedyLR(0.25, factor=0.5, patience=0)
    >>> p.update(1.0), p.value(0)
    (2.0, 0.5)
    """
    flag("verbose", verbose)
    return Plateau(
        constant(finite("base_lr", base_lr)),
        rule="greedy",
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        min_value=finite("min_lr", min_lr),
        warmup=warmup,
        max_value=finite("max_lr", max_lr),
        eps=eps,
        smooth=smooth,
        window_size=window_size,
        reset_start=reset_start,
    )


def get_greedy_schedule(base_lr: ArrayLike, **kwargs: Any) -> Plateau:
    """The same as :func:`GreedyLR`.

    Parameters
    ----------
    base_lr : array_like
    **kwargs
        Arguments of :func:`GreedyLR`.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_greedy_schedule
    >>> get_greedy_schedule(0.5).rule
    'greedy'
    """
    return GreedyLR(base_lr, **kwargs)
