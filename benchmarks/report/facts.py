"""The machine and the software versions of a measurement."""

import datetime
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "numexpr", "numba", "torch", "jax", "optax", "keras", "asv")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
MULTIPLES = {"K": 2**10, "M": 2**20, "G": 2**30}


def caches() -> dict[str, int]:
    """Sizes in bytes of the data caches, if the system reports them."""
    found = {}
    for index in sorted(CACHES.glob("index*")):
        level, kind, size = (
            (index / name).read_text().strip() for name in ("level", "type", "size")
        )
        if kind != "Instruction":
            found[f"L{level}"] = int(size[:-1]) * MULTIPLES[size[-1]]
    return found


def gather(scale: float) -> dict:
    """All facts shown at the head of the page."""
    from decaylr import __version__, _engine
    from decaylr.evaluation.machine import processor

    build = _engine.build_info()
    return {
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        "scale": scale,
        "processor": processor(),
        "processors": build["processors"],
        "instruction set": build["instruction_set"],
        "compiler": build["compiler"],
        "versions": {"Python": platform.python_version(), "decaylr": __version__}
        | {name: version(name) for name in LIBRARIES},
        "caches": caches(),
    }
