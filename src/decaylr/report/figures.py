"""The plotly figures of a report, as plain data for plotly.js."""

from __future__ import annotations

import html
from base64 import b64encode
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray
from decaylr.report.density import QUANTILES, WIDTH, Density
from decaylr.sweep.summary import SweepSummary

FOLDS = ("peak", "peak_at", "final", "total", "half_at")  # axes beside the parameters
MOST_AXES = 14
MOST_TICKS = 40  # names on an axis
WIDE = 100.0  # a ratio of values from which an axis is logarithmic
MOST_NAMES = 3  # in a title

_LINES = ("rgba(214,69,65,0.9)", "rgba(30,30,30,0.9)", "rgba(214,69,65,0.9)")


def typed(array: npt.NDArray[Any]) -> dict[str, str]:
    """An array in the binary form that plotly.js reads."""
    data = np.ascontiguousarray(array, "<f4")
    shape = ", ".join(map(str, data.shape))
    return {"dtype": "f4", "bdata": b64encode(data.tobytes()).decode(), "shape": shape}


def family_figure(
    title: str, names: list[str], image: Density, curves: FloatArray
) -> dict[str, Any]:
    """A density image with quantiles, the selected curves, and one more that a click marks."""
    across = np.arange(WIDTH) / WIDTH
    shown = ", ".join(names[:MOST_NAMES]) + (", ..." if len(names) > MOST_NAMES else "")
    heat = {
        "type": "heatmap",
        "x": typed(np.arange(WIDTH + 1) / WIDTH),
        "y": typed(image.scale.edges),
        "z": typed(np.where(image.counts > 0, np.log10(np.maximum(image.counts, 1)), np.nan)),
        "colorscale": "Blues",
        "reversescale": True,
        "zmin": -0.5,
        "showscale": False,
        "hoverinfo": "skip",
    }
    quantiles = [
        _line(across, values, f"{share:.0%} of the runs are below", color, "dot")
        for values, share, color in zip(image.quantiles, QUANTILES, _LINES, strict=True)
    ]
    points = curves.shape[1]
    gaps = np.full((len(curves), 1), np.nan)
    every = np.tile(np.append(np.arange(points) / points, np.nan), len(curves))
    chosen = _line(every, np.hstack([curves, gaps]).ravel(), "selected", "rgba(230,126,34,0.9)")
    marked = _line(np.empty(0), np.empty(0), "marked", "rgb(192,57,43)") | {"x": [], "y": []}
    marked["line"] |= {"width": 3}
    layout = {
        "title": {
            "text": html.escape(f"{title}: {shown}"),
            "font": {"size": 13},
            "x": 0,
            "xanchor": "left",
        },
        "margin": {"l": 60, "r": 10, "t": 36, "b": 36},
        "xaxis": {"title": {"text": "share of the length"}, "range": [0, 1]},
        "yaxis": {"type": "log" if image.scale.logarithmic else "linear", "exponentformat": "e"},
        "showlegend": False,
    }
    return {"data": [heat, *quantiles, chosen, marked], "layout": layout}


def _line(
    x: npt.NDArray[Any], y: npt.NDArray[Any], name: str, color: str, dash: str = "solid"
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": typed(x),
        "y": typed(y),
        "name": name,
        "line": {"color": color, "width": 1.5, "dash": dash},
    }


def parallel_figure(summary: SweepSummary) -> dict[str, Any]:
    """Parallel coordinates of the entries, the parameters that differ, and the folds."""
    folds = [name for name in FOLDS if _differs(summary[name])]
    parameters = [name for name in summary.parameters if _differs(summary[name])]
    parameters.sort(key=lambda name: -int(np.ma.count(summary[name])))  # those of most runs
    names = [*parameters[: MOST_AXES - 1 - len(folds)], *folds]
    dimensions = [_entries(summary["name"].astype(str)), *(_axis(n, summary[n]) for n in names)]
    color = np.argsort(np.argsort(summary["total"], kind="stable"), kind="stable")
    trace = {
        "type": "parcoords",
        "dimensions": dimensions,
        "line": {"color": typed(color), "colorscale": "Viridis", "showscale": False},
        "labelangle": 0,
    }
    return {"data": [trace], "layout": {"margin": {"l": 110, "r": 40, "t": 50, "b": 20}}}


def _differs(column: npt.NDArray[Any]) -> bool:
    values = np.ma.compressed(column)
    finite = values[np.isfinite(values)]
    return bool(finite.size) and (finite.min() < finite.max() or bool(np.ma.is_masked(column)))


def _entries(names: npt.NDArray[np.str_]) -> dict[str, Any]:
    known, codes = np.unique(names, return_inverse=True)
    few = len(known) <= MOST_TICKS
    labels = [html.escape(name if len(name) <= 24 else f"{name[:23]}…") for name in known]
    ticks = {"tickvals": list(range(len(known))), "ticktext": labels} if few else {}
    return {"label": "entry", "values": codes.tolist(), **ticks}


def _axis(name: str, column: npt.NDArray[Any]) -> dict[str, Any]:
    """An axis of a column; runs without a value are below all others."""
    values = np.ma.filled(np.ma.asarray(column, np.float64), np.nan)
    values[~np.isfinite(values)] = np.nan
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    logarithmic = low > 0 and high > WIDE * low
    if logarithmic:
        values, low, high = np.log10(values), np.log10(low), np.log10(high)
    ticks = np.linspace(low, high, 5)
    labels = [f"{10.0**tick if logarithmic else tick:.3g}" for tick in ticks]
    if np.isnan(values).any():
        below = low - 0.12 * ((high - low) or 1.0)
        values = np.where(np.isnan(values), below, values)
        ticks, labels = np.append(below, ticks), ["none", *labels]
    return {
        "label": html.escape(name),
        "values": values.tolist(),
        "tickvals": ticks.tolist(),
        "ticktext": labels,
    }
