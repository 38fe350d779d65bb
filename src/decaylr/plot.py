"""Plots of schedules and sweeps with matplotlib (extra `plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from os import PathLike
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import one_of, refuse
from decaylr.files import check_writable, written_whole
from decaylr.pictures.curves import BAND, POINTS, plot_schedule, sampled
from decaylr.pictures.family import family, rank
from decaylr.pictures.window import even_grid
from decaylr.sweep.entry import Entry
from decaylr.sweep.matching import selected
from decaylr.sweep.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_CURVES = 12  # per panel
MAX_LEGEND_ROWS = 20  # per panel
LEGEND_WIDTH = 34  # characters per line of the legend
MERGE_DISTANCE = 0.004  # mean difference over peak below which two curves are drawn as one
SMALLEST_SHOWN = 1e-6  # share of the peak, on a logarithmic axis
COLUMNS = 3
PANEL = (6.0, 3.1)  # inches

__all__ = ["plot_entries", "plot_schedule", "plot_sweep"]


@dataclass(frozen=True)
class Line:
    """The drawn data of one entry, or of several similar ones: value / peak over positions."""

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
    """Plot the entries of a sweep, grouped into small panels, and save the figure.

    Parameters
    ----------
    sweep : Sweep
        From `decaylr.load`.
    path : str or path-like
        Output file; matplotlib derives the format from the suffix (.png, .svg, .pdf).
    select : str, optional
        Plot only the entries whose names match this glob pattern.
    x : {"normalised", "position"}
        Horizontal axis: share of the length, or position in the unit of the entry.
    y : {"auto", "log", "linear"}
        Vertical axis, value / peak. "auto" is logarithmic in panels where most curves are
        positive and below a tenth of the peak for more than 30 % of the length.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If an entry has no length, no entry matches `select`, `x` or `y` is not one of the
        options above, or matplotlib cannot write the format.
    OSError
        If the file cannot be written.
    """
    return plot_entries(selected(sweep, select), path, x=x, y=y)


def plot_entries(
    entries: Sequence[Entry], path: str | PathLike[str], *, x: str = "normalised", y: str = "auto"
) -> Figure:
    """Plot entries of finite length: see `plot_sweep`."""
    # using Figure directly leaves pyplot's global state untouched
    from matplotlib.figure import Figure

    picture, suffix = _picture(Path(path))
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
    drawn = BytesIO()
    figure.savefig(drawn, format=suffix, dpi=110)
    with written_whole(picture) as temporary:
        temporary.write_bytes(drawn.getvalue())
    return figure


def _picture(path: Path) -> tuple[Path, str]:
    """The file of a picture and its format, after checking that it can be written."""
    from matplotlib.backend_bases import FigureCanvasBase

    known = FigureCanvasBase.get_supported_filetypes()
    suffix = path.suffix[1:].lower()
    if not suffix:  # as in matplotlib
        suffix = FigureCanvasBase.get_default_filetype()
        path = path.with_name(f"{path.name.rstrip('.')}.{suffix}")
    if suffix not in known:
        refuse("path", f"a file of a format that matplotlib writes ({', '.join(known)})", path.name)
    check_writable("path", path)
    return path, suffix


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
    """Panels as (title, lines): lines of one family (and unit), highest mean value first."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.family, line.unit if by_unit else ""), []).append(line)
    panels = []
    for (title, unit), members in sorted(groups.items(), key=lambda g: (rank(g[0][0]), g[0][1])):
        drawn = members if by_unit else _merged(members)
        drawn.sort(key=lambda line: -float(line.middle.mean()))
        parts = _parts(drawn)
        for number, part in enumerate(parts, 1):
            counted = f" {number}/{len(parts)}" if len(parts) > 1 else ""
            panels.append((f"{title}{f', by {unit}' if unit else ''}{counted}", part))
    return panels


def _merged(lines: list[Line]) -> list[Line]:
    """Merge single runs whose curves could not be told apart in the plot."""
    across = np.linspace(0, 1, POINTS)
    shapes: list[npt.NDArray[np.float64]] = []
    merged: list[Line] = []
    for line in lines:
        shape = np.interp(across, line.positions / line.positions[-1], line.middle)
        distances = [float(np.abs(shape - other).mean()) for other in shapes]
        nearest = int(np.argmin(distances)) if distances else -1
        close = bool(distances) and distances[nearest] < MERGE_DISTANCE
        if close and _single(line) and _single(merged[nearest]):
            names = merged[nearest].names + line.names
            merged[nearest] = replace(merged[nearest], names=names)
        else:
            shapes.append(shape)
            merged.append(line)
    return merged


def _single(line: Line) -> bool:
    return bool((line.low == line.high).all())


def _parts(lines: list[Line]) -> list[list[Line]]:
    """Split lines, in order, into the fewest panels that respect the limits of a panel."""
    rows = np.array([_label(line).count("\n") + 1 for line in lines])
    middles = (np.cumsum(rows) - rows / 2) / rows.sum()
    for parts in range(1, len(lines) + 1):
        panel_of = (middles * parts).astype(np.int64)
        curves, legend = np.bincount(panel_of), np.bincount(panel_of, rows)
        if curves.max() <= MAX_CURVES and legend.max() <= MAX_LEGEND_ROWS:
            break
    # if no break occurred, a single line has too many names; it cannot be split
    return [
        [line for line, panel in zip(lines, panel_of, strict=True) if panel == number]
        for number in np.unique(panel_of)
    ]


def _label(line: Line) -> str:
    """Legend text: the sorted names of a line, wrapped."""
    return fill(", ".join(sorted(line.names)), LEGEND_WIDTH, break_on_hyphens=False)


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
    """Add a legend beside the panel that shows the labels verbatim."""
    legend = ax.legend(
        ax.get_lines(),
        [str(number) for number in range(len(labels))],
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        fontsize=7,
        frameon=False,
        handlelength=1.2,
    )
    # set afterwards, because matplotlib omits labels that begin with an underscore
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)
        text.set_parse_math(False)


def _fits_log(lines: list[Line]) -> bool:
    """Whether most lines are in (0, 0.1) of the peak for over 30 % of the length."""
    small = [(x.middle > 0) & (x.middle < 0.1) for x in lines]
    return sum(float(under.mean()) > 0.3 for under in small) * 2 > len(lines)


def _bottom(lines: list[Line]) -> float:
    """Largest power of ten that is at most the smallest positive value shown."""
    positive = [line.low[line.low > 0] for line in lines]
    smallest = min((float(part.min()) for part in positive if part.size), default=1e-3)
    return float(10.0 ** np.floor(np.log10(max(smallest, SMALLEST_SHOWN))))
