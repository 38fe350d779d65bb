"""Schedules written as plain data: in decaylr's format, or as another library's configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from decaylr.checks import one_of, refuse, shown
from decaylr.compat import keras
from decaylr.convert.reading import convert
from decaylr.convert.targets import deepspeed, optax, torch, transformers
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

OWN = "decaylr"
POSITIONS = 2049  # at which a configuration is compared with the schedule
ENDLESS_STEPS = 10_000  # that are compared where a schedule never ends


class Target(NamedTuple):
    """A library that schedules are written for: its name in messages, and its candidates."""

    title: str
    library: str
    configurations: Callable[[Schedule], Iterator[Any]]


_TARGETS = {
    "torch": Target("PyTorch", torch.LIBRARY, torch.configurations),
    "optax": Target("optax", optax.LIBRARY, optax.configurations),
    "transformers": Target("transformers", transformers.LIBRARY, transformers.configurations),
    "deepspeed": Target("DeepSpeed", deepspeed.LIBRARY, deepspeed.configurations),
}
TARGETS = (OWN, "keras", *_TARGETS)


def written(made: Schedule | Plateau, target: str = OWN) -> Any:
    """Write a schedule as plain data: in decaylr's format, or as another library's configuration.

    What is written for another library has the schedule's values when :func:`convert` reads it,
    up to the schedule's horizon: past it some libraries go on where others hold.

    Parameters
    ----------
    made : Schedule or Plateau
    target : {"decaylr", "keras", "torch", "optax", "transformers", "deepspeed"}
        For "torch" and "optax" `{function: {argument: value}}`, for "transformers" the arguments
        of the Trainer.

    Returns
    -------
    dict or float
        A float for a constant written for Keras.

    Raises
    ------
    TypeError, ValueError
        If the target is unknown or has nothing for this schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.convert import written
    >>> written(dl.linear(1.0, 0.0, 100), "keras")["class_name"]
    'PolynomialDecay'
    >>> written(dl.linear(0.0, 0.5, 10).then(dl.cosine(0.5, 0.0, 90)), "transformers")
    {'learning_rate': 0.5, 'warmup_steps': 10, 'lr_scheduler_type': 'cosine', \
'lr_scheduler_kwargs': {}, 'max_steps': 100}
    """
    if one_of("target", target, TARGETS) == OWN:
        return made.to_dict()
    title = "Keras" if target == "keras" else _TARGETS[target].title
    if isinstance(made, Plateau):
        rule = f"a function of the step, to be written for {title}"
        refuse("schedule", rule, type(made).__name__)
    return keras.to_config(made) if target == "keras" else _verified(made, _TARGETS[target])


def _verified(schedule: Schedule, target: Target) -> Any:
    """The first configuration that has the values of the schedule when it is read."""
    if schedule.shape != ():
        refuse("schedule", f"a single one, to be written for {target.title}", schedule.shape)
    candidates = target.configurations(schedule)
    found = next((c for c in candidates if _agrees(c, schedule, target.library)), None)
    if found is None:
        refuse("schedule", f"one that {target.title} can express", shown(schedule))
    return found


def _agrees(configuration: Any, schedule: Schedule, library: str) -> bool:
    try:
        again = convert(configuration, library)
    except (TypeError, ValueError):  # a candidate that the library itself refuses
        return False
    horizon = float(schedule.horizon)
    end = min(horizon, 2.0**53) if np.isfinite(horizon) else ENDLESS_STEPS
    positions = np.unique(np.rint(np.linspace(0, end, POSITIONS)).astype(np.int64))
    wanted = np.asarray(schedule(positions))
    assert isinstance(again, Schedule), "the candidates are functions of the step"
    error = np.abs(np.asarray(again(positions)) - wanted)
    return bool(np.all(error <= 1e-12 * np.max(np.abs(wanted))))
