"""The content of a file as plain data, by its suffix; nothing in it is executed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from decaylr.checks import refuse
from decaylr.convert.command_line import arguments_of
from decaylr.convert.python_literals import assignments
from decaylr.notation.reading import json_data
from decaylr.sweep.syntax import parse

LARGEST_MEMBER = 2**26  # bytes of the configuration in a .keras file
TEXT_SUFFIXES = (".sh", ".txt", ".args", ".bash", ".cmd", ".flags", ".slurm", ".sbatch", "")


def parse_any(file: Path) -> tuple[Any, bool]:
    """The content of a file, and whether all its values are text, as on a command line."""
    suffix = file.suffix.lower()
    if suffix == ".keras":
        return _keras_archive(file), False
    if suffix in (".h5", ".hdf5"):
        return _training_config(file), False
    if suffix not in (".toml", ".json", ".yaml", ".yml", ".py", *TEXT_SUFFIXES):
        file.stat()  # a file that does not exist is the first thing to say
        known = (".toml", ".json", ".yaml", ".yml", ".py", ".keras", ".h5", ".sh", ".txt")
        refuse("path", f"a file that ends in one of {', '.join(known)}", file.name)
    text = file.read_text(encoding="utf-8")
    if suffix == ".py":
        return assignments(text), False
    if suffix in TEXT_SUFFIXES:
        return arguments_of(text), True
    return parse_yaml(text) if suffix in (".yaml", ".yml") else parse(text, suffix), False


def parse_yaml(text: str) -> Any:
    """The content of YAML text; ValueError if a key occurs twice in one table."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """The safe loader, which makes plain data only, without repeated keys."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            own = [key for key in keys if key != "<<"]
            if len(set(own)) < len(own):
                twice = next(key for key in own if own.count(key) > 1)
                raise ValueError(f"the key {twice!r} occurs twice in one table")
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"malformed YAML: {' '.join(str(error).split())}") from None


def _keras_archive(file: Path) -> Any:
    """`config.json` of a model that Keras saved."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("config.json").file_size > LARGEST_MEMBER:
                refuse("config.json", f"of at most {LARGEST_MEMBER} bytes", "more")
            return json_data(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"a .keras file must be an archive with config.json, got {error}"
        ) from None


def _training_config(file: Path) -> Any:
    """The attribute `training_config` of a model that Keras saved as HDF5."""
    import h5py

    file.stat()
    try:
        with h5py.File(file, "r") as model:
            config = model.attrs.get("training_config")
    except OSError as error:
        raise ValueError(f"an .h5 file must be HDF5, got {error}") from None
    if config is None:
        refuse(
            "training_config", "an attribute of the file: save the model after compile()", "none"
        )
    return {"training_config": json_data(config)}
