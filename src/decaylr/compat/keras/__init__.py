"""The schedules of `keras.optimizers.schedules` (Keras 3) and of two of its callbacks.

Names, parameters, order and defaults are Keras's; `name` has no effect. Values are float64,
where Keras computes in float32. Every numeric argument may be an array with one element per run.
"""

from decaylr.compat.keras.callbacks import LearningRateScheduler, ReduceLROnPlateau
from decaylr.compat.keras.config import to_config
from decaylr.compat.keras.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    from_config,
)

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateScheduler",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "ReduceLROnPlateau",
    "from_config",
    "to_config",
]
