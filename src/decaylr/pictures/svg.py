"""A schedule as a small inline SVG for notebooks; needs only NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from decaylr.evaluation.values import lookup
from decaylr.markup import escape
from decaylr.notation.text import expression
from decaylr.pictures.window import even_grid, shown_range
from decaylr.tree.batch import indexed, reshape
from decaylr.tree.held import without_refusals
from decaylr.tree.node import Node

MAX_CURVES = 20
POINTS = 200
WIDTH, HEIGHT = 420, 180
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 26
MAX_TEXT = 400  # characters of the expression below the plot


def schedule_svg(schedule: Node) -> str:
    """HTML with the curves of at most 20 runs, 200 points each, and labels at the axis ends.

    A run that ends with "raise" is drawn with its last value after its end. Infinite values and
    NaN are left out.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.cosine(0.1, 0.0, 100)._repr_html_()[:4]
    '<div'
    """
    runs = reshape(without_refusals(schedule), -1)
    shown = min(runs.size, MAX_CURVES)
    chosen = np.linspace(0, runs.size - 1, shown).astype(np.int64)
    positions = even_grid("step", shown_range(schedule), POINTS)
    values = np.asarray(lookup(indexed(indexed(runs, chosen), (slice(None), None)), positions))
    drawn = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    low, high = min(0.0, float(drawn.min())), float(drawn.max())
    curves = [_polyline(positions, row, low, high, run) for run, row in enumerate(values)]
    note = f"{shown} of {runs.size:,} runs" if shown < runs.size else ""
    labels = _labels(float(positions[-1]), low, high, note)
    return (
        f'<div><svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11" '
        f'fill="currentColor">{_axes()}{"".join(curves)}{labels}</svg>'
        f"<br><code>{escape(_text(schedule))}</code></div>"
    )


def _text(schedule: Node) -> str:
    text = expression(schedule)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def _polyline(
    positions: npt.NDArray[np.generic],
    values: npt.NDArray[np.float64],
    low: float,
    high: float,
    run: int,
) -> str:
    drawn = np.isfinite(values)
    x = LEFT + positions[drawn] / positions[-1] * (WIDTH - LEFT - RIGHT)
    height = HEIGHT - TOP - BOTTOM
    # halved, so that the full range of float64 does not overflow
    span = (high / 2 - low / 2) or 1.0
    y = TOP + height * (1 - (values[drawn] / 2 - low / 2) / span)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    hue = 210 + 137 * run  # multiples of the golden angle give distinct neighbouring colours
    return (
        f'<polyline points="{points}" fill="none" stroke="hsl({hue % 360},65%,45%)" '
        'stroke-width="1.5"/>'
    )


def _axes() -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    return (
        f'<path d="M{LEFT},{TOP}V{bottom}H{right}" fill="none" stroke="currentColor" '
        'stroke-opacity="0.4"/>'
    )


def _labels(length: float, low: float, high: float, note: str) -> str:
    bottom = HEIGHT - BOTTOM
    places = (
        (LEFT - 5, TOP + 8, "end", f"{high:.4g}"),
        (LEFT - 5, bottom, "end", f"{low:.4g}"),
        (LEFT, HEIGHT - 10, "start", "0"),
        (WIDTH - RIGHT, HEIGHT - 10, "end", f"{length:,.10g}"),
        ((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "middle", note),
    )
    return "".join(
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
        for x, y, anchor, text in places
        if text
    )
