"""`Diagnosis`: figures and warnings about a schedule for a training of a given length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.advice.passes import Jumps, Signs
from decaylr.checks import FloatArray, IntArray, whole_number
from decaylr.schedule import Schedule
from decaylr.tree.node import KINDS

BoolArray = npt.NDArray[np.bool_]

JUMP_SHARE = 0.05  # a jump is larger than this share of the peak
JUMP_RATIO = 3.0  # and more than this many times as large as both neighbouring changes
HELD_SHARE = 0.01  # a schedule ends early if it is constant for more than this share of training
RISE_SHARE = 0.01  # of the peak: by more than this a schedule rises again past its horizon
LONG_WARMUP = 0.3  # share of training; a warmup is longer than usual from here on
CUT_SHARE = 0.05  # of the peak: by so much a cycle that is cut off ends above the one before it
PROBES = 16  # positions past the horizon that are looked at
REACHED = 0.01  # end_value counts as reached within this share of init_value - end_value
TRANSPARENT = ("quotient", "clip", "staircase", "advance", "stretch", "ending")
BLOCK_VALUES = 2**20  # values in memory at a time
BLOCK_STEPS = 2**16


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Result of `advise(schedule, steps=...)`, over the positions 0 .. steps - 1.

    Every array has the shape of the schedule.

    Attributes
    ----------
    steps : int
        Number of positions.
    initial, final : ndarray of float64
        Values at the first and at the last position.
    peak : ndarray of float64
        Maximum over the positions.
    peak_at : ndarray of int64
        First position of the maximum.
    half_life : ndarray of int64
        Positions from the peak to the first value <= peak / 2; -1 if none.
    below_1_percent, below_10_percent : ndarray of float64
        Shares of the positions with a value below 1 % (10 %) of the peak.
    over_decay : ndarray of bool
        Whether more than half of the positions are below 1 % of the peak.
    no_decay : ndarray of bool
        Whether the peak is positive and the last value is at least 99 % of it.
    jumps : ndarray of int64
        Number of jumps: changes between neighbouring positions that exceed 5 % of the
        magnitude of the peak and 3 times each of the changes before and after (of which only
        one exists at the ends of the training).
    largest_jump : ndarray of float64
        Size of the largest jump as a share of the magnitude of the peak; 0 if none.
    largest_jump_at : ndarray of int64
        First position after the largest jump; -1 if none.
    floor_never_reached : ndarray of bool
        Whether a decreasing curve does not reach its end_value: at position `steps` its value
        is more than ``end_value + 0.01 * (init_value - end_value)``. In a join, the part at
        that position is checked; in sums and products, every operand; in a difference, the
        first. `/`, `clip`, `staircase`, `advance`, `stretch` and `ending` are looked through,
        except where a clip is at its `lo`.
    non_positive : ndarray of int64
        First position with a value <= 0; -1 if none.
    negative : ndarray of int64
        First position with a value < 0; -1 if none.
    zero_between : ndarray of int64
        First position with a value <= 0 after a positive value and before another; -1 if none.
        Zeros at the beginning of a warmup and at the end of a decay do not count.
    ended_at : ndarray of int64
        Position from which the value is constant, if it has changed at every position just
        before and is below 99 % of the peak; -1 if it changes up to the end.
    rises_again : ndarray of int64
        The horizon, if the schedule rises after it by more than 1 % of the peak within the
        training, as a cosine does that goes on; -1 if not.
    cut_off : ndarray of int64
        Position of the last restart (a jump upwards), if the values end more than 5 % of the
        peak above the value just before it: the last cycle is not complete; -1 if not.

    Examples
    --------
    >>> import decaylr as dl
    >>> diagnosis = dl.advise(dl.step(0.1, 30, 0.1), steps=100)
    >>> int(diagnosis.half_life), int(diagnosis.jumps), float(diagnosis.below_1_percent)
    (30, 2, 0.1)
    >>> diagnosis.findings()[0]
    ['2 jumps, the largest of 90 % of the peak at position 30']
    """

    steps: int
    initial: FloatArray
    peak: FloatArray
    peak_at: IntArray
    final: FloatArray
    half_life: IntArray
    below_1_percent: FloatArray
    below_10_percent: FloatArray
    over_decay: BoolArray
    no_decay: BoolArray
    jumps: IntArray
    largest_jump: FloatArray
    largest_jump_at: IntArray
    floor_never_reached: BoolArray
    non_positive: IntArray
    negative: IntArray
    zero_between: IntArray
    ended_at: IntArray
    rises_again: IntArray
    cut_off: IntArray

    def findings(self) -> list[list[str]]:
        """Return the warnings: a list of lines for each run, in C order."""
        columns = {name: np.ravel(value) for name, value in self._arrays().items()}
        size = columns["peak"].size
        return [
            _findings({n: c[run] for n, c in columns.items()}, self.steps) for run in range(size)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes as plain numbers and nested lists."""
        return {"steps": self.steps} | {n: a.tolist() for n, a in self._arrays().items()}

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        names = [field.name for field in fields(self) if field.name != "steps"]
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        """Figures and warnings, one paragraph per run, for at most 20 runs."""
        columns = {name: np.ravel(value) for name, value in self._arrays().items()}
        size = columns["peak"].size
        lines = []
        for run in range(min(size, 20)):
            figures = {name: column[run] for name, column in columns.items()}
            lines.append(f"{f'run {run}: ' if size > 1 else ''}{_figures(figures, self.steps)}")
            lines += [f"  - {finding}" for finding in _findings(figures, self.steps)]
        if size > 20:
            lines.append(f"... {size - 20} more runs ...")
        return "\n".join(lines)


def _figures(run: dict[str, Any], steps: int) -> str:
    half = "never halves" if run["half_life"] < 0 else f"halves in {run['half_life']}"
    return (
        f"{steps} steps from {run['initial']:.4g} to {run['final']:.4g}, "
        f"peak {run['peak']:.4g} at {run['peak_at']}, {half}; under 10 % of the peak for "
        f"{run['below_10_percent']:.1%} of training, under 1 % for {run['below_1_percent']:.1%}"
    )


def _findings(run: dict[str, Any], steps: int) -> list[str]:
    lines = []
    if run["over_decay"]:
        share = f"{run['below_1_percent']:.1%}"
        lines.append(f"over-decay: {share} of training is under 1 % of the peak")
    if run["no_decay"]:
        lines.append("no decay: the last value is at least 99 % of the peak")
    if run["jumps"]:
        plural = "jump" if run["jumps"] == 1 else "jumps, the largest"
        size, at = 100 * run["largest_jump"], run["largest_jump_at"]
        lines.append(f"{run['jumps']} {plural} of {size:.3g} % of the peak at position {at}")
    if run["floor_never_reached"]:
        lines.append("floor never reached: the end_value lies past the end of training")
    return lines + _course(run, steps) + _signs(run)


def _course(run: dict[str, Any], steps: int) -> list[str]:
    """Warnings about where the warmup, the decay and the cycles lie in the training."""
    lines = []
    held = steps - 1 - run["ended_at"]
    if run["ended_at"] >= 0 and held > HELD_SHARE * steps:
        lines.append(
            f"ends before the training does: constant from position {run['ended_at']} on, for "
            f"{held / steps:.1%} of training"
        )
    if run["rises_again"] >= 0:
        lines.append(
            f"rises again past its end: it was made for {run['rises_again']} steps of {steps - 1}"
        )
    share = run["peak_at"] / steps
    if share > LONG_WARMUP and run["initial"] < run["peak"] and run["peak_at"] < steps - 1:
        lines.append(
            f"warmup longer than usual: the peak comes after {share:.1%} of training, most "
            "warmups take 1 % to 10 %"
        )
    if run["cut_off"] >= 0:
        lines.append(
            f"restarts cut off by the end: the cycle that begins at position {run['cut_off']} "
            f"ends at {run['final'] / run['peak']:.1%} of the peak"
        )
    return lines


def _signs(run: dict[str, Any]) -> list[str]:
    if not run["peak"] > 0:
        return ["no value above zero"]
    if run["negative"] >= 0:
        return [f"a value below zero, first at position {run['negative']}"]
    if run["zero_between"] >= 0:
        return [f"a value of zero between others, first at position {run['zero_between']}"]
    return []


def diagnose(schedule: Schedule, steps: int) -> Diagnosis:
    """Diagnose every run over the positions 0 .. steps - 1, without storing the table.

    Parameters
    ----------
    schedule : Schedule
        A single schedule or a batch.
    steps : int
        Length of the training, >= 1.

    Returns
    -------
    Diagnosis
    """
    steps = whole_number("steps", steps, 1)
    summary = schedule.fold(steps)
    half = summary.half_at
    below = summary.spent(0.01)
    changes = _changes(schedule, steps, summary.peak)
    unreached = np.broadcast_to(
        _unreached(schedule, np.full(schedule.shape, steps)), schedule.shape
    )
    return Diagnosis(
        steps=steps,
        initial=summary.initial,
        peak=summary.peak,
        peak_at=summary.peak_at,
        final=summary.final,
        half_life=np.where(half < 0, -1, half - summary.peak_at),
        below_1_percent=below,
        below_10_percent=summary.spent(0.1),
        over_decay=np.asarray(below > 0.5),
        no_decay=np.asarray((summary.peak > 0) & (summary.final >= 0.99 * summary.peak)),
        floor_never_reached=np.array(unreached),
        rises_again=_rises_again(schedule, steps, summary.peak),
        **{name: column.reshape(schedule.shape) for name, column in changes.items()},
    )


def _rises_again(schedule: Schedule, steps: int, peak: FloatArray) -> IntArray:
    """The horizon of the runs that rise past it, by values at a few positions."""
    horizon = schedule.horizon
    past = np.isfinite(horizon) & (horizon < steps - 1)
    if not np.any(past):
        return np.full(schedule.shape, -1)
    begin = np.where(past, horizon, steps - 1)[..., None]
    positions = begin + (steps - 1 - begin) * np.linspace(0.0, 1.0, PROBES + 1)
    values = np.asarray(schedule.reshape((*schedule.shape, 1))(positions))
    with np.errstate(invalid="ignore"):
        rise = values.max(axis=-1) - values[..., 0]
        rises = past & (rise > RISE_SHARE * np.abs(peak))
    return np.where(rises, np.where(past, horizon, 0).astype(np.int64), -1)


def _changes(schedule: Schedule, steps: int, peak: FloatArray) -> dict[str, npt.NDArray[Any]]:
    """The figures that need every value: jumps, signs, the end and the last restart."""
    runs = schedule.reshape(-1)
    scale = np.abs(peak).ravel()[:, None]
    jumps, signs = Jumps(runs.size), Signs(runs.size)
    for rows, first, values in _windows(runs, steps):
        jumps.see(rows, first, values, _jump_sizes(values, scale[rows], first))
        new = values[:, first - max(first - 2, 0) :][:, :BLOCK_STEPS]
        signs.see(rows, first, new)
    final = jumps.final
    ended = (jumps.last_change >= 0) & jumps.smooth & (final < 0.99 * scale[:, 0])
    with np.errstate(invalid="ignore"):
        above = final - jumps.before_restart > CUT_SHARE * scale[:, 0]
    cut = (jumps.restart >= 0) & (jumps.restart < steps - 1) & above
    return {
        "jumps": jumps.count,
        "largest_jump": jumps.largest,
        "largest_jump_at": jumps.largest_at,
        "non_positive": signs.non_positive,
        "negative": signs.negative,
        "zero_between": signs.zero_between,
        "ended_at": np.where(ended & (jumps.last_change < steps - 1), jumps.last_change, -1),
        "cut_off": np.where(cut, jumps.restart, -1),
    }


def _windows(runs: Schedule, steps: int) -> Iterator[tuple[slice, int, FloatArray]]:
    """Values at first .. first + BLOCK_STEPS - 1, with two positions before and one after."""
    rows = max(BLOCK_VALUES // min(steps, BLOCK_STEPS), 1)
    for row in range(0, runs.size, rows):
        part = slice(row, min(row + rows, runs.size))
        piece = runs if rows >= runs.size else runs[part]
        for first in range(0, steps, BLOCK_STEPS):
            begin = max(first - 2, 0)
            end = min(first + BLOCK_STEPS + 1, steps)
            yield part, first, np.asarray(piece.table(end - begin, start=begin), np.float64)


def _jump_sizes(values: FloatArray, scale: FloatArray, first: int) -> FloatArray:
    """Sizes of the jumps in a window as shares of the peak; 0 where there is no jump.

    Column k is the change to the position max(first, 1) + k.
    """
    runs = len(values)
    change = np.abs(np.diff(values, axis=1))
    if change.shape[1] < 2:
        return np.zeros((runs, 1))
    edge = np.zeros((runs, 1))
    neighbours = np.maximum(
        np.concatenate([edge, change[:, :-1]], axis=1), np.concatenate([change[:, 1:], edge], 1)
    )
    jump = (change > JUMP_SHARE * scale) & (change > JUMP_RATIO * neighbours)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.where(jump, change / scale, 0.0)
    # drop the changes outside of the window, which serve only as neighbours
    own = slice(1, BLOCK_STEPS + 1) if first else slice(0, BLOCK_STEPS - 1)
    return np.asarray(sizes[:, own])


def _unreached(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    """Whether the curves that determine the value at `at` are still above their end_value.

    `at` has the shape of the whole batch, to which that of the node and of the result broadcast.
    """
    if node.kind == "select":
        return _unreached_of_select(node, at)
    if node.kind == "join":
        return _unreached_of_join(node, at)
    if node.kind in ("sum", "product"):
        return reduce(np.logical_or, [_unreached(child, at) for child in node.children])
    if node.kind == "difference":
        return _unreached(node.children[0], at)
    if node.kind in TRANSPARENT:
        return _unreached_of_child(node, at)
    end = node.parameters.get("end_value")
    if end is None or "init_value" not in KINDS[node.kind].parameters:
        return np.zeros((), np.bool_)
    total = node.parameters["init_value"] - end
    remaining = np.asarray(node(np.maximum(at, 0))) - end
    return np.asarray((total > 0) & (remaining > REACHED * total))


def _unreached_of_child(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    parameters, child = node.parameters, node.children[0]
    if node.kind == "advance":
        at = np.asarray(at + parameters["by"])
    elif node.kind == "stretch":
        at = np.asarray(at / parameters["ratio"])
    elif node.kind == "staircase":
        at = np.asarray(parameters["every"] * np.floor(at / parameters["every"]))
    unreached = _unreached(child, at)
    if node.kind == "clip" and "lo" in parameters:
        value = np.asarray(child(np.maximum(at, 0)))
        unreached = np.asarray(unreached & (value > parameters["lo"]))
    return unreached


def _unreached_of_join(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    unreached = _unreached(node.children[0], at)
    for number, part in enumerate(node.children[1:]):
        local = at - node.parameters[f"boundary{number}"]
        unreached = np.where(local > 0, _unreached(part, np.asarray(local)), unreached)
    return unreached


def _unreached_of_select(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    part = np.broadcast_to(node.parameters["part"], at.shape)
    row = np.broadcast_to(node.parameters["row"], at.shape)
    unreached = np.zeros(at.shape, np.bool_)
    for number, child in enumerate(node.children):
        chosen = part == number
        runs = child.reshape(-1)[row[chosen]]
        unreached[chosen] = np.broadcast_to(_unreached(runs, at[chosen]), runs.shape)
    return unreached
