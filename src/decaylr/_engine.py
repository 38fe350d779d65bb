"""The compiled core, built for the best instruction set that this processor has.

`DECAYLR_ISA` names another one to use: all give the same bits.
"""

import os
from importlib import import_module

from decaylr._stepper import instruction_sets

_BUILDS = {"baseline": "_core_baseline", "x86-64-v3": "_core_v3", "x86-64-v4": "_core_v4"}


def _chosen() -> str:
    able = instruction_sets()
    wanted = os.environ.get("DECAYLR_ISA") or able[-1]
    if wanted not in able:
        raise ImportError(
            f"DECAYLR_ISA must be one that this processor has ({', '.join(able)}), got {wanted!r}"
        )
    return wanted


INSTRUCTION_SET: str = _chosen()
_core = import_module(f"decaylr.{_BUILDS[INSTRUCTION_SET]}")

Program = _core.Program
build_info = _core.build_info
combinator_names = _core.combinator_names
curve_names = _core.curve_names
cycles_total = _core.cycles_total
first_misplaced = _core.first_misplaced
plateau_rules = _core.plateau_rules
threads_at_work = _core.threads_at_work
update_plateau = _core.update_plateau
variables = _core.variables
