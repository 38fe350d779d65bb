"""The tables of docs/which.md, from docs/examples/published.toml.

python -m tests.reports.which           print them
python -m tests.reports.which --write   write them into the page
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

import decaylr as dl
from decaylr.tree.node import Node
from tests.paths import ROOT

PAGE = ROOT / "docs/which.md"
FILE = ROOT / "docs/examples/published.toml"
FEW = 10  # trainings: quantiles of fewer are marked
STEPPED = {"step", "multi_step", "piecewise_constant"}
SHAPES = {  # the first of these kinds that a schedule has names its shape
    "cosine": "cosine",
    "inverse": "inverse square root, inverse time",
    "exponential": "exponential",
    "polynomial": "polynomial",
    "linear": "linear",
}


class Training(NamedTuple):
    """What one published training did."""

    task: str
    shape: str
    warmup: float  # share of the training before the value is first within 0.1 % of its peak
    final: float  # value at the end over the peak


def tasks() -> dict[str, str]:
    """The task of each training: the heading of its part of the file."""
    found, task = {}, ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"# ---- (.+?) -+$", line):
            task = heading[1]
        if entry := re.match(r'\[schedules\.(?:"(.+)"|([^."]+))\]$', line):
            found[entry[1] or entry[2]] = task
    return found


def kinds(schedule: Node) -> set[str]:
    return {schedule.kind}.union(*map(kinds, schedule.children))


def training(task: str, schedule: dl.Schedule, length: float) -> Training:
    """Measure a schedule over its length."""
    near_zero = np.geomspace(1e-6, 1.0, 4001)
    positions = length * np.unique([0.0, *near_zero, *np.linspace(0.0, 1.0, 4001)])
    values = np.asarray(schedule(positions))
    peak = values.max()
    at_peak = values >= 0.999 * peak
    warmup = float(positions[at_peak.argmax()] / length)
    weights = np.diff(positions, append=length) / length
    return Training(
        task,
        _shape(schedule, at_peak @ weights, values[-1] / peak),
        warmup,
        float(values[-1] / peak),
    )


def _shape(schedule: dl.Schedule, share_at_peak: float, final: float) -> str:
    used = kinds(schedule)
    if used & STEPPED:
        return "steps"
    if final >= 0.99:
        return "constant"
    if share_at_peak >= 0.4:
        return "constant, then decay (WSD)"
    return next((title for kind, title in SHAPES.items() if kind in used), "others")


def trainings() -> list[Training]:
    """All trainings of the file."""
    published, task_of = dl.load(FILE), tasks()
    lengths = zip(published.names, published.lengths, strict=True)
    return [training(task_of[name], published[name], float(length)) for name, length in lengths]


def _quantiles(values: list[float]) -> str:
    if not values:
        return "—"
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{_percent(middle)} % ({_percent(low)} to {_percent(high)})"


def _percent(share: float) -> str:
    return f"{float(f'{100 * share:.2g}'):g}"


def _row(title: str, found: list[Training]) -> str:
    warmed = [t.warmup for t in found if t.warmup > 0]
    shapes = Counter(t.shape for t in found).most_common(3)
    cells = [
        title + (" (few)" if len(found) < FEW else ""),
        str(len(found)),
        "; ".join(f"{shape}: {count}" for shape, count in shapes),
        str(len(warmed)),
        _quantiles(warmed),
        _quantiles([t.final for t in found]),
    ]
    return f"| {' | '.join(cells)} |"


def tables(found: list[Training]) -> Iterator[str]:
    """The lines of the two tables."""
    head = ["trainings", "most frequent shapes", "with warmup", "its share", "final over peak"]
    yield f"| task | {' | '.join(head)} |"
    yield "|---" * 6 + "|"
    for task in dict.fromkeys(t.task for t in found):
        yield _row(task, [t for t in found if t.task == task])
    yield _row("all", found)
    yield ""
    yield f"| shape | {' | '.join([head[0], 'tasks', *head[2:]])} |"
    yield "|---" * 6 + "|"
    for shape, _ in Counter(t.shape for t in found).most_common():
        # A shape's most frequent tasks stand where a task's shapes do.
        ours = [t._replace(shape=t.task) for t in found if t.shape == shape]
        yield _row(shape, ours)


def page(old: str, lines: list[str]) -> str:
    """The page with these tables."""
    marks = r"(<!-- tables -->\n).*(<!-- end of tables -->)"
    body = "\n".join(lines)
    return re.sub(marks, lambda m: f"{m[1]}\n{body}\n\n{m[2]}", old, flags=re.DOTALL)


def main() -> None:
    lines = list(tables(trainings()))
    if "--write" in sys.argv:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
