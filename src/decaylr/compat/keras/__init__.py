"""The schedules of `keras.optimizers.schedules` (Keras 3) and the rules of two callbacks.

Names, parameters, order and defaults are Keras's; `name` is accepted and changes nothing.
Keras computes in float32; these are exact. Every number may be an array, one element a run.
"""

from decaylr.compat.keras.config import to_config
from decaylr.compat.keras.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateScheduler,
    PiecewiseConstantDecay,
    PolynomialDecay,
    ReduceLROnPlateau,
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
