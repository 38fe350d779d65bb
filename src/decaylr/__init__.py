"""Learning-rate schedules for many runs at once.

A schedule is a pure function of an absolute position, written as plain data whose every
parameter may be an array, and evaluated by a compiled core.

Examples
--------
>>> import decaylr as dl
>>> s = dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 90))
>>> s(10), s(55), s(100)
(1.0, 0.5, 0.0)
"""

from decaylr.combine import concatenate, join, stack
from decaylr.curves import (
    constant,
    cosine,
    exponential,
    interpolate,
    inverse,
    linear,
    multi_step,
    piecewise_constant,
    polynomial,
    rex,
    samples,
    step,
    tanh,
)
from decaylr.recipes import (
    cosine_restarts,
    cyclic,
    infinite,
    layerwise,
    noam,
    one_cycle,
    slanted_triangular,
    trapezoid,
    warmup,
    warmup_cosine,
    warmup_inverse_sqrt,
    wsd,
    wsd_s,
)
from decaylr.schedule import Schedule
from decaylr.spec import from_dict, from_json

__version__ = "0.1.0"
