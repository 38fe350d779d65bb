"""Law 7: `import decaylr` loads only NumPy and decaylr's own modules."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import numpy
before = set(sys.modules)
import decaylr
print("\\n".join(sorted(set(sys.modules) - before)))
"""


# Cython creates two modules that have no file.
OWN = {"decaylr", "numpy", "cython_runtime", *sys.stdlib_module_names}


def loaded(program: str) -> list[str]:
    """The output lines of a program run in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_only_its_own_modules_come_with_it():
    foreign = [
        name
        for name in loaded(PROGRAM)
        if name.split(".")[0] not in OWN and not name.startswith("_cython_")
    ]
    assert foreign == []


HEAVY = (
    *("asyncio", "click", "concurrent", "csv", "fractions", "hypothesis", "jax", "json", "keras"),
    *("matplotlib", "mpmath", "multiprocessing", "rich", "scipy", "tensorflow", "tomllib", "torch"),
)


@pytest.mark.parametrize("name", HEAVY)
def test_no_heavy_module_comes_with_it(name):
    assert not [module for module in loaded(PROGRAM) if module.split(".")[0] == name]


def test_evaluating_needs_no_more_than_importing():
    program = PROGRAM.replace("import decaylr\n", "import decaylr\n" + EVALUATE)
    late = [name for name in loaded(program) if name.split(".")[0] in ("matplotlib", "rich")]
    assert late == []


EVALUATE = """
decaylr.linear(0.0, 1.0, 10).then(decaylr.cosine(1.0, 0.0, 90)).table(100)
decaylr.linear([1.0, 2.0], 0.0, 10)(5)
"""
