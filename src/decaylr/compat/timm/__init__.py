"""The schedulers of `timm.scheduler` (timm 1.0).

Names, parameters, order and defaults are timm's, except that `base_lr`, the rate of a parameter
group, takes the place of `optimizer`. A position is an epoch, or an update where timm has
``t_in_epochs=False``; here `t_in_epochs` and `initialize` are checked and have no effect. Every
numeric argument may be an array with one element per run.

Noise needs PyTorch, since timm draws it with PyTorch's random generator: the rate at each
position of `noise_range_t` is multiplied by one plus a normal random number of standard
deviation `noise_std`, redrawn until its magnitude is below `noise_pct`; `noise_seed` plus the
position is the seed. `noise_range_t` is a first position, or a first and an end position.
`horizon` is the end where `noise_range_t` has none.
"""

from decaylr.compat.timm.cycles import CosineLRScheduler, PolyLRScheduler, TanhLRScheduler
from decaylr.compat.timm.factory import create_scheduler, create_scheduler_v2
from decaylr.compat.timm.steps import MultiStepLRScheduler, PlateauLRScheduler, StepLRScheduler
from decaylr.compat.timm.wsd import WSDLRScheduler

__all__ = [
    "CosineLRScheduler",
    "MultiStepLRScheduler",
    "PlateauLRScheduler",
    "PolyLRScheduler",
    "StepLRScheduler",
    "TanhLRScheduler",
    "WSDLRScheduler",
    "create_scheduler",
    "create_scheduler_v2",
]
