"""Build the compiled half: `decaylr._core_*` (pybind11), `_stepper` and `_groups` (Cython).

The core is built once for each instruction set, from the same sources; `decaylr._engine`
picks one when it is imported. Whole translation units are compiled per instruction set, as in
RapidFuzz and SLEEF, because the loops over positions must inline the curves they evaluate, and
be vectorized together with them. A function attribute such as GCC's `target_clones` would stop
that: a clone does not inline functions that have no clones of their own. A library of portable
vectors such as Highway would write the vectors by hand, but the bits of a value also depend on
the order of the scalar operations, which `EXACT` below fixes for every instruction set.

It needs GCC 11 or Clang 14, or a later version. Where ccache is on PATH it is used, unless CC or
CXX is set.

Environment switches:
    DECAYLR_INSTRUCTION_SET=baseline|v3|v4   build this one only, in a third of the time
    DECAYLR_DEBUG=1                          no optimisation, debug symbols, assertions
    DECAYLR_SANITIZE=1                       address and undefined-behaviour sanitizers
    DECAYLR_COVERAGE=1                       line coverage by gcov
    DECAYLR_WERROR=1                         warnings are errors
"""

import copy
import hashlib
import os
import platform
import shutil
import subprocess
from glob import glob
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from pybind11.setup_helpers import Pybind11Extension
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

HEADERS = sorted(glob("decay_ext/**/*.h", recursive=True))
ENGINE = sorted(glob("decay_ext/bindings/engine*.cpp"))
CORE = sorted(glob("decay_ext/core/**/*.cpp", recursive=True))
GENERATED = "build/generated"
INCLUDED = ["decay_ext/core", "decay_ext/bindings", GENERATED]

# Every instruction set and optimisation level must give the same bits: no contraction of
# a*b+c, and no fast-math. The two -fno flags change no value and let loops become vectors.
EXACT = ["-ffp-contract=off", "-fno-trapping-math", "-fno-math-errno", "-fvisibility=hidden"]
# Debug symbols are five times the size of the Cython modules themselves.
SYMBOLS = "-g0"
if os.environ.get("DECAYLR_DEBUG"):
    EXACT += ["-O0", "-UNDEBUG"]
    SYMBOLS = "-g"
elif os.environ.get("DECAYLR_SANITIZE"):
    EXACT += ["-O1"]  # the checks make the core of -O3 several times as large
else:
    EXACT += ["-O3"]
LINK: list[str] = ["-pthread"]
if os.environ.get("DECAYLR_SANITIZE"):
    EXACT += ["-fsanitize=address,undefined", "-fno-omit-frame-pointer"]
    LINK += ["-fsanitize=address,undefined"]
    SYMBOLS = "-g"
if os.environ.get("DECAYLR_COVERAGE"):
    EXACT += ["--coverage"]
    LINK += ["--coverage"]
EXACT += [SYMBOLS]
WARNINGS = ["-Wall", "-Wextra"] + (["-Werror"] if os.environ.get("DECAYLR_WERROR") else [])

INSTRUCTION_SETS = {"baseline": []}
if platform.machine().lower() in ("x86_64", "amd64"):
    v3 = ["-mavx2", "-mbmi", "-mbmi2", "-mf16c", "-mfma", "-mlzcnt", "-mmovbe", "-mpopcnt"]
    v4 = ["-mavx512f", "-mavx512bw", "-mavx512cd", "-mavx512dq", "-mavx512vl"]
    INSTRUCTION_SETS |= {"v3": v3, "v4": [*v3, *v4]}
CHOSEN = os.environ.get("DECAYLR_INSTRUCTION_SET")
if CHOSEN and CHOSEN not in INSTRUCTION_SETS:
    known = ", ".join(INSTRUCTION_SETS)
    raise SystemExit(f"DECAYLR_INSTRUCTION_SET must be one of {known}, got {CHOSEN!r}")
BUILT = [CHOSEN] if CHOSEN else [*INSTRUCTION_SETS]


def write_hash_of_headers() -> None:
    """Write what all modules of one build have in common: see `decay_ext/bindings/interface.h`.

    A file, not a macro of the command line: the core does not include it, so that an edited
    header leaves what ccache knows of the other files of the core.
    """
    found = hashlib.sha256()
    for name in HEADERS:
        found.update(Path(name).read_bytes())
    text = f'#define DECAYLR_HEADERS "{found.hexdigest()[:12]}"\n'
    file = Path(GENERATED, "headers_hash.h")
    if not file.is_file() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


write_hash_of_headers()

cores = [
    Pybind11Extension(
        f"decaylr._core_{name}",
        [*ENGINE, *CORE],
        include_dirs=INCLUDED,
        depends=[*HEADERS, f"{GENERATED}/headers_hash.h"],
        define_macros=[("DECAYLR_MODULE", f"_core_{name}")],
        cxx_std=17,
        extra_compile_args=[*EXACT, *WARNINGS, *INSTRUCTION_SETS[name]],
        extra_link_args=LINK,
    )
    for name in BUILT
]
in_cython = [
    Extension(
        f"decaylr._{name}",
        [f"decay_ext/bindings/{name}.pyx"],
        include_dirs=INCLUDED,
        depends=[*HEADERS, f"{GENERATED}/headers_hash.h"],
        language="c++",
        extra_compile_args=["-std=c++17", *EXACT],
        extra_link_args=LINK,
    )
    for name in ("stepper", "groups")
]


def refuse_other_compilers(compiler: Any) -> None:
    """Raise one error in place of hundreds if the core cannot be compiled by this compiler."""
    kind = compiler.compiler_type
    if kind != "unix":
        raise CompileError(
            f"decaylr must be compiled by GCC or Clang, got {kind}: its core uses "
            "their vector extensions and needs their control of rounding. On Windows, use WSL."
        )
    header = "decay_ext/core/arithmetic/double_double.h"
    command = [*compiler.compiler_so_cxx, "-std=c++17", "-fsyntax-only", "-x", "c++", header]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise CompileError(f"decaylr needs a C++ compiler: {error}") from None
    except subprocess.CalledProcessError as error:
        raise CompileError(f"{' '.join(command)} failed:\n{error.stderr}") from None


class BuildTogether(build_ext):
    """`build_ext` with one compiler for each processor, each with its own objects.

    setuptools would give the builds of one source file for several instruction sets the same
    object file.
    """

    def finalize_options(self) -> None:
        super().finalize_options()
        if self.parallel is None:
            self.parallel = os.cpu_count()

    def build_extensions(self) -> None:
        refuse_other_compilers(self.compiler)
        if shutil.which("ccache") and not os.environ.get("CC") and not os.environ.get("CXX"):
            if SYMBOLS == "-g0":  # nothing that is compiled names the folder of the sources
                os.environ.setdefault("CCACHE_NOHASHDIR", "1")
            for role in ("compiler_so", "compiler_so_cxx"):
                self.compiler.set_executable(role, ["ccache", *getattr(self.compiler, role)])
        self.remove_others()
        super().build_extensions()

    def copy_extensions_to_source(self) -> None:
        self.remove_others()
        super().copy_extensions_to_source()

    def remove_others(self) -> None:
        """Remove the cores that an earlier build has left and this one will not replace."""
        for name in INSTRUCTION_SETS.keys() - set(BUILT):
            Path(self.get_ext_fullpath(f"decaylr._core_{name}")).unlink(missing_ok=True)

    def build_extension(self, ext: Extension) -> None:
        own = copy.copy(self)
        own.build_temp = os.path.join(self.build_temp, ext.name)
        # What was built with other flags is of no use, however new it is.
        flags = repr((ext.extra_compile_args, ext.extra_link_args, ext.define_macros))
        last = Path(own.build_temp, "flags")
        own.force = self.force or not last.is_file() or last.read_text() != flags
        super(BuildTogether, own).build_extension(ext)
        last.write_text(flags)


setup(
    cmdclass={"build_ext": BuildTogether},
    ext_modules=[*cores, *cythonize(in_cython, build_dir="build")],
)
