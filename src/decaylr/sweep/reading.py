"""Reading sweep files: TOML or JSON tables of named schedules.

A file has `version = 1` and a table `schedules` of entries: see `decaylr.sweep.entries`.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from decaylr.sweep.entries import read_entries
from decaylr.sweep.sweep import Sweep
from decaylr.sweep.syntax import errors_in, parse_file


def load(path: str | PathLike[str]) -> Sweep:
    """Read a sweep file.

    Parameters
    ----------
    path : str or path-like
        A file that ends in .toml or .json.

    Returns
    -------
    Sweep
        `sweep[name]` is a schedule of the file; `names`, `units` and `lengths` have one element
        per entry, and `schedule` is the batch of all runs.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        If the file is malformed (the message has the line), a key is unknown (the message lists
        the known ones) or a parameter is wrong (the message has its place in the file).

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
    >>> sweep = dl.sweep.load(path)
    >>> sweep.names, sweep.lengths, sweep["gpt"](2000)
    (('gpt', 'resnet'), (10000.0, 90.0), 0.0006)
    """
    file = Path(path)
    with errors_in(file):
        return Sweep.of(read_entries(parse_file(file)))
