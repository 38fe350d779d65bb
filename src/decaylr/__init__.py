"""Learning-rate schedules for many runs at once.

A schedule maps a training step (a position) to a value. Any parameter can be an array, so one
object holds a whole sweep. A compiled core evaluates it; the result depends only on the
position, never on earlier calls.

Examples
--------
>>> import decaylr as dl
>>> s = dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 90))
>>> s(10), s(55), s(100)
(1.0, 0.5, 0.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from decaylr import combinators as _combinators
from decaylr._version import __version__
from decaylr.combinators.batches import concatenate, stack
from decaylr.combinators.joins import join
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
from decaylr.recipes.cycles import cosine_restarts, cyclic, one_cycle
from decaylr.recipes.stable import infinite, trapezoid, wsd, wsd_s
from decaylr.recipes.warmups import (
    layerwise,
    noam,
    slanted_triangular,
    warmup,
    warmup_cosine,
    warmup_inverse_sqrt,
)
from decaylr.schedule import Schedule

from_dict = Schedule.from_dict
from_json = Schedule.from_json

if TYPE_CHECKING:
    from decaylr import compat, laws, sweep
    from decaylr.advice.diagnosis import Diagnosis
    from decaylr.advice.targets import Advice, advise
    from decaylr.clock import Clock
    from decaylr.convert.reading import load
    from decaylr.plateau.scale import Plateau
    from decaylr.storage.opening import Stored, open
    from decaylr.storage.storing import store
    from decaylr.sweep.sweep import Sweep

__all__ = [
    "Advice",
    "Clock",
    "Diagnosis",
    "Plateau",
    "Schedule",
    "Stored",
    "Sweep",
    "advise",
    "compat",
    "concatenate",
    "constant",
    "cosine",
    "cosine_restarts",
    "cyclic",
    "exponential",
    "from_dict",
    "from_json",
    "infinite",
    "interpolate",
    "inverse",
    "join",
    "laws",
    "layerwise",
    "linear",
    "load",
    "multi_step",
    "noam",
    "one_cycle",
    "piecewise_constant",
    "polynomial",
    "rex",
    "samples",
    "slanted_triangular",
    "stack",
    "step",
    "store",
    "sweep",
    "tanh",
    "trapezoid",
    "warmup",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "wsd",
    "wsd_s",
]

# Names that are imported at first use; evaluating a schedule needs none of them.
_LAZY_NAMES = {
    "Advice": "advice",
    "Clock": "clock",
    "Diagnosis": "advice",
    "Plateau": "plateau",
    "Stored": "storage",
    "Sweep": "sweep",
    "advise": "advice",
    "load": "convert",
    "open": "storage",  # not in __all__: `import *` would hide Python's own
    "store": "storage",
}

# Submodules that are imported when accessed as attributes of `decaylr`.
_LAZY_MODULES = (
    "advice",
    "clock",
    "compat",
    "convert",
    "dask",
    "history",
    "jax",
    "keras",
    "laws",
    "megatron",
    "mlx",
    "paddle",
    "plateau",
    "plot",
    "recipes",
    "report",
    "sb3",
    "storage",
    "sweep",
    "tf_keras",
    "thinc",
    "torch",
    "transformers",
)


def __getattr__(name: str) -> Any:
    if name in _LAZY_MODULES:
        return import_module(f"decaylr.{name}")
    if name not in _LAZY_NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_elsewhere(name)}")
    value = getattr(import_module(f"decaylr.{_LAZY_NAMES[name]}"), name)
    globals()[name] = value
    return value


def _elsewhere(name: str) -> str:
    """The end of an error about an unknown name: where another library's name is found."""
    if name.startswith("_"):
        return ""
    if name == "save":
        return ": schedules have to_json, sweeps have save(path)"
    compat = import_module("decaylr.compat")
    homes = [m for m in compat.__all__ if name in getattr(compat, m).__all__]
    return "".join(f": decaylr.compat.{home}.{name} is that of {home}" for home in homes[:1])


def __dir__() -> list[str]:
    dunders = (name for name in globals() if name.startswith("__"))
    return sorted({*dunders, *__all__, *_LAZY_MODULES})
