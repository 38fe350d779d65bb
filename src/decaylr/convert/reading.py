"""`convert` and `load`: schedules from mappings and files of any dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from decaylr.checks import one_of, refuse, shown
from decaylr.convert.files import parse_any
from decaylr.convert.found import Found
from decaylr.convert.given import Given
from decaylr.convert.table import DIALECTS
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.sweep.entries import read_entries
from decaylr.sweep.entry import Entry
from decaylr.sweep.sweep import Sweep
from decaylr.sweep.syntax import errors_in
from decaylr.tree.horizon import with_horizon

VALUES = ("lr", "momentum", "weight_decay")


def convert(
    data: Any,
    library: str | None = None,
    value: str = "lr",
    *,
    base_lr: float | None = None,
    steps: float | None = None,
    set: Mapping[str, Any] | None = None,
) -> Schedule | Plateau:
    """Make the schedule that a configuration of another library describes.

    Parameters
    ----------
    data : mapping or list
        The content of a file: `{function: {argument: value}}` with the names of
        `decaylr.compat.torch`, `.optax`, `.timm` or `.transformers`; a configuration of one of
        the libraries in docs/cli.md; or decaylr's own format (`Schedule.to_dict`).
    library : str, optional
        The form of the configuration, a key of `decaylr.convert.DIALECTS`; detected if not given.
    value : {"lr", "momentum", "weight_decay"}
        Which scheduled value to return. Momentum is scheduled by PyTorch's `CyclicLR` and
        `OneCycleLR` and by DeepSpeed's `OneCycle`, weight decay by Megatron.
    base_lr : float, optional
        The base rate, where the configuration has none.
    steps : float, optional
        The length of the training, where the configuration has none.
    set : mapping, optional
        Values by key, or by place ("scheduler.params.warmup_num_steps"), which fill or replace
        those of the configuration.

    Returns
    -------
    Schedule or Plateau
        A Plateau if the rate depends on a metric. A schedule knows its horizon.

    Raises
    ------
    TypeError, ValueError
        If the format is not recognised, a function, type or key is unknown (the message names
        it), a parameter is wrong or left open, or `value` is not scheduled.

    Examples
    --------
    >>> from decaylr.convert import convert
    >>> convert({"StepLR": {"base_lr": 0.5, "step_size": 30, "gamma": 0.5}})(30)
    0.25
    >>> warmup = {"warmup_max_lr": "auto", "warmup_num_steps": 4, "warmup_type": "linear"}
    >>> config = {"scheduler": {"type": "WarmupLR", "params": warmup}}
    >>> convert(config, base_lr=1.0)([1, 3, 5])
    array([0. , 0.5, 1. ])
    """
    one_of("value", value, VALUES)
    found, _ = _found(data, library, Given(base_lr, steps, set))
    return _select(found, value)


def convert_file(
    file: Path,
    library: str | None = None,
    value: str = "lr",
    *,
    base_lr: float | None = None,
    steps: float | None = None,
    set: Mapping[str, Any] | None = None,
) -> tuple[Schedule | Plateau, str]:
    """The schedule in a file, as in `convert`, and how its form is named in messages."""
    data, texts = parse_any(file)
    given = Given(base_lr, steps, set)
    if _is_sweep(data):
        return _only_entry(_own_sweep(data, given)), "a sweep file"
    found, title = _found(data, library, given, texts=texts)
    return _select(found, value), title


def _only_entry(sweep: Sweep) -> Schedule:
    if len(sweep) != 1:
        refuse("schedules", "one, to be converted", ", ".join(sweep.names))
    (entry,) = sweep.entries.values()
    return with_horizon(entry.schedule, entry.length)


def load(
    path: str | PathLike[str],
    *,
    base_lr: float | None = None,
    steps: float | None = None,
    set: Mapping[str, Any] | None = None,
) -> Sweep:
    """Read a sweep file, or a file of another library.

    Parameters
    ----------
    path : str or path-like
        A sweep file (.toml or .json), what `decaylr convert` writes, or a configuration of
        another library in JSON, TOML, YAML, as a command line (.sh, .txt, ...), a `.keras` or an
        `.h5` file. Nothing in a file is executed.
    base_lr, steps, set
        What the file leaves open, as in :func:`decaylr.convert.convert`. For a sweep file
        `steps` is the length of every entry, and the others must be left out.

    Returns
    -------
    Sweep
        `sweep[name]` is a schedule of the file; `names`, `units` and `lengths` have one element
        per entry, and `schedule` is the batch of all runs. The one entry of another library's
        file has the file's name, and as its source how the file was read.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        If the file is malformed (the message has the line), a key is unknown (the message lists
        the known ones), a parameter is wrong (the message has its place in the file) or left
        open, or the rate depends on a metric.

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.toml"
    >>> _ = path.write_text('''
    ... version = 1
    ... [schedules.gpt]
    ... phases = [{ linear = [0, 6e-4], steps = 2000 }, { cosine = [6e-4, 0], steps = 8000 }]
    ... [schedules.resnet]
    ... unit = "epoch"
    ... length = 90
    ... multi_step = [0.1, [30, 60], 0.1]
    ... ''')
    >>> sweep = dl.load(path)
    >>> sweep.names, sweep.lengths, sweep["gpt"](2000)
    (('gpt', 'resnet'), (10000.0, 90.0), 0.0006)
    >>> args = path.with_name("train.sh")
    >>> _ = args.write_text("train --lr 1e-3 --train-iters 1000 --lr-decay-style cosine")
    >>> dl.load(args)["train"](500)
    0.0005
    """
    file, given = Path(path), Given(base_lr, steps, set)
    with errors_in(file):
        data, texts = parse_any(file)
        if _is_sweep(data):
            return _own_sweep(data, given)
        found, title = _found(data, None, given, texts=texts)
        return Sweep.of((_entry(file, found, title, given),))


def _is_sweep(data: Any) -> bool:
    """Whether a file has named schedules, or a version and no other form."""
    if not isinstance(data, Mapping) or not data.keys() & {"version", "schedules"}:
        return False
    return "schedules" in data or not any(d.recognises(data) for d in DIALECTS.values())


def _own_sweep(data: Mapping[str, Any], given: Given) -> Sweep:
    """The entries of a sweep file, with the stated length in place of their own."""
    given.check_used("a sweep file")
    entries = read_entries(data)
    if given.steps is not None:
        entries = tuple(
            replace(entry, length=float(given.steps), own_lengths=False) for entry in entries
        )
    return Sweep.of(entries)


def _entry(file: Path, found: Found, title: str, given: Given) -> Entry:
    schedule = _select(found, "lr")
    if isinstance(schedule, Plateau):
        raise ValueError(
            f"{title}: the rate depends on a metric (rule {schedule.rule!r}), so there is no "
            "curve before the training; decaylr.Plateau follows it in one, and `decaylr convert` "
            "writes it as data"
        )
    about = {"source": f"read as {title}"}
    return Entry(file.stem, schedule, found.unit, found.horizon(given), about=about)


def _found(
    data: Any, library: str | None, given: Given, *, texts: bool = False
) -> tuple[Found, str]:
    """What the data describes, and the title of its dialect."""
    if library is None:
        dialect = DIALECTS[_detected(data)]
    else:
        dialect = DIALECTS[one_of("library", library, tuple(DIALECTS))]
        if not isinstance(data, Mapping | list):
            raise TypeError(f"a configuration must be a mapping, got {shown(data)}")
    try:
        found = dialect.read(data, given, texts)
    except RecursionError:
        raise ValueError("a configuration must be nested less deeply, got more levels") from None
    except OverflowError as error:
        raise ValueError(f"a number in {dialect.title} is too large: {error}") from None
    given.check_used(dialect.title)
    if isinstance(found.schedule, Schedule):
        horizon = np.asarray(found.horizon(given))
        if not np.all(np.isfinite(found.schedule.horizon)):
            found = replace(found, schedule=with_horizon(found.schedule, horizon))
    return found, dialect.title


def _detected(data: Any) -> str:
    if not isinstance(data, Mapping | list):
        raise TypeError(f"a configuration must be a mapping, got {shown(data)}")
    for name, dialect in DIALECTS.items():
        if dialect.recognises(data):
            return name
    if not isinstance(data, Mapping):
        raise TypeError(f"a configuration must be a mapping, got {shown(data)}")
    keys = ", ".join(shown(key) for key in list(data)[:5])
    raise ValueError(
        f"the library must be given (--from), one of {', '.join(DIALECTS)}: the configuration "
        f"has the keys {keys or 'none'}"
    )


def _select(found: Found, value: str) -> Schedule | Plateau:
    """The schedule of the rate, the momentum or the weight decay."""
    if value == "lr":
        return found.schedule
    selected = found.others.get(value, getattr(found.schedule, value, None))
    if not isinstance(selected, Schedule):
        refuse("value", "one that the configuration schedules", shown(value))
    return selected
