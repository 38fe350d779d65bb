"""Pictures of schedules and sweeps by matplotlib (extra `plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import one_of
from decaylr.pictures.curves import BAND, POINTS, plot_schedule, sampled
from decaylr.pictures.window import even_grid
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import selected
from decaylr.sweep.sweep import Sweep
from decaylr.tree.node import KINDS, Node

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CURVES = 12  # in one panel
MOST_ROWS = 20  # of one panel's legend
NAMES_WIDTH = 34  # characters of a line of the legend
ALIKE = 0.004  # of the peak, on average: two curves this near are drawn as one
LEAST_SHOWN = 1e-6  # of the peak, on a logarithmic axis
COLUMNS = 3
PANEL = (6.0, 3.1)  # inches
FAMILIES = (  # the first that a tree holds is its title
    "restarts and cycles",
    "exponential decay",
    "inverse time, inverse square root",
    "cosine",
    "polynomial, square root",
    "REX",
    "tanh",
    "steps",
    "points",
    "linear",
    "constant",
)

__all__ = ["plot_entries", "plot_schedule", "plot_sweep"]


@dataclass(frozen=True)
class Line:
    """What one entry, or several alike, look like: values over the peak at positions."""

    names: tuple[str, ...]
    family: str
    unit: str
    positions: npt.NDArray[Any]
    low: npt.NDArray[np.float64]
    middle: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


def plot_sweep(
    sweep: Sweep,
    path: str | PathLike[str],
    *,
    select: str | None = None,
    x: str = "normalised",
    y: str = "auto",
) -> Figure:
    """Draw the entries of a sweep file into a picture of small panels.

    Parameters
    ----------
    sweep : Sweep
        From `decaylr.load`.
    path : str or path-like
        The picture, with a suffix matplotlib knows: .png, .svg, .pdf.
    select : str, optional
        Only the entries whose names match this glob.
    x : {"normalised", "position"}
        Share of the length, or the position in the entry's unit.
    y : {"auto", "log", "linear"}
        The axis of value over peak; "auto" is logarithmic in panels whose values fall under
        a tenth of the peak for a good part of the length and stay above zero.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        For an entry without a length, no entry that matches, or another `x` or `y`.
    """
    return plot_entries(selected(sweep, select), path, x=x, y=y)


def plot_entries(
    entries: Sequence[Entry], path: str | PathLike[str], *, x: str = "normalised", y: str = "auto"
) -> Figure:
    """Draw entries that have a finite length: see `plot_sweep`."""
    # Figure alone leaves pyplot's state and the user's windows untouched
    from matplotlib.figure import Figure

    one_of("x", x, ("normalised", "position"))
    one_of("y", y, ("auto", "log", "linear"))
    panels = _panels([_line(entry) for entry in entries], by_unit=x == "position")
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure((PANEL[0] * columns, PANEL[1] * rows + 0.4), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, (title, lines) in zip(axes, panels, strict=False):
        _draw_panel(ax, title, lines, x, y)
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    figure.supylabel("value / peak", fontsize="medium")
    figure.supxlabel("share of training" if x == "normalised" else "position", fontsize="medium")
    figure.savefig(Path(path), dpi=110)
    return figure


def family(schedule: Node) -> str:
    """What a schedule is mostly made of, for grouping."""
    held = _families(schedule)
    return next((title for title in FAMILIES if title in held), "others")


def _families(schedule: Node) -> set[str]:
    return {KINDS[schedule.kind].family}.union(*map(_families, schedule.children))


def _line(entry: Entry) -> Line:
    positions = even_grid(entry.unit, entry.length, POINTS)
    values = sampled(entry.schedule)[:, None](positions)
    peak = values.max(axis=1, keepdims=True)
    relative = values / np.where(peak > 0, peak, 1.0)
    low, middle, high = np.quantile(relative, BAND, axis=0)
    runs = entry.schedule.size
    name = entry.name if runs == 1 else f"{entry.name} ({runs:,} runs)"
    return Line((name,), family(entry.schedule), entry.unit, positions, low, middle, high)


def _panels(lines: list[Line], *, by_unit: bool) -> list[tuple[str, list[Line]]]:
    """Lines by family (and unit), the ones that stay high first, in panels of a few."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.family, line.unit if by_unit else ""), []).append(line)
    panels = []
    for (title, unit), members in sorted(groups.items(), key=lambda g: _rank(g[0])):
        drawn = members if by_unit else _merged(members)
        drawn.sort(key=lambda line: -float(line.middle.mean()))
        parts = _parts(drawn)
        for number, part in enumerate(parts, 1):
            counted = f" {number}/{len(parts)}" if len(parts) > 1 else ""
            panels.append((f"{title}{f', by {unit}' if unit else ''}{counted}", part))
    return panels


def _merged(lines: list[Line]) -> list[Line]:
    """Single runs that could not be told apart in the picture become one line."""
    across = np.linspace(0, 1, POINTS)
    shapes: list[npt.NDArray[np.float64]] = []
    found: list[Line] = []
    for line in lines:
        shape = np.interp(across, line.positions / line.positions[-1], line.middle)
        near = [float(np.abs(shape - other).mean()) for other in shapes]
        best = int(np.argmin(near)) if near else -1
        if near and near[best] < ALIKE and _single(line) and _single(found[best]):
            found[best] = replace(found[best], names=found[best].names + line.names)
        else:
            shapes.append(shape)
            found.append(line)
    return found


def _single(line: Line) -> bool:
    return bool((line.low == line.high).all())


def _parts(lines: list[Line]) -> list[list[Line]]:
    """As few parts, in order, as keep the curves and the legend of a panel short."""
    rows = np.array([_label(line).count("\n") + 1 for line in lines])
    middles = (np.cumsum(rows) - rows / 2) / rows.sum()
    for parts in range(1, len(lines) + 1):
        place = (middles * parts).astype(np.int64)
        curves, legend = np.bincount(place), np.bincount(place, rows)
        if curves.max() <= MOST_CURVES and legend.max() <= MOST_ROWS:
            break
    # after the loop's end a single line has too many names: it cannot be cut
    return [
        [line for line, at in zip(lines, place, strict=True) if at == part]
        for part in np.unique(place)
    ]


def _rank(key: tuple[str, str]) -> tuple[int, str]:
    return (FAMILIES.index(key[0]) if key[0] in FAMILIES else len(FAMILIES)), key[1]


def _label(line: Line) -> str:
    """The names of a line, alphabetically, in lines of a readable width."""
    return fill(", ".join(sorted(line.names)), NAMES_WIDTH, break_on_hyphens=False)


def _draw_panel(ax: Axes, title: str, lines: list[Line], x: str, y: str) -> None:
    from matplotlib import colormaps

    colors = colormaps["turbo"](np.linspace(0.05, 0.95, len(lines)))
    logarithmic = y == "log" or (y == "auto" and _fits_log(lines))
    for line, color in zip(lines, colors, strict=True):
        across = line.positions / (line.positions[-1] if x == "normalised" else 1)
        ax.plot(across, line.middle, color=color, linewidth=1.2)
        if not _single(line):
            ax.fill_between(across, line.low, line.high, color=color, alpha=0.2, linewidth=0)
    if logarithmic:
        ax.set_yscale("log")
        ax.set_ylim(_bottom(lines), 1.5)
    else:
        ax.set_ylim(min(-0.03, 1.05 * min(float(line.low.min()) for line in lines)), 1.05)
    ax.set_title(title, fontsize="medium", loc="left")
    ax.tick_params(labelsize="small")
    ax.grid(alpha=0.25, linewidth=0.5)
    ax.spines[["top", "right"]].set_visible(False)
    ax.margins(x=0.01)
    _add_legend(ax, [_label(line) for line in lines])


def _add_legend(ax: Axes, labels: list[str]) -> None:
    """The labels beside the panel, letter by letter as they are."""
    legend = ax.legend(
        ax.get_lines(),
        [str(number) for number in range(len(labels))],
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        fontsize=7,
        frameon=False,
        handlelength=1.2,
    )
    # set afterwards, as a legend leaves out labels that begin with an underscore
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)
        text.set_parse_math(False)


def _fits_log(lines: list[Line]) -> bool:
    """Whether most lines spend over 30 % of the length under a tenth of the peak, above 0."""
    deep = [(x.middle > 0) & (x.middle < 0.1) for x in lines]
    return sum(float(under.mean()) > 0.3 for under in deep) * 2 > len(lines)


def _bottom(lines: list[Line]) -> float:
    """The decade under the smallest positive value shown."""
    positive = [line.low[line.low > 0] for line in lines]
    least = min((float(part.min()) for part in positive if part.size), default=1e-3)
    return float(10.0 ** np.floor(np.log10(max(least, LEAST_SHOWN))))
