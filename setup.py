"""Build the compiled half: `decaylr._core_*` (pybind11), `_stepper` and `_groups` (Cython).

The core is built once for each instruction set, from the same sources; `decaylr._engine`
picks one when it is imported.

Environment switches:
    DECAYLR_DEBUG=1      no optimisation, debug symbols, assertions
    DECAYLR_SANITIZE=1   address and undefined-behaviour sanitizers
    DECAYLR_COVERAGE=1   line coverage by gcov
    DECAYLR_WERROR=1     warnings are errors
"""

import copy
import os
import platform
from glob import glob

from Cython.Build import cythonize
from pybind11.setup_helpers import Pybind11Extension
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HEADERS = sorted(glob("decay_ext/**/*.h", recursive=True))
CORE = sorted(glob("decay_ext/core/**/*.cpp", recursive=True))

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

INSTRUCTION_SETS = {"baseline": []}
if platform.machine().lower() in ("x86_64", "amd64"):
    v3 = ["-mavx2", "-mbmi", "-mbmi2", "-mf16c", "-mfma", "-mlzcnt", "-mmovbe", "-mpopcnt"]
    v4 = ["-mavx512f", "-mavx512bw", "-mavx512cd", "-mavx512dq", "-mavx512vl"]
    INSTRUCTION_SETS |= {"v3": v3, "v4": [*v3, *v4]}

cores = [
    Pybind11Extension(
        f"decaylr._core_{name}",
        ["decay_ext/bindings/engine.cpp", "decay_ext/bindings/engine_plateau.cpp", *CORE],
        include_dirs=["decay_ext/core"],
        depends=HEADERS,
        define_macros=[("DECAYLR_MODULE", f"_core_{name}")],
        cxx_std=17,
        extra_compile_args=[*EXACT, *WARNINGS, *flags],
        extra_link_args=LINK,
    )
    for name, flags in INSTRUCTION_SETS.items()
]
stepper = Extension(
    "decaylr._stepper",
    ["decay_ext/bindings/stepper.pyx"],
    include_dirs=["decay_ext/core"],
    depends=HEADERS,
    language="c++",
    extra_compile_args=["-std=c++17", *EXACT],
    extra_link_args=LINK,
)
groups = Extension(
    "decaylr._groups",
    ["decay_ext/bindings/groups.pyx"],
    include_dirs=["decay_ext/core"],
    depends=HEADERS,
    language="c++",
    extra_compile_args=["-std=c++17", *EXACT],
    extra_link_args=LINK,
)


class BuildTogether(build_ext):
    """`build_ext` with one compiler for each processor, each with its own objects.

    setuptools would give the builds of one source file for several instruction sets the same
    object file.
    """

    def finalize_options(self) -> None:
        super().finalize_options()
        if self.parallel is None:
            self.parallel = os.cpu_count()

    def build_extension(self, ext: Extension) -> None:
        own = copy.copy(self)
        own.build_temp = os.path.join(self.build_temp, ext.name)
        super(BuildTogether, own).build_extension(ext)


setup(
    cmdclass={"build_ext": BuildTogether},
    ext_modules=[*cores, *cythonize([stepper, groups], build_dir="build")],
)
