"""The entry points of this distribution, also where the sources are used without installing."""

import contextlib
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

from tests.paths import ROOT


@contextlib.contextmanager
def installed_entry_points():
    """Make sure that `importlib.metadata` finds what pyproject.toml declares."""
    import catalogue

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["entry-points"]["thinc_schedules"]
    found = {point.name for point in metadata.entry_points(group="thinc_schedules")}
    if set(declared) <= found:
        yield
        return
    lines = ["[thinc_schedules]", *(f"{name} = {value}" for name, value in declared.items())]
    with tempfile.TemporaryDirectory() as folder:
        info = Path(folder) / "declared_entry_points-0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        (info / "METADATA").write_text("Name: declared-entry-points\nVersion: 0\n")
        sys.path.insert(0, folder)
        known = catalogue.AVAILABLE_ENTRY_POINTS  # those of when it was imported
        catalogue.AVAILABLE_ENTRY_POINTS = catalogue.importlib_metadata.entry_points()
        try:
            yield
        finally:
            sys.path.remove(folder)
            catalogue.AVAILABLE_ENTRY_POINTS = known
