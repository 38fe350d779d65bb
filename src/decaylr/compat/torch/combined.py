"""The schedulers of `torch.optim.lr_scheduler` and `torch.optim.swa_utils` (PyTorch 2.13).

Names, parameters, order and defaults are PyTorch's; the leading `optimizer` is the `base_lr`
of its group, and `last_epoch` is left out: resuming is asking for another position. Position
`t` has the rate after `t` calls of `scheduler.step()`. Numbers may be arrays, one element a run.
"""

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
from decaylr.compat.shared.calls import elements
from decaylr.compat.shared.functions import as_schedule, table_of
from decaylr.compat.torch.curves import (
    ExponentialLR,
    Function,
)
from decaylr.curves import (
    samples,
)
from decaylr.recipes.phases import fall
from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to

# One for each parameter group.
OfGroups = list[Schedule | Function] | tuple[Schedule | Function, ...]


def LambdaLR(  # noqa: N802
    base_lr: ArrayLike,
    lr_lambda: Schedule | Function | OfGroups,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * lr_lambda(t)``.

    Parameters
    ----------
    base_lr : array_like
    lr_lambda : Schedule, function or a list of these
        The factor of the base rate. A function needs `horizon`: its values there are kept as
        a table, the last of which holds. Of a list, element `i` is for parameter group `i`.
    horizon : int, optional
        How many steps of a function are taken, at least 1.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.torch import LambdaLR
    >>> LambdaLR(0.5, lambda t: 0.5**t, horizon=10)(2)
    0.125
    """
    rate = finite("base_lr", base_lr)
    if isinstance(lr_lambda, list | tuple):
        return stack([as_schedule("lr_lambda", one, horizon) for one in lr_lambda]) * rate
    return as_schedule("lr_lambda", lr_lambda, horizon) * rate


def MultiplicativeLR(  # noqa: N802
    base_lr: ArrayLike,
    lr_lambda: Schedule | Function | OfGroups,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * lr_lambda(1) * ... * lr_lambda(t)``: a table of the running product.

    Parameters
    ----------
    base_lr : array_like
    lr_lambda : Schedule, function or a list of these
        The factor of each step, from step 1 on. A constant schedule needs no `horizon`. Of a
        list, element `i` is for parameter group `i`.
    horizon : int
        How many steps are tabulated, at least 1; the last value holds.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.torch import MultiplicativeLR
    >>> MultiplicativeLR(1.0, lambda t: 0.5, horizon=10)(3)
    0.125
    """
    rate = finite("base_lr", base_lr)
    if isinstance(lr_lambda, list | tuple):
        return stack([MultiplicativeLR(1.0, one, horizon=horizon) for one in lr_lambda]) * rate
    if isinstance(lr_lambda, Schedule):
        if lr_lambda.kind == "constant":
            return ExponentialLR(rate, np.asarray(lr_lambda(0)))
        if horizon is None:
            refuse("horizon", "given where lr_lambda is not a constant", None)
        factors = lr_lambda.advance(1).table(horizon)
    elif callable(lr_lambda):
        factors = table_of("lr_lambda", lr_lambda, horizon, first=1)
    else:
        as_schedule("lr_lambda", lr_lambda, horizon)
        raise AssertionError("as_schedule refuses what is neither")
    # In the longest precision there is: rounding each product once would add up.
    product = np.cumprod(np.asarray(factors, dtype=np.longdouble)[..., :-1], axis=-1)
    first = np.ones((*product.shape[:-1], 1))
    return samples(np.concatenate([first, product.astype(np.float64)], axis=-1)) * rate


def SequentialLR(  # noqa: N802
    base_lr: ArrayLike, schedulers: Sequence[Schedule], milestones: Sequence[ArrayLike]
) -> Schedule:
    """One schedule after another, each from its own step 0 at its milestone.

    Parameters
    ----------
    base_lr : array_like
        The group's rate; its shape broadcasts with those of the schedules, which are made
        with it.
    schedulers : list of Schedule
    milestones : list of array_like
        One less than schedules, non-decreasing.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.torch import ConstantLR, ExponentialLR, SequentialLR
    >>> parts = [ConstantLR(1.0, 0.5, 20), ExponentialLR(1.0, 0.5)]
    >>> s = SequentialLR(1.0, parts, milestones=[20])
    >>> s(19), s(20), s(21)
    (0.5, 1.0, 0.5)
    """
    rate, parts = finite("base_lr", base_lr), _schedules(schedulers)
    given = elements("milestones", milestones)
    if len(given) != len(parts) - 1:
        refuse("milestones", f"{len(parts) - 1} for {len(parts)} schedulers", len(given))
    edges = [at_least(f"milestones[{i}]", edge) for i, edge in enumerate(given)]
    if edges:
        ascending("milestones", np.stack(np.broadcast_arrays(*edges), axis=-1), strictly=False)
    made = join(parts, boundaries=edges) if edges else parts[0]
    return broadcast_to(made, np.broadcast_shapes(made.shape, rate.shape))


def _schedules(schedulers: Sequence[Schedule]) -> list[Schedule]:
    parts = elements("schedulers", schedulers)
    for i, part in enumerate(parts):
        if not isinstance(part, Schedule):
            raise TypeError(f"schedulers[{i}] must be a Schedule, got {type(part).__name__}")
    if not parts:
        refuse("schedulers", "at least one schedule", "none")
    return parts


def ChainedScheduler(  # noqa: N802
    schedulers: Sequence[Schedule], base_lr: ArrayLike = 1.0
) -> Schedule:
    """`base_lr` times the product of every schedule over `base_lr`.

    Parameters
    ----------
    schedulers : list of Schedule
        Each made with the same `base_lr`.
    base_lr : array_like
        Other than 0.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.torch import ChainedScheduler, ConstantLR, ExponentialLR
    >>> s = ChainedScheduler([ConstantLR(0.5, 0.5, 20), ExponentialLR(0.5, 0.5)], 0.5)
    >>> s(1), s(20) == 0.5**21
    (0.125, True)
    """
    rate, parts = finite("base_lr", base_lr), _schedules(schedulers)
    require("base_lr", rate, lambda x: x != 0, "other than 0")
    made = parts[0]
    for part in parts[1:]:
        made = made * (part / rate)
    return broadcast_to(made, np.broadcast_shapes(made.shape, rate.shape))


def SWALR(  # noqa: N802
    base_lr: ArrayLike,
    swa_lr: ArrayLike,
    anneal_epochs: ArrayLike = 10,
    anneal_strategy: str = "cos",
) -> Schedule:
    """From `base_lr` to `swa_lr` in `anneal_epochs`, along a cosine or a straight line.

    Where `anneal_epochs` is 0 the rate is `swa_lr` at once.

    Parameters
    ----------
    base_lr, swa_lr : array_like
    anneal_epochs : array_like
        >= 0.
    anneal_strategy : {"cos", "linear"}

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

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
