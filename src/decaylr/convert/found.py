"""`Found`: what a configuration describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from decaylr.convert.given import Given
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


@dataclass(frozen=True)
class Found:
    """The schedule of a configuration, and over which positions it is used.

    Attributes
    ----------
    schedule : Schedule or Plateau
        The learning rate.
    length : float, optional
        The length of the training in `unit`, if the configuration says it.
    unit : {"step", "sample", "token", "epoch"}
        The unit of positions.
    others : mapping
        Further schedules by name: "momentum", "weight_decay".
    """

    schedule: Schedule | Plateau
    length: float | None = None
    unit: str = "step"
    others: Mapping[str, Schedule] = field(default_factory=dict)

    def horizon(self, given: Given) -> float:
        """The stated length of the training, else the configuration's, else the schedule's own."""
        if given.steps is not None:
            return float(given.steps)
        if self.length is not None:
            return float(self.length)
        return (
            float(np.max(self.schedule.horizon)) if isinstance(self.schedule, Schedule) else np.inf
        )


class Dialect(NamedTuple):
    """One form of configuration.

    Attributes
    ----------
    name : str
        For the option `--from`.
    title : str
        How messages name a file of this form: "a DeepSpeed configuration".
    recognises : callable
        Whether the content of a file, a mapping or a list, has this form.
    read : callable
        The function of the content, of what the user states and of whether every value is text
        (as on a command line) that returns what the file describes.
    """

    name: str
    title: str
    recognises: Callable[[Any], bool]
    read: Callable[[Any, Given, bool], Found]
