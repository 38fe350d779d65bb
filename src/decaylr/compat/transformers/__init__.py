"""The schedules of `transformers.optimization` (transformers 5).

Names, parameters, order and defaults are those of transformers; the leading `optimizer` is
the `base_lr` of its group, and `last_epoch` is left out. Numbers may be arrays, one element
a run; lengths are in optimizer steps, and a warmup may be 0 in some runs.
"""

from decaylr.compat.transformers.arguments import from_training_arguments
from decaylr.compat.transformers.cosine import (
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
)
from decaylr.compat.transformers.schedules import (
    GreedyLR,
    get_constant_schedule,
    get_constant_schedule_with_warmup,
    get_greedy_schedule,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
    get_polynomial_decay_schedule_with_warmup,
    get_reduce_on_plateau_schedule,
    get_scheduler,
    get_wsd_schedule,
)

__all__ = [
    "GreedyLR",
    "from_training_arguments",
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "get_greedy_schedule",
    "get_inverse_sqrt_schedule",
    "get_linear_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_reduce_on_plateau_schedule",
    "get_scheduler",
    "get_wsd_schedule",
]
