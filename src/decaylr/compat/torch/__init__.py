"""The schedulers of `torch.optim.lr_scheduler` and `torch.optim.swa_utils` (PyTorch 2.13).

Names, parameters, order and defaults are PyTorch's, except that `base_lr`, the rate of a
parameter group, takes the place of `optimizer`, and that there is no `last_epoch`: to resume,
evaluate the schedule at a later position. The value at position `t` is the rate after `t` calls
of `scheduler.step()`. Every numeric argument may be an array with one element per run.
"""

from decaylr.compat.shared.plateau import ReduceLROnPlateau
from decaylr.compat.torch.combined import (
    SWALR,
    ChainedScheduler,
    LambdaLR,
    MultiplicativeLR,
    SequentialLR,
)
from decaylr.compat.torch.curves import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from decaylr.compat.torch.cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR
from decaylr.compat.torch.live import from_scheduler

__all__ = [
    "SWALR",
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "from_scheduler",
]
