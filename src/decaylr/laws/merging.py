"""Checkpoints that are merged in place of a decay of the rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, ascending, expect, require
from decaylr.laws.law import require_schedule
from decaylr.schedule import Schedule


def merge_weights(schedule: Schedule, checkpoints: npt.ArrayLike) -> FloatArray:
    """Weights of checkpoints whose average stands for a decay (arXiv:2507.17634).

    Train on at a constant rate and keep checkpoints. With w_j = schedule(checkpoints[j]) /
    schedule(checkpoints[0]), their average with the weights

        w_0 - w_1, w_1 - w_2, ..., w_{n-1} - w_n, w_n

    has the updates between checkpoints j - 1 and j scaled by w_j, as a training with the decayed
    rate would have to first order.

    Parameters
    ----------
    schedule : Schedule
        The wanted rate: > 0 at the first checkpoint, and from one to the next it must not rise.
    checkpoints : array_like of int
        Positions of the checkpoints, strictly increasing. The first is where the decay begins.

    Returns
    -------
    ndarray of float64
        Of shape ``schedule.shape + (number of checkpoints,)``, >= 0. They sum to 1, and summed
        from the back they are the w_j.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.laws.merge_weights(dl.linear(1.0, 0.0, 4), [0, 1, 2, 3]).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    require_schedule(schedule)
    at = ascending("checkpoints", checkpoints, strictly=True)
    if at.dtype != np.int64 or at.ndim != 1:
        raise TypeError(f"checkpoints must be a list of integers, got {_form(at)}")
    rates = np.asarray(schedule.reshape(*schedule.shape, 1)(at))
    require("schedule", rates[..., :1], lambda v: (v > 0) & np.isfinite(v), "> 0 where it begins")
    expect(
        "schedule",
        rates[..., 1:],
        "from one checkpoint to the next >= 0 and not rising",
        (rates[..., 1:] >= 0) & (rates[..., 1:] <= rates[..., :-1]),
    )
    shares = rates / rates[..., :1]
    weights: FloatArray = shares.copy()
    weights[..., :-1] -= shares[..., 1:]
    return weights


def _form(array: npt.NDArray[Any]) -> str:
    return f"{array.dtype} of {array.ndim} axes"
