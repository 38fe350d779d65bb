"""Import another library for a test; skip or fail if it is not installed."""

import importlib
import importlib.util
import os
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import pytest

# CI sets this to turn a missing library into a failure: "extra" for the libraries that the extra
# `test` installs, "all" to include timm. Otherwise, tests of a missing library are skipped and
# counted.
REQUIRED = os.environ.get("DECAYLR_PEERS")


def peer(name: str) -> Any:
    """The module of a peer, or a skip of the calling test module."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if REQUIRED:
            raise
        pytest.skip(f"{name} is not installed: {missing}", allow_module_level=True)


def timm_scheduler() -> Any:
    """`timm.scheduler` alone: the package around it needs torchvision."""
    if "timm" not in sys.modules:
        found = importlib.util.find_spec("timm")
        if found is None or found.origin is None:
            if REQUIRED == "all":
                raise ModuleNotFoundError("timm")
            pytest.skip("timm is not installed", allow_module_level=True)
        stub = types.ModuleType("timm")
        stub.__path__ = [str(Path(found.origin).parent)]
        sys.modules["timm"] = stub
    return peer("timm.scheduler")
