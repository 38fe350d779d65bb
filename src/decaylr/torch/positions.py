"""`schedule`: schedules as functions of tensors of positions, for compiled code."""

from __future__ import annotations

import numpy as np
import torch

from decaylr.checks import refuse
from decaylr.evaluation.values import values_of_runs
from decaylr.schedule import Schedule
from decaylr.traced.fitting import MOST_ROWS
from decaylr.traced.layout import LAST
from decaylr.traced.listed import listed_blocks
from decaylr.traced.pieces import pieces_of

INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
# The key of a position n of run r is r * RUN + n, so that the keys of all blocks are one sorted
# list.
RUN = LAST + 1
CPU = torch.device("cpu")


def schedule(s: Schedule) -> Positions:
    """Make a function of a tensor of positions, for code that PyTorch compiles.

    The values are float32, on the device of the positions, within 4 units in the last place of
    the values of `s`. The function can be used under ``torch.compile(fullgraph=True)``, in
    `torch.func.vmap` and in CUDA graphs; it never waits for a device. It cannot raise an error
    there: positions are clipped to [0, 2**31 - 1], and a schedule with the ending "raise" holds
    its last value.

    Parameters
    ----------
    s : Schedule
        A single schedule or a batch of any shape.

    Returns
    -------
    Positions
        A function of integer tensors. The positions broadcast against `s.shape`.

    Raises
    ------
    TypeError, ValueError
        If `s` is not a Schedule, or it changes so often that a run needs more than 32768
        polynomials up to position 2**31 - 1.

    Examples
    --------
    >>> import torch
    >>> import decaylr as dl
    >>> import decaylr.torch
    >>> rate = decaylr.torch.schedule(dl.warmup_cosine(0.0, 1.0, 10, 110))
    >>> rate(torch.tensor([0, 5, 10, 110])).tolist()
    [0.0, 0.5, 1.0, 0.0]
    >>> rates = decaylr.torch.schedule(dl.exponential([1.0, 2.0], [0.5, 0.25]))
    >>> rates(torch.tensor(2)).tolist()
    [0.25, 0.125]
    """
    if not isinstance(s, Schedule):
        raise TypeError(f"s must be a Schedule, got {type(s).__name__}")
    return Positions(s)


class Positions:
    """A schedule as a function of positions, made by `schedule`.

    Attributes
    ----------
    shape : tuple of int
        Shape of the batch.
    """

    def __init__(self, s: Schedule) -> None:
        pieces = pieces_of(s, values_of_runs)
        if pieces is None:
            refuse("s", f"made of at most {MOST_ROWS} polynomials in every run", "more")
        blocks = listed_blocks(pieces)
        self.shape = s.shape
        rows = np.concatenate(
            [blocks.coefficients, blocks.scales[:, None], blocks.factors[:, None]], axis=1
        )
        tables = (
            torch.from_numpy(blocks.runs * RUN + blocks.begins),
            torch.from_numpy(blocks.origins),
            torch.from_numpy(rows),
            torch.arange(s.size).reshape(s.shape) * RUN,
            torch.from_numpy(pieces.cycle_begins).reshape(s.shape),
            torch.from_numpy(pieces.periods).reshape(s.shape),
        )
        self._tables: dict[torch.device, tuple[torch.Tensor, ...]] = {CPU: tables}

    def __call__(self, position: torch.Tensor) -> torch.Tensor:
        """The values at positions, of the shape to which they and the batch broadcast."""
        if not isinstance(position, torch.Tensor) or position.dtype not in INTEGERS:
            got = getattr(position, "dtype", type(position).__name__)
            raise TypeError(f"position must be a tensor of integers, got {got}")
        keys, origins, rows, runs, begin, period = self._on(position.device)
        at = position.to(torch.int64).clamp(0, LAST)
        # With one axis more, as compilers read an index without axes as a number of the host.
        at = torch.where(at < begin, at, begin + (at - begin) % period)
        index = (torch.searchsorted(keys, runs + at, right=True) - 1).unsqueeze(-1)
        row = rows[index]
        t = (at.unsqueeze(-1) - origins[index]).to(torch.float32) * row[..., -2]
        first, *lower, value = row[..., :-2].unbind(-1)
        for coefficient in reversed(lower):
            value = value * t + coefficient
        return ((value + first) * row[..., -1]).squeeze(-1)

    def _on(self, device: torch.device) -> tuple[torch.Tensor, ...]:
        """The tables on a device; copied there when they are first used on it."""
        found = self._tables.get(device)
        if found is None:
            found = tuple(table.to(device) for table in self._tables[CPU])
            if not torch.compiler.is_compiling():
                self._tables[device] = found
        return found

    def __repr__(self) -> str:
        return f"decaylr.torch.schedule(<schedule of shape {self.shape}>)"
