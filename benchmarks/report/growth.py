"""Time against the number of values: the numbers and the plot."""

import math
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench_growth import CURVES
from benchmarks.report.results import PIECES, WHOLE, Results

LINEAR_FROM = 10**7  # values; for fewer, call overhead and caches dominate


class Line(NamedTuple):
    """Seconds for each number of values; NaN if memory is too small."""

    work: str
    way: str
    points: list[tuple[int, float]]


def lines(results: Results) -> list[Line]:
    """One line per workload and method, at all measured sizes."""
    sizes = results.sizes(WHOLE)
    return [
        Line(work, way, [(n, results.value(name, work, n)) for n in sizes])
        for work in ("fill", *CURVES)
        for way, name in (("whole", WHOLE), ("pieces", PIECES))
    ]


def slope(line: Line) -> float:
    """The exponent of growth, by least squares of the logarithms."""
    points = [
        (math.log(n), math.log(time))
        for n, time in line.points
        if n >= LINEAR_FROM and not math.isnan(time)
    ]
    if len(points) < 2:
        return math.nan
    x, y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def draw(found: list[Line], caches: dict[str, int], path: Path) -> None:
    """Plot seconds, and nanoseconds per value, and mark the cache sizes."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    time, each = figure.subplots(1, 2)
    for i, line in enumerate(found):
        sizes, seconds = zip(*line.points, strict=True)
        # Both methods of a workload share a color; the second is dotted.
        style = {"color": f"C{i // 2}", "ls": "-:"[i % 2], "label": f"{line.work}, {line.way}"}
        time.loglog(sizes, seconds, **style)
        each.loglog(sizes, [s / n * 1e9 for n, s in line.points], **style)
    time.set(xlabel="values, runs × steps", ylabel="seconds")
    each.set(xlabel="values, runs × steps", ylabel="nanoseconds per value")
    time.legend(fontsize="x-small")
    for axes in (time, each):
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        for level, size in caches.items():
            axes.axvline(size / 8, color="0.6", ls="--", lw=0.8)
            axes.text(size / 8, 0.01, f" {level}", transform=axes.get_xaxis_transform(), size=8)
    path.parent.mkdir(exist_ok=True)
    # Make the file depend only on the numbers.
    with matplotlib.rc_context({"svg.hashsalt": "decaylr", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
