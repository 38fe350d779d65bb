"""The curves. Each has its own file, with its constructor, length rule and formula.

The position p is 0 at the start of the curve. Every numeric parameter is a number or an array;
arrays broadcast by NumPy's rules, and the result is the shape of the batch. If a parameter is a
list, its last axis is the list and the other axes are batch axes. Values are float64.
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
