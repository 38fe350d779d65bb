"""The schedules of `transformers.optimization` (transformers 5).

Names, parameters, order and defaults are those of transformers, except that `base_lr`, the rate
of a parameter group, takes the place of `optimizer`, and that there is no `last_epoch`. Every
numeric argument may be an array with one element per run. Lengths are in optimizer steps; in a
batch, some runs may have no warmup (0 steps).
"""

from decaylr.compat.transformers.arguments import from_training_arguments
from decaylr.compat.transformers.cosine import (
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
)
from decaylr.compat.transformers.metric_driven import (
    GreedyLR,
    get_greedy_schedule,
    get_reduce_on_plateau_schedule,
)
from decaylr.compat.transformers.schedules import (
    get_constant_schedule,
    get_constant_schedule_with_warmup,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
    get_polynomial_decay_schedule_with_warmup,
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
