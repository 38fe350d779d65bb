"""Schedules written as plain data: in decaylr's format, or as another library's configuration."""

from __future__ import annotations

from typing import Any

from decaylr.checks import one_of, refuse
from decaylr.compat import keras
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

OWN = "decaylr"
TARGETS = (OWN, "keras")


def written(made: Schedule | Plateau, target: str = OWN) -> Any:
    """Write a schedule as plain data: in decaylr's format, or as a Keras configuration.

    Parameters
    ----------
    made : Schedule or Plateau
    target : {"decaylr", "keras"}

    Returns
    -------
    dict or float
        A float for a constant written for Keras.

    Raises
    ------
    TypeError, ValueError
        If the target is unknown or has no class for this schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.convert import written
    >>> written(dl.linear(1.0, 0.0, 100), "keras")["class_name"]
    'PolynomialDecay'
    """
    if one_of("target", target, TARGETS) == OWN:
        return made.to_dict()
    if isinstance(made, Plateau):
        refuse("schedule", "a function of the step, to be written for Keras", type(made).__name__)
    return keras.to_config(made)
