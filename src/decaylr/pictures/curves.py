"""Plot one schedule with matplotlib (extra `plot`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from decaylr.checks import whole_number
from decaylr.evaluation.values import lookup
from decaylr.pictures.window import even_grid, shown_range
from decaylr.tree.batch import indexed, reshape
from decaylr.tree.held import without_refusals
from decaylr.tree.node import N, Node

if TYPE_CHECKING:
    from matplotlib.axes import Axes


POINTS = 2049  # per curve
MAX_LINES = 20  # a larger batch is drawn as a median and a band
MAX_SAMPLED = 2000  # runs from which the band is computed
BAND = (0.1, 0.5, 0.9)  # quantiles over the runs


def plot_schedule(
    schedule: Node,
    ax: Axes | None = None,
    *,
    steps: int | None = None,
    label: str | None = None,
) -> Axes:
    """Plot a schedule over its positions.

    Parameters
    ----------
    schedule : Schedule
        Up to 20 runs are drawn as lines. Of more runs, the median and the band between the
        10 % and the 90 % quantile are drawn (from at most 2000 evenly spaced runs).
        A run that ends with "raise" is drawn with its last value after its end.
    ax : matplotlib Axes, optional
        Axes to draw on; by default those of a new figure.
    steps : int, optional
        Last position shown, >= 1. The default is the length of the schedule or, if it never
        ends, three times the longest length or position among its parameters.
    label : str, optional
        Label in the legend.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError, ValueError
        If `steps` is not an integer >= 1.

    Examples
    --------
    >>> import decaylr as dl
    >>> ax = dl.cosine(0.1, 0.0, 100).plot()  # doctest: +SKIP
    """
    length = shown_range(schedule) if steps is None else float(whole_number("steps", steps, 1))
    positions = even_grid("step", length, POINTS)
    runs = sampled(without_refusals(schedule))
    values = np.asarray(lookup(indexed(runs, (slice(None), None)), positions))
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(layout="constrained")
    if len(values) > MAX_LINES:
        low, middle, high = np.quantile(values, BAND, axis=0)
        name = label or f"median and 80 % of {schedule.size:,} runs"
        (line,) = ax.plot(positions, middle, label=name)
        ax.fill_between(positions, low, high, alpha=0.25, color=line.get_color(), linewidth=0)
    else:
        several = len(values) > 1
        for run, row in enumerate(values):
            line_label = f"{label or 'run'} {run}" if several else label
            ax.plot(positions, row, label=line_label)
    if len(values) > 1 or label:
        ax.legend(frameon=False, fontsize="small")
    ax.set_xlabel("position")
    ax.set_ylabel("value")
    return ax


def sampled(schedule: N) -> N:
    """At most MAX_SAMPLED evenly spaced runs of a batch, along one axis."""
    runs = reshape(schedule, -1)
    if runs.size <= MAX_SAMPLED:
        return runs
    return indexed(runs, np.linspace(0, runs.size - 1, MAX_SAMPLED).astype(np.int64))
