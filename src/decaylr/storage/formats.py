"""The formats of stores, by the suffix of their path."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from decaylr.checks import refuse
from decaylr.storage.files import Files
from decaylr.storage.npy_files import NpyFiles

SUFFIXES = (".zarr", ".npy")


def files_of(path: str | PathLike[str]) -> Files:
    """The files of the store at a path."""
    target = Path(path)
    if target.suffix == ".npy":
        return NpyFiles(target)
    if target.suffix != ".zarr":
        refuse("path", "one that ends in .zarr or .npy", target.name)
    try:
        from decaylr.storage.zarr_files import ZarrFiles
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; a .zarr store needs pip install 'decaylr[store]', an .npy store does not"
        ) from None
    return ZarrFiles(target)
