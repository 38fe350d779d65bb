"""The compiled core, built for the best instruction set that this processor has.

`DECAYLR_ISA` names another one to use: all give the same bits.
"""

import os
from importlib import import_module
from types import ModuleType

from decaylr._stepper import instruction_sets

INTERFACE = 3  # of the compiled modules that this code can call: see bindings/interface.h

_BUILDS = {"baseline": "_core_baseline", "x86-64-v3": "_core_v3", "x86-64-v4": "_core_v4"}


def _wanted() -> list[str]:
    """The instruction sets to use if they were built, the one to be preferred first."""
    able = instruction_sets()
    wanted = os.environ.get("DECAYLR_ISA")
    if not wanted:
        return able[::-1]
    if wanted not in able:
        raise ImportError(
            f"DECAYLR_ISA must be one that this processor has ({', '.join(able)}), got {wanted!r}"
        )
    return [wanted]


def _chosen() -> tuple[str, ModuleType]:
    wanted = _wanted()
    for name in wanted:
        module = f"decaylr.{_BUILDS[name]}"
        try:
            return name, import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    files = {file.split(".")[0] for file in os.listdir(os.path.dirname(__file__))}
    built = [name for name, core in _BUILDS.items() if core in files]
    raise ImportError(
        f"the compiled core must be built for one of {', '.join(wanted)}, "
        f"got {', '.join(built) or 'none'}: rebuild with `pip install .`, "
        "without DECAYLR_INSTRUCTION_SET, which builds one instruction set only"
    )


def _require_same_sources(*modules: ModuleType) -> None:
    builds = {module.__name__: getattr(module, "BUILD", None) for module in modules}
    first = builds[modules[0].__name__]
    if first is None or first[0] != INTERFACE or any(build != first for build in builds.values()):
        found = ", ".join(f"{name} {build}" for name, build in builds.items())
        raise ImportError(
            "the compiled core is from other sources: rebuild with `pip install .` "
            f"(interface {INTERFACE} is needed, the same sources in all modules, got {found})"
        )


INSTRUCTION_SET, _core = _chosen()
_beside = [import_module(f"decaylr.{name}") for name in ("_stepper", "_groups")]
_require_same_sources(_core, *_beside)

FloatEnvironment = _core.FloatEnvironment
Program = _core.Program
annealing_law = _core.annealing_law
build_info = _core.build_info
combinator_names = _core.combinator_names
convex_bound = _core.convex_bound
curve_names = _core.curve_names
cycles_total = _core.cycles_total
first_misplaced = _core.first_misplaced
functional = _core.functional
multi_power = _core.multi_power
plateau_rules = _core.plateau_rules
threads_at_work = _core.threads_at_work
update_plateau = _core.update_plateau
variables = _core.variables
