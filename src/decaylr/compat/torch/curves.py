"""PyTorch's schedulers that are a single curve: steps, lines, exponentials, cosines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    LARGEST_POSITION,
    Array,
    above,
    at_least,
    broadcastable,
    finite,
    listed,
    real_array,
    require,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.curves import (
    constant,
    cosine,
    exponential,
    linear,
    multi_step,
    piecewise_constant,
    polynomial,
    step,
)
from decaylr.schedule import Schedule

StepFunction = Callable[[int], ArrayLike]


def _factor(name: str, value: ArrayLike, *, zero: bool) -> Array:
    """A factor on the base rate in (0, 1], or in [0, 1] where `zero` is allowed."""
    array = real_array(name, value)
    rule = "in [0, 1]" if zero else "above 0 and at most 1"
    require(name, array, lambda x: ((x >= 0) if zero else (x > 0)) & (x <= 1), rule)
    return array


def StepLR(base_lr: ArrayLike, step_size: ArrayLike, gamma: ArrayLike = 0.1) -> Schedule:  # noqa: N802
    """``base_lr * gamma**floor(t / step_size)``.

    Parameters
    ----------
    base_lr, gamma : array_like
        `gamma` >= 0.
    step_size : array_like of whole numbers
        At least 1.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import StepLR
    >>> s = StepLR([0.5, 1.0], step_size=30, gamma=0.5)
    >>> s(59)
    array([0.25, 0.5 ])
    """
    rate, size = finite("base_lr", base_lr), whole_numbers("step_size", step_size, 1)
    factor = at_least("gamma", gamma)
    broadcastable(base_lr=rate, step_size=size, gamma=factor)
    return step(rate, size, factor)


def MultiStepLR(  # noqa: N802
    base_lr: ArrayLike, milestones: ArrayLike, gamma: ArrayLike = 0.1
) -> Schedule:
    """``base_lr * gamma**(number of milestones <= t)``.

    Parameters
    ----------
    base_lr, gamma : array_like
        `gamma` >= 0.
    milestones : array_like
        Whole steps >= 0 in any order, along the last axis; a repeated step counts repeatedly.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import MultiStepLR
    >>> s = MultiStepLR(1.0, [30, 80], gamma=0.5)
    >>> s(29), s(30), s(80)
    (1.0, 0.5, 0.25)
    """
    rate, factor = finite("base_lr", base_lr), at_least("gamma", gamma)
    if real_array("milestones", milestones).size == 0:
        return constant(rate)
    steps = np.sort(listed("milestones", whole_numbers("milestones", milestones)), axis=-1)
    return multi_step(rate, steps, factor)


def ConstantLR(  # noqa: N802
    base_lr: ArrayLike, factor: ArrayLike = 1.0 / 3, total_iters: ArrayLike = 5
) -> Schedule:
    """``base_lr * factor`` before `total_iters`, then `base_lr`.

    Where `total_iters` is 0 the rate stays at ``base_lr * factor``, as in PyTorch, which removes
    the factor only in the step that reaches `total_iters`.

    Parameters
    ----------
    base_lr : array_like
    factor : array_like
        In [0, 1].
    total_iters : array_like of whole numbers
        >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import ConstantLR
    >>> s = ConstantLR(1.0, factor=0.5, total_iters=[0, 4])
    >>> s(4)
    array([0.5, 1. ])
    """
    rate, fraction = finite("base_lr", base_lr), _factor("factor", factor, zero=True)
    end = whole_numbers("total_iters", total_iters)
    broadcastable(base_lr=rate, factor=fraction, total_iters=end)
    low = rate * fraction
    after = np.where(end == 0, low, rate)
    values = np.stack(np.broadcast_arrays(low, after), axis=-1)
    return piecewise_constant(np.maximum(end, 1)[..., None], values)


def LinearLR(  # noqa: N802
    base_lr: ArrayLike,
    start_factor: ArrayLike = 1.0 / 3,
    end_factor: ArrayLike = 1.0,
    total_iters: ArrayLike = 5,
) -> Schedule:
    """A straight line from ``base_lr * start_factor`` to ``base_lr * end_factor``.

    Where `total_iters` is 0 the rate stays at ``base_lr * start_factor``, as in PyTorch.

    Parameters
    ----------
    base_lr : array_like
    start_factor, end_factor : array_like
        Above 0 and at most 1; `end_factor` may be 0.
    total_iters : array_like of whole numbers
        Length of the line, >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import LinearLR
    >>> LinearLR(1.0, start_factor=0.5, total_iters=4)(2)
    0.75
    """
    rate = finite("base_lr", base_lr)
    start = _factor("start_factor", start_factor, zero=False)
    stop = _factor("end_factor", end_factor, zero=True)
    steps = whole_numbers("total_iters", total_iters)
    broadcastable(base_lr=rate, start_factor=start, end_factor=stop, total_iters=steps)
    stop = np.where(steps == 0, start, stop)
    return linear(rate * start, rate * stop, np.maximum(steps, (steps == 0) * 1))


def ExponentialLR(base_lr: ArrayLike, gamma: ArrayLike) -> Schedule:  # noqa: N802
    """``base_lr * gamma**t``.

    Parameters
    ----------
    base_lr, gamma : array_like
        `gamma` >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import ExponentialLR
    >>> ExponentialLR(1.0, gamma=[0.5, 0.25])(2)
    array([0.25  , 0.0625])
    """
    rate, factor = finite("base_lr", base_lr), at_least("gamma", gamma)
    broadcastable(base_lr=rate, gamma=factor)
    if np.all(factor > 0):
        return exponential(rate, factor)
    # gamma = 0: the rate at step 0, then 0
    falling = exponential(rate, np.where(factor == 0, 1.0, factor))
    end = np.where(factor == 0, 1, LARGEST_POSITION)
    return join([falling, constant(0.0)], boundaries=[end])


def PolynomialLR(  # noqa: N802
    base_lr: ArrayLike, total_iters: ArrayLike = 5, power: ArrayLike = 1.0
) -> Schedule:
    """``base_lr * (1 - min(t, total_iters) / total_iters)**power``.

    Where `total_iters` or `power` is 0 the rate stays at `base_lr`, as in PyTorch.

    Parameters
    ----------
    base_lr : array_like
    total_iters : array_like of whole numbers
        >= 0.
    power : array_like
        >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import PolynomialLR
    >>> s = PolynomialLR(1.0, total_iters=4, power=2.0)
    >>> s(2), s(9)
    (0.25, 0.0)
    """
    rate, steps = finite("base_lr", base_lr), whole_numbers("total_iters", total_iters)
    exponent = at_least("power", power)
    broadcastable(base_lr=rate, total_iters=steps, power=exponent)
    is_constant = (steps == 0) | (exponent == 0)
    return polynomial(
        rate,
        np.where(is_constant, rate, 0.0),
        np.maximum(steps, (steps == 0) * 1),
        np.where(exponent == 0, 1.0, exponent),
    )


def CosineAnnealingLR(  # noqa: N802
    base_lr: ArrayLike,
    T_max: ArrayLike,  # noqa: N803
    eta_min: ArrayLike = 0.0,
) -> Schedule:
    """``eta_min + (base_lr - eta_min) * (1 + cos(pi * t / T_max)) / 2`` at every step.

    The cosine does not stop at `T_max`: the rate rises again and is back at `base_lr` at
    ``2 * T_max``, as in PyTorch.

    Parameters
    ----------
    base_lr, eta_min : array_like
    T_max : array_like
        > 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import CosineAnnealingLR
    >>> s = CosineAnnealingLR(1.0, T_max=10)
    >>> s(5), s(10), s(15), s(20)
    (0.5, 0.0, 0.5, 1.0)
    """
    rate, steps = finite("base_lr", base_lr), above("T_max", T_max)
    least = finite("eta_min", eta_min)
    broadcastable(base_lr=rate, T_max=steps, eta_min=least)
    return cosine(rate, least, steps).ending("mirror")
