"""Build the compiled half: `decaylr._engine` (pybind11) and `decaylr._stepper` (Cython).

Environment switches:
    DECAYLR_DEBUG=1      no optimisation, debug symbols, assertions
    DECAYLR_SANITIZE=1   address and undefined-behaviour sanitizers
    DECAYLR_COVERAGE=1   line coverage by gcov
    DECAYLR_WERROR=1     warnings are errors
"""

import os
from glob import glob

from Cython.Build import cythonize
from pybind11.setup_helpers import Pybind11Extension
from setuptools import Extension, setup

HEADERS = sorted(glob("decay_ext/core/*.h"))
CORE = sorted(glob("decay_ext/core/*.cpp"))

# Every instruction set and optimisation level must give the same bits: no contraction of
# a*b+c, and no fast-math. The two -fno flags change no value and let loops become vectors.
EXACT = ["-ffp-contract=off", "-fno-trapping-math", "-fno-math-errno", "-fvisibility=hidden"]
if os.environ.get("DECAYLR_DEBUG"):
    EXACT += ["-O0", "-g", "-UNDEBUG"]
else:
    EXACT += ["-O3"]
LINK: list[str] = ["-pthread"]
if os.environ.get("DECAYLR_SANITIZE"):
    EXACT += ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"]
    LINK += ["-fsanitize=address,undefined"]
if os.environ.get("DECAYLR_COVERAGE"):
    EXACT += ["--coverage"]
    LINK += ["--coverage"]
WARNINGS = ["-Wall", "-Wextra"] + (["-Werror"] if os.environ.get("DECAYLR_WERROR") else [])

engine = Pybind11Extension(
    "decaylr._engine",
    ["decay_ext/engine.cpp", "decay_ext/engine_plateau.cpp", *CORE],
    include_dirs=["decay_ext"],
    depends=[*HEADERS, "decay_ext/engine_plateau.h"],
    cxx_std=17,
    extra_compile_args=[*EXACT, *WARNINGS],
    extra_link_args=LINK,
)
stepper = Extension(
    "decaylr._stepper",
    ["decay_ext/stepper.pyx"],
    include_dirs=["decay_ext"],
    depends=HEADERS,
    language="c++",
    extra_compile_args=["-std=c++17", *EXACT],
    extra_link_args=LINK,
)

setup(ext_modules=[engine, *cythonize([stepper], build_dir="build")])
