"""The learning-rate schedules of `deepspeed.runtime.lr_schedules` (DeepSpeed 0.19.8).

Names, parameters, order and defaults are DeepSpeed's, except that `base_lr`, the rate of a
parameter group, takes the place of `optimizer` where a schedule uses it, and that there is no
`last_batch_iteration`. The value at position `p` is the rate of optimizer step `p`, counted
from 0. DeepSpeed calls its scheduler after the optimizer, and the first call is iteration 0:
step 0 has the rate that the constructor sets, step `p` that of iteration ``p - 1``. Warmups
therefore have their lowest rate in the first two steps. Every numeric argument may be an array
with one element per run.
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
