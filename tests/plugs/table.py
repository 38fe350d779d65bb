"""The places where libraries take a learning rate, each with a training that uses one.

A row's training is a function of a schedule, a number of steps and the state of an earlier
training or None. It returns the rate that was used at each step, and its own state, as the
library saves it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Training = Callable[[Any, int, Any], tuple[list[float], Any]]


@dataclass(frozen=True)
class Plug:
    """One place.

    Attributes
    ----------
    name : str
        The library, and which of its places.
    needs : tuple of str
        The modules that the training imports.
    point : str
        What the library takes.
    write : str
        What to write there for a schedule `s`.
    resumed : str
        How a training continues; "" if the library has no state to save.
    train : callable
    dtype : str
        What the library keeps rates in.
    first : int
        The position of the first rate.
    """

    name: str
    needs: tuple[str, ...]
    point: str
    write: str
    resumed: str
    train: Training
    dtype: str
    first: int

    def missing(self) -> list[str]:
        """The modules that are not installed."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]


PLUGS: dict[str, Plug] = {}


def plug(
    name: str,
    *needs: str,
    point: str,
    write: str,
    resumed: str = "",
    dtype: str = "float64",
    first: int = 0,
) -> Callable[[Training], Training]:
    """Add a row to the table."""

    def add(train: Training) -> Training:
        assert name not in PLUGS
        PLUGS[name] = Plug(name, needs, point, write, resumed, train, dtype, first)
        return train

    return add
