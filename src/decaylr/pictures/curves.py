"""A schedule drawn with matplotlib (extra `plot`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from decaylr.checks import whole_number
from decaylr.evaluation.values import lookup
from decaylr.pictures.window import even_grid, horizon
from decaylr.tree.batch import indexed, reshape
from decaylr.tree.node import N, Node

if TYPE_CHECKING:
    from matplotlib.axes import Axes


POINTS = 2049


MOST_LINES = 20  # of one batch; a larger one is a band


MOST_SAMPLED = 2000  # runs of a batch that its band is made of


BAND = (0.1, 0.5, 0.9)  # quantiles over the runs


def plot_schedule(
    schedule: Node,
    ax: Axes | None = None,
    *,
    steps: int | None = None,
    label: str | None = None,
) -> Axes:
    """Draw a schedule over its positions.

    Parameters
    ----------
    schedule : Schedule
        Up to 20 runs are drawn as lines; more as their median and the band between the
        10 % and the 90 % quantile (of at most 2000 runs, evenly chosen).
    ax : matplotlib Axes, optional
        Where to draw; a new figure's by default.
    steps : int, optional
        The last position, >= 1; by default the length, or for an endless schedule three
        times the longest time among its parameters.
    label : str, optional
        Name in the legend.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        For `steps` that is no integer >= 1.

    Examples
    --------
    >>> import decaylr as dl
    >>> ax = dl.cosine(0.1, 0.0, 100).plot()  # doctest: +SKIP
    """
    length = horizon(schedule) if steps is None else float(whole_number("steps", steps, 1))
    positions = even_grid("step", length, POINTS)
    values = np.asarray(lookup(indexed(sampled(schedule), (slice(None), None)), positions))
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(layout="constrained")
    if len(values) > MOST_LINES:
        low, middle, high = np.quantile(values, BAND, axis=0)
        name = label or f"median and 80 % of {schedule.size:,} runs"
        (line,) = ax.plot(positions, middle, label=name)
        ax.fill_between(positions, low, high, alpha=0.25, color=line.get_color(), linewidth=0)
    else:
        several = len(values) > 1
        for run, row in enumerate(values):
            one = f"{label or 'run'} {run}" if several else label
            ax.plot(positions, row, label=one)
    if len(values) > 1 or label:
        ax.legend(frameon=False, fontsize="small")
    ax.set_xlabel("position")
    ax.set_ylabel("value")
    return ax


def sampled(schedule: N) -> N:
    """At most MOST_SAMPLED of the runs, evenly chosen, along one axis."""
    runs = reshape(schedule, -1)
    if runs.size <= MOST_SAMPLED:
        return runs
    return indexed(runs, np.linspace(0, runs.size - 1, MOST_SAMPLED).astype(np.int64))
