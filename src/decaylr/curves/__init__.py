"""The curves: one file each, with its constructor, its length and its formula.

Positions p count from 0 where the curve begins. Every numeric parameter is a number or an
array; arrays broadcast by NumPy's rules and give the batch its shape. In parameters that
are lists the last axis is the list. Values are float64.
"""

from decaylr.curves._constant import CONSTANT, constant
from decaylr.curves._cosine import COSINE, cosine
from decaylr.curves._exponential import EXPONENTIAL, exponential
from decaylr.curves._interpolate import INTERPOLATE, interpolate
from decaylr.curves._inverse import INVERSE, inverse
from decaylr.curves._linear import LINEAR, linear
from decaylr.curves._multi_step import MULTI_STEP, multi_step
from decaylr.curves._piecewise_constant import PIECEWISE_CONSTANT, piecewise_constant
from decaylr.curves._polynomial import POLYNOMIAL, polynomial
from decaylr.curves._rex import REX, rex
from decaylr.curves._samples import SAMPLES, samples
from decaylr.curves._step import STEP, step
from decaylr.curves._tanh import TANH, tanh
from decaylr.tree.node import add_kinds

__all__ = [
    "CURVES",
    "constant",
    "cosine",
    "exponential",
    "interpolate",
    "inverse",
    "linear",
    "multi_step",
    "piecewise_constant",
    "polynomial",
    "rex",
    "samples",
    "step",
    "tanh",
]

CURVES = add_kinds(
    CONSTANT,
    LINEAR,
    POLYNOMIAL,
    COSINE,
    EXPONENTIAL,
    INVERSE,
    REX,
    TANH,
    STEP,
    MULTI_STEP,
    PIECEWISE_CONSTANT,
    INTERPOLATE,
    SAMPLES,
)
