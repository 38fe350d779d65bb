"""The learning-rate schedules of `deepspeed.runtime.lr_schedules` (DeepSpeed 0.19.8).

Names, parameters, order and defaults are DeepSpeed's; the leading `optimizer` is the `base_lr`
of its group where a schedule reads it, and `last_batch_iteration` is left out. Position `p` is
the rate of optimizer step `p`, the first being 0. DeepSpeed calls its scheduler after the
optimizer, and its first call is iteration 0: step 0 runs at the rate that the constructor sets,
and step `p` at the rate of iteration ``p - 1``. That is why warmups run their first two steps
at their lowest rate. Numbers may be arrays, one element a run.
"""

from decaylr.compat.deepspeed.one_cycle import OneCycle
from decaylr.compat.deepspeed.warmups import (
    LRRangeTest,
    WarmupCosineLR,
    WarmupDecayLR,
    WarmupLR,
    from_config,
)

__all__ = ["LRRangeTest", "OneCycle", "WarmupCosineLR", "WarmupDecayLR", "WarmupLR", "from_config"]
