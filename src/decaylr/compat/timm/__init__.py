"""The schedulers of `timm.scheduler` (timm 1.0).

Names, parameters, order and defaults are timm's; the leading `optimizer` is the `base_lr` of
its group. Position `t` is the epoch, or the update with ``t_in_epochs=False``, which changes
nothing here; neither does `initialize`. Numbers may be arrays, one element a run.

Noise needs PyTorch, with whose generator timm draws it, and `horizon` (how many positions have
noise) where `noise_range_t` has no end.
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
