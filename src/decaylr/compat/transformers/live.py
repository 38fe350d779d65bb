"""Schedules read from the `lr_lambda` functions that transformers makes.

Each of them is a `functools.partial` of a private function, with all arguments by name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from decaylr.compat.transformers.cosine import (
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
)
from decaylr.compat.transformers.schedules import (
    get_constant_schedule,
    get_constant_schedule_with_warmup,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
    get_polynomial_decay_schedule_with_warmup,
    get_wsd_schedule,
)
from decaylr.schedule import Schedule

Arguments = dict[str, Any]


def schedule_of(rate: float, function: Any) -> Schedule | None:
    """The schedule of an `lr_lambda` made by transformers, or None for any other function."""
    inner = function.func if isinstance(function, partial) else function
    if getattr(inner, "__module__", None) != "transformers.optimization":
        return None
    read = _READERS.get(getattr(inner, "__name__", ""))
    if read is None or (isinstance(function, partial) and function.args):
        return None
    return read(rate, dict(function.keywords) if isinstance(function, partial) else {})


def _by_arguments(function: Callable[..., Schedule]) -> Callable[[float, Arguments], Schedule]:
    """Reader for a partial whose arguments are those of `function`."""
    return lambda rate, arguments: function(rate, **arguments)


def _cosine(rate: float, arguments: Arguments) -> Schedule:
    if "min_lr_rate" in arguments:
        return get_cosine_with_min_lr_schedule_with_warmup(rate, **arguments)
    return get_cosine_schedule_with_warmup(rate, **arguments)


def _polynomial(rate: float, arguments: Arguments) -> Schedule:
    """transformers uses the optimizer's default rate here and scales it to the group's rate."""
    default_rate = float(arguments.pop("lr_init"))
    schedule = get_polynomial_decay_schedule_with_warmup(default_rate, **arguments)
    return schedule if default_rate == rate else schedule * (rate / default_rate)


_READERS: dict[str, Callable[[float, Arguments], Schedule]] = {
    "_get_constant_lambda": _by_arguments(get_constant_schedule),
    "_get_constant_schedule_with_warmup_lr_lambda": _by_arguments(
        get_constant_schedule_with_warmup
    ),
    "_get_linear_schedule_with_warmup_lr_lambda": _by_arguments(get_linear_schedule_with_warmup),
    "_get_cosine_schedule_with_warmup_lr_lambda": _cosine,
    "_get_cosine_with_hard_restarts_schedule_with_warmup_lr_lambda": _by_arguments(
        get_cosine_with_hard_restarts_schedule_with_warmup
    ),
    "_get_polynomial_decay_schedule_with_warmup_lr_lambda": _polynomial,
    "_get_inverse_sqrt_schedule_lr_lambda": _by_arguments(get_inverse_sqrt_schedule),
    "_get_cosine_with_min_lr_schedule_with_warmup_lr_rate_lambda": _by_arguments(
        get_cosine_with_min_lr_schedule_with_warmup_lr_rate
    ),
    "_get_wsd_scheduler_lambda": _by_arguments(get_wsd_schedule),
}
