"""PyTorch's schedulers made from functions or from other schedulers, and `SWALR`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    ascending,
    at_least,
    broadcastable,
    finite,
    one_of,
    refuse,
    require,
    whole_numbers,
)
from decaylr.combinators.batches import stack
from decaylr.combinators.joins import join
from decaylr.compat.shared.calls import as_list
from decaylr.compat.shared.functions import as_schedule, tabulate
from decaylr.compat.torch.curves import ExponentialLR, StepFunction
from decaylr.curves import samples
from decaylr.recipes.phases import fall
from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to

# One factor per parameter group.
FactorPerGroup = list[Schedule | StepFunction] | tuple[Schedule | StepFunction, ...]


def LambdaLR(  # noqa: N802
    base_lr: ArrayLike,
    lr_lambda: Schedule | StepFunction | FactorPerGroup,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * lr_lambda(t)``.

    Parameters
    ----------
    base_lr : array_like
    lr_lambda : Schedule, function or a list of these
        The factor on the base rate. A function needs `horizon`: it is evaluated once at steps
        0 to ``horizon - 1``, and the last value holds afterwards. Element `i` of a list is for
        parameter group `i`.
    horizon : int, optional
        Number of steps at which a function is evaluated, at least 1.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import LambdaLR
    >>> LambdaLR(0.5, lambda t: 0.5**t, horizon=10)(2)
    0.125
    """
    rate = finite("base_lr", base_lr)
    if isinstance(lr_lambda, list | tuple):
        return stack([as_schedule("lr_lambda", factor, horizon) for factor in lr_lambda]) * rate
    return as_schedule("lr_lambda", lr_lambda, horizon) * rate


def MultiplicativeLR(  # noqa: N802
    base_lr: ArrayLike,
    lr_lambda: Schedule | StepFunction | FactorPerGroup,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * lr_lambda(1) * ... * lr_lambda(t)``, the running product of the factors.

    Parameters
    ----------
    base_lr : array_like
    lr_lambda : Schedule, function or a list of these
        The factor of each step, from step 1 on. Element `i` of a list is for parameter group
        `i`.
    horizon : int, optional
        Number of steps at which the product is tabulated, at least 1; the last value holds
        afterwards. Required unless `lr_lambda` is a constant schedule.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import MultiplicativeLR
    >>> MultiplicativeLR(1.0, lambda t: 0.5, horizon=10)(3)
    0.125
    """
    rate = finite("base_lr", base_lr)
    if isinstance(lr_lambda, list | tuple):
        return stack([_running_product(factor, horizon) for factor in lr_lambda]) * rate
    return _running_product(lr_lambda, horizon) * rate


def _running_product(lr_lambda: Schedule | StepFunction, horizon: int | None) -> Schedule:
    """The product of the factors of steps 1 to t."""
    if isinstance(lr_lambda, Schedule):
        if lr_lambda.kind == "constant":
            return ExponentialLR(1.0, np.asarray(lr_lambda(0)))
        if horizon is None:
            refuse("horizon", "given where lr_lambda is not a constant", None)
        table = lr_lambda.advance(1).table(horizon)
    elif callable(lr_lambda):
        table = tabulate("lr_lambda", lr_lambda, horizon, first=1)
    else:
        as_schedule("lr_lambda", lr_lambda, horizon)
        raise AssertionError("as_schedule raises TypeError for any other type")
    # In long double, so that the rounding errors of many products do not add up.
    product = np.cumprod(np.asarray(table, dtype=np.longdouble)[..., :-1], axis=-1)
    first = np.ones((*product.shape[:-1], 1))
    return samples(np.concatenate([first, product.astype(np.float64)], axis=-1))


def SequentialLR(  # noqa: N802
    base_lr: ArrayLike, schedulers: Sequence[Schedule], milestones: Sequence[ArrayLike]
) -> Schedule:
    """One schedule after another; each starts from its own step 0 at its milestone.

    Parameters
    ----------
    base_lr : array_like
        The rate of the parameter group, the same as in the schedules. Only its shape is used:
        it broadcasts against theirs.
    schedulers : list of Schedule
    milestones : list of array_like
        Non-decreasing steps at which the next schedule starts, one fewer than `schedulers`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import ConstantLR, ExponentialLR, SequentialLR
    >>> parts = [ConstantLR(1.0, 0.5, 20), ExponentialLR(1.0, 0.5)]
    >>> s = SequentialLR(1.0, parts, milestones=[20])
    >>> s(19), s(20), s(21)
    (0.5, 1.0, 0.5)
    """
    rate, parts = finite("base_lr", base_lr), _schedules(schedulers)
    steps = as_list("milestones", milestones)
    if len(steps) != len(parts) - 1:
        refuse("milestones", f"{len(parts) - 1} for {len(parts)} schedulers", len(steps))
    boundaries = [at_least(f"milestones[{i}]", step) for i, step in enumerate(steps)]
    if boundaries:
        ascending("milestones", np.stack(np.broadcast_arrays(*boundaries), axis=-1), strictly=False)
    sequence = join(parts, boundaries=boundaries) if boundaries else parts[0]
    return broadcast_to(sequence, np.broadcast_shapes(sequence.shape, rate.shape))


def _schedules(schedulers: Sequence[Schedule]) -> list[Schedule]:
    parts = as_list("schedulers", schedulers)
    for i, part in enumerate(parts):
        if not isinstance(part, Schedule):
            raise TypeError(f"schedulers[{i}] must be a Schedule, got {type(part).__name__}")
    if not parts:
        refuse("schedulers", "at least one schedule", "none")
    return parts


def ChainedScheduler(  # noqa: N802
    schedulers: Sequence[Schedule], base_lr: ArrayLike = 1.0
) -> Schedule:
    """The product of the schedules' factors: ``base_lr * prod(s(t) / base_lr)``.

    Parameters
    ----------
    schedulers : list of Schedule
        Each made with this `base_lr`.
    base_lr : array_like
        The rate of the parameter group, other than 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import ChainedScheduler, ConstantLR, ExponentialLR
    >>> s = ChainedScheduler([ConstantLR(0.5, 0.5, 20), ExponentialLR(0.5, 0.5)], 0.5)
    >>> s(1), s(20) == 0.5**21
    (0.125, True)
    """
    rate, parts = finite("base_lr", base_lr), _schedules(schedulers)
    require("base_lr", rate, lambda x: x != 0, "other than 0")
    product = parts[0]
    for part in parts[1:]:
        product = product * (part / rate)
    return broadcast_to(product, np.broadcast_shapes(product.shape, rate.shape))


def SWALR(  # noqa: N802
    base_lr: ArrayLike,
    swa_lr: ArrayLike,
    anneal_epochs: ArrayLike = 10,
    anneal_strategy: str = "cos",
) -> Schedule:
    """Annealing from `base_lr` to `swa_lr`, with a cosine or linearly; `swa_lr` holds afterwards.

    Parameters
    ----------
    base_lr, swa_lr : array_like
    anneal_epochs : array_like of whole numbers
        Length of the annealing, >= 0; with 0 the rate is `swa_lr` from the start.
    anneal_strategy : {"cos", "linear"}

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import SWALR
    >>> s = SWALR(1.0, swa_lr=0.5, anneal_epochs=4, anneal_strategy="linear")
    >>> s(0), s(2), s(4)
    (1.0, 0.75, 0.5)
    """
    rate, last = finite("base_lr", base_lr), finite("swa_lr", swa_lr)
    steps = whole_numbers("anneal_epochs", anneal_epochs)
    broadcastable(base_lr=rate, swa_lr=last, anneal_epochs=steps)
    shape = {"cos": "cosine", "linear": "linear"}
    return fall(
        "anneal_strategy",
        shape[one_of("anneal_strategy", anneal_strategy, ("cos", "linear"))],
        rate,
        last,
        steps,
    )
