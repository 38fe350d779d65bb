"""The schedulers of `torch.optim.lr_scheduler` and `torch.optim.swa_utils` (PyTorch 2.13).

Names, parameters, order and defaults are PyTorch's; the leading `optimizer` is the `base_lr`
of its group, and `last_epoch` is left out: resuming is asking for another position. Position
`t` has the rate after `t` calls of `scheduler.step()`. Numbers may be arrays, one element a run.
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
