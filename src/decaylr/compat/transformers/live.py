"""The functions inside live schedules of transformers, which are partials with all arguments."""

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
    """The schedule of a `lr_lambda` that transformers made, at a base rate; else None."""
    inner = function.func if isinstance(function, partial) else function
    if getattr(inner, "__module__", None) != "transformers.optimization":
        return None
    read = _READERS.get(getattr(inner, "__name__", ""))
    if read is None or (isinstance(function, partial) and function.args):
        return None
    return read(rate, dict(function.keywords) if isinstance(function, partial) else {})


def _called(function: Callable[..., Schedule]) -> Callable[[float, Arguments], Schedule]:
    return lambda rate, arguments: function(rate, **arguments)


def _cosine(rate: float, arguments: Arguments) -> Schedule:
    if "min_lr_rate" in arguments:
        return get_cosine_with_min_lr_schedule_with_warmup(rate, **arguments)
    return get_cosine_schedule_with_warmup(rate, **arguments)


def _polynomial(rate: float, arguments: Arguments) -> Schedule:
    """Made for the optimizer's default rate, then scaled to that of the group."""
    default = float(arguments.pop("lr_init"))
    made = get_polynomial_decay_schedule_with_warmup(default, **arguments)
    return made if default == rate else made * (rate / default)


_READERS: dict[str, Callable[[float, Arguments], Schedule]] = {
    "_get_constant_lambda": _called(get_constant_schedule),
    "_get_constant_schedule_with_warmup_lr_lambda": _called(get_constant_schedule_with_warmup),
    "_get_linear_schedule_with_warmup_lr_lambda": _called(get_linear_schedule_with_warmup),
    "_get_cosine_schedule_with_warmup_lr_lambda": _cosine,
    "_get_cosine_with_hard_restarts_schedule_with_warmup_lr_lambda": _called(
        get_cosine_with_hard_restarts_schedule_with_warmup
    ),
    "_get_polynomial_decay_schedule_with_warmup_lr_lambda": _polynomial,
    "_get_inverse_sqrt_schedule_lr_lambda": _called(get_inverse_sqrt_schedule),
    "_get_cosine_with_min_lr_schedule_with_warmup_lr_rate_lambda": _called(
        get_cosine_with_min_lr_schedule_with_warmup_lr_rate
    ),
    "_get_wsd_scheduler_lambda": _called(get_wsd_schedule),
}
