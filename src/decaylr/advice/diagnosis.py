"""`Diagnosis`: what a schedule does to a training of a given length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, IntArray, whole_number
from decaylr.schedule import Schedule
from decaylr.tree.node import KINDS

BoolArray = npt.NDArray[np.bool_]

JUMP_SHARE = 0.05  # of the peak: the least change that can be a jump
JUMP_RATIO = 3.0  # how many times larger than the changes beside it a jump is
REACHED = 0.01  # of the fall: this near to its end_value a curve has reached it
SEEN_THROUGH = ("quotient", "clip", "staircase", "advance", "stretch", "ending")
BLOCK_VALUES = 2**20  # values held at a time
BLOCK_STEPS = 2**16


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What `advise(schedule, steps=...)` finds over the positions 0 .. steps - 1.

    Every array has the schedule's shape.

    Attributes
    ----------
    steps : int
        Number of positions.
    initial, final : ndarray of float64
        Value at the first and at the last position.
    peak : ndarray of float64
        Largest value.
    peak_at : ndarray of int64
        First position of the peak.
    half_life : ndarray of int64
        Positions from the peak to the first value at or under half of it; -1 if none.
    below_1_percent, below_10_percent : ndarray of float64
        Share of the positions whose value is under 1 % (10 %) of the peak.
    over_decay : ndarray of bool
        More than half of the positions are under 1 % of the peak.
    no_decay : ndarray of bool
        The last value is at least 99 % of a positive peak.
    jumps : ndarray of int64
        Changes between neighbouring positions of more than 5 % of the peak's magnitude that
        are also more than 3 times as large as the change before and the change after (one
        of them at an end of the training).
    largest_jump : ndarray of float64
        Size of the largest jump as a share of the peak's magnitude; 0 if none.
    largest_jump_at : ndarray of int64
        The position where its new value begins; -1 if none.
    floor_never_reached : ndarray of bool
        A curve with an end_value under its init_value is still further than 1 % of that
        fall above it at position `steps`. Asked of the curve itself, of the part of a join
        that is in charge at the end, of the parts of sums and products, of the first of a
        difference, and of what `/`, `clip`, `staircase`, `advance`, `stretch` and `ending`
        are applied to, where a clip has not come to its `lo`.
    non_positive : ndarray of int64
        First position with a value <= 0; -1 if none.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.advise(dl.step(0.1, 30, 0.1), steps=100)
    >>> int(found.half_life), int(found.jumps), round(float(found.below_1_percent), 2)
    (30, 2, 0.1)
    >>> found.findings()[0]
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

    def findings(self) -> list[list[str]]:
        """What deserves attention, a list of readable lines for each run in C order."""
        columns = {name: np.ravel(value) for name, value in self._arrays().items()}
        size = columns["peak"].size
        return [_findings({n: c[run] for n, c in columns.items()}) for run in range(size)]

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain numbers and nested lists."""
        return {"steps": self.steps} | {n: a.tolist() for n, a in self._arrays().items()}

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        names = [field.name for field in fields(self) if field.name != "steps"]
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        """The figures and findings: one paragraph a run, the first 20 of many."""
        columns = {name: np.ravel(value) for name, value in self._arrays().items()}
        size = columns["peak"].size
        lines = []
        for run in range(min(size, 20)):
            figures = {name: column[run] for name, column in columns.items()}
            lines.append(f"{f'run {run}: ' if size > 1 else ''}{_figures(figures, self.steps)}")
            lines += [f"  - {finding}" for finding in _findings(figures)]
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


def _findings(run: dict[str, Any]) -> list[str]:
    found = []
    if run["over_decay"]:
        share = f"{run['below_1_percent']:.1%}"
        found.append(f"over-decay: {share} of training is under 1 % of the peak")
    if run["no_decay"]:
        found.append("no decay: the last value is at least 99 % of the peak")
    if run["jumps"]:
        plural = "jump" if run["jumps"] == 1 else "jumps, the largest"
        size, at = 100 * run["largest_jump"], run["largest_jump_at"]
        found.append(f"{run['jumps']} {plural} of {size:.3g} % of the peak at position {at}")
    if run["floor_never_reached"]:
        found.append("floor never reached: the end_value lies past the end of training")
    if run["non_positive"] >= 0:
        found.append(f"a value at or below zero, first at position {run['non_positive']}")
    return found


def diagnose(schedule: Schedule, steps: int) -> Diagnosis:
    """The diagnosis of every run over `steps` positions, holding no whole table."""
    steps = whole_number("steps", steps, 1)
    summary = schedule.fold(steps)
    half = summary.half_at
    below = summary.spent(0.01)
    changes = _changes(schedule, steps, summary.peak)
    reached = np.broadcast_to(_unreached(schedule, np.asarray(steps)), schedule.shape)
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
        floor_never_reached=np.array(reached),
        **{name: column.reshape(schedule.shape) for name, column in changes.items()},
    )


def _changes(schedule: Schedule, steps: int, peak: FloatArray) -> dict[str, npt.NDArray[Any]]:
    """What needs the values one by one: jumps, and the first value at or below zero."""
    runs = schedule.reshape(-1)
    scale = np.abs(peak).ravel()[:, None]
    jumps = np.zeros(runs.size, np.int64)
    largest, largest_at = np.zeros(runs.size), np.full(runs.size, -1)
    non_positive = np.full(runs.size, -1)
    for rows, first, values in _windows(runs, steps):
        sizes = _jump_sizes(values, scale[rows], first)
        jumps[rows] += np.count_nonzero(sizes, axis=1)
        best = sizes.argmax(axis=1)
        size = np.take_along_axis(sizes, best[:, None], 1)[:, 0]
        better = size > largest[rows]
        largest[rows] = np.where(better, size, largest[rows])
        largest_at[rows] = np.where(better, best + max(first, 1), largest_at[rows])
        wrong = values <= 0
        found = wrong.any(axis=1) & (non_positive[rows] < 0)
        place = max(first - 2, 0) + wrong.argmax(axis=1)
        non_positive[rows] = np.where(found, place, non_positive[rows])
    return {
        "jumps": jumps,
        "largest_jump": largest,
        "largest_jump_at": largest_at,
        "non_positive": non_positive,
    }


def _windows(runs: Schedule, steps: int) -> Iterator[tuple[slice, int, FloatArray]]:
    """Values around the positions first .. first + BLOCK_STEPS - 1: two before, one after."""
    rows = max(BLOCK_VALUES // min(steps, BLOCK_STEPS), 1)
    for row in range(0, runs.size, rows):
        part = slice(row, min(row + rows, runs.size))
        piece = runs if rows >= runs.size else runs[part]
        for first in range(0, steps, BLOCK_STEPS):
            begin = max(first - 2, 0)
            end = min(first + BLOCK_STEPS + 1, steps)
            yield part, first, np.asarray(piece.table(end - begin, start=begin), np.float64)


def _jump_sizes(values: FloatArray, scale: FloatArray, first: int) -> FloatArray:
    """Shares of the peak of the jumps onto a window's own positions, 0 where there is none.

    Column k belongs to position max(first, 1) + k.
    """
    runs = len(values)
    change = np.abs(np.diff(values, axis=1))
    if change.shape[1] < 2:
        return np.zeros((runs, 1))
    edge = np.zeros((runs, 1))
    beside = np.maximum(
        np.concatenate([edge, change[:, :-1]], axis=1), np.concatenate([change[:, 1:], edge], 1)
    )
    jump = (change > JUMP_SHARE * scale) & (change > JUMP_RATIO * beside)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.where(jump, change / scale, 0.0)
    # the change before a window's first position, and the one after its last, are neighbours
    own = slice(1, BLOCK_STEPS + 1) if first else slice(0, BLOCK_STEPS - 1)
    return np.asarray(sizes[:, own])


def _unreached(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    """Whether the curves in charge at the position `at` are still above their end_value."""
    if node.kind == "select":
        return _unreached_of_select(node, at)
    if node.kind == "join":
        return _unreached_of_join(node, at)
    if node.kind in ("sum", "product"):
        return np.asarray(np.logical_or.reduce([_unreached(c, at) for c in node.children]))
    if node.kind == "difference":
        return _unreached(node.children[0], at)
    if node.kind in SEEN_THROUGH:
        return _unreached_through(node, at)
    end = node.parameters.get("end_value")
    if end is None or "init_value" not in KINDS[node.kind].parameters:
        return np.zeros((), np.bool_)
    fall = node.parameters["init_value"] - end
    left = np.asarray(node(np.maximum(at, 0))) - end
    return np.asarray((fall > 0) & (left > REACHED * fall))


def _unreached_through(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    given, child = node.parameters, node.children[0]
    if node.kind == "advance":
        at = np.asarray(at + given["by"])
    elif node.kind == "stretch":
        at = np.asarray(at / given["ratio"])
    elif node.kind == "staircase":
        at = np.asarray(given["every"] * np.floor(at / given["every"]))
    found = _unreached(child, at)
    if node.kind == "clip" and "lo" in given:
        found = np.asarray(found & (np.asarray(child(np.maximum(at, 0))) > given["lo"]))
    return found


def _unreached_of_join(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    found = _unreached(node.children[0], at)
    for number, part in enumerate(node.children[1:]):
        local = at - node.parameters[f"boundary{number}"]
        found = np.where(local > 0, _unreached(part, np.asarray(local)), found)
    return found


def _unreached_of_select(node: Schedule, at: npt.NDArray[Any]) -> BoolArray:
    part, row = node.parameters["part"], node.parameters["row"]
    where = np.broadcast_to(at, node.shape)
    found = np.zeros(node.shape, np.bool_)
    for number, child in enumerate(node.children):
        here = part == number
        runs = child[row[here]]
        found[here] = np.broadcast_to(_unreached(runs, where[here]), runs.shape)
    return found
