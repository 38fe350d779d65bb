"""Calling functions of `decaylr.compat` with the arguments that a file has for their originals."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from decaylr.checks import known_keys, refuse, shown
from decaylr.convert.given import ABSENT, BASE_LR, STEPS, Given
from decaylr.convert.settings import is_open, left_open, number
from decaylr.sweep.syntax import error_at

# Keys that libraries write themselves, with the values at which they change nothing.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "last_epoch": (-1,),
    "last_batch_iteration": (-1,),
    "last_step": (-1,),
    "verbose": (False, None, "deprecated", "False", "false"),
    "initialize": (True,),
    "param_group_field": ("lr",),
    "optimizer": (None, "???"),
    "name": (None,),
}
MEANINGS = {
    "base_lr": "the base learning rate",
    "max_lr": "the highest learning rate",
    "warmup_max_lr": "the learning rate after the warmup",
    "warmup_num_steps": "the number of warmup steps",
    "num_warmup_steps": "the number of warmup steps",
    "total_num_steps": "the number of training steps",
    "num_training_steps": "the number of training steps",
    "total_steps": "the number of training steps",
    "T_max": "the length of the cosine",
}
# Arguments that the stated base rate or the stated steps may fill.
FILLS = {
    "base_lr": BASE_LR,
    "warmup_max_lr": BASE_LR,
    "total_num_steps": STEPS,
    "num_training_steps": STEPS,
    "total_steps": STEPS,
    "T_max": STEPS,
}
_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")


@dataclass
class Calls:
    """How the arguments of one file are read.

    Attributes
    ----------
    given : Given
    texts : bool
        Whether numbers may be written as text.
    base_lr : float, optional
        The base rate that the file states elsewhere, such as in its optimizer.
    nested : callable
        Returns the schedule that an argument describes, ABSENT if it describes none.
    """

    given: Given
    texts: bool
    nested: Callable[[Any, str], Any]
    base_lr: Any = ABSENT

    def call(self, function: Callable[..., Any], body: Mapping[str, Any], path: str) -> Any:
        """Call a function with the arguments of a table; errors begin with its place."""
        parameters = inspect.signature(function).parameters
        open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        arguments: dict[str, Any] = {}
        for key, value in body.items():
            if key not in parameters and _is_neutral(key, value, f"{path}.{key}"):
                continue
            arguments[key] = self._argument(key, value, parameters.get(key), path)
        if not open_ended:
            known_keys(arguments, tuple(parameters), path)
        self._fill(arguments, parameters, path)
        present = {name: value for name, value in arguments.items() if value is not ABSENT}
        try:
            return function(**present)
        except (TypeError, ValueError) as error:
            unexpected = _UNEXPECTED.search(str(error))
            if unexpected:
                raise ValueError(f"{path}: unknown key {unexpected[1]!r}") from None
            raise error_at(error, path) from None

    def _fill(
        self, arguments: dict[str, Any], parameters: Mapping[str, inspect.Parameter], path: str
    ) -> None:
        """Add the arguments that the file leaves out and the user or the optimizer has."""
        for name, parameter in parameters.items():
            if name in arguments:
                continue
            value = self.given.replacement(f"{path}.{name}")
            if value is not ABSENT:
                arguments[name] = value
            elif name == "base_lr" and self.base_lr is not ABSENT:
                arguments[name] = self.base_lr
            elif (
                parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
            ):
                arguments[name] = self._filled(name, ABSENT, f"{path}.{name}")

    def _filled(self, name: str, value: Any, place: str) -> Any:
        """What fills an argument that the file leaves open; an error if nothing does."""
        fill = FILLS.get(name)
        if name in ("base_lr", "warmup_max_lr") and self.base_lr is not ABSENT:
            return self.base_lr
        filled = ABSENT if fill is None else self.given.fill(fill)
        if filled is ABSENT:
            raise ValueError(left_open(place, value, MEANINGS.get(name, "its value"), fill))
        return filled

    def _argument(
        self, key: str, value: Any, parameter: inspect.Parameter | None, path: str
    ) -> Any:
        place = f"{path}.{key}"
        stated = self.given.replacement(place)
        value = value if stated is ABSENT else stated
        if value is None and parameter is not None and parameter.default is None:
            return None
        kind = "" if parameter is None else str(parameter.annotation)
        takes_text = parameter is None or "str" in kind
        if is_open(value) and not (takes_text and isinstance(value, str) and "$" not in value):
            return self._filled(key, value, place)
        return self._value(value, place, numeric="ArrayLike" in kind or "float" in kind, kind=kind)

    def _value(self, value: Any, place: str, *, numeric: bool, kind: str = "") -> Any:
        if isinstance(value, list):
            items = enumerate(value)
            return [self._value(item, f"{place}[{i}]", numeric=numeric) for i, item in items]
        if isinstance(value, Mapping):
            return self._table(value, place)
        if isinstance(value, str) and kind == "bool" and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if isinstance(value, str) and numeric and "str" not in kind:
            return number(place, value, texts=self.texts)
        return value

    def _table(self, table: Mapping[str, Any], place: str) -> Any:
        made = self.nested(table, place)
        if made is not ABSENT:
            return made
        # Keys of files are texts: a mapping from steps has only decimal ones.
        steps = bool(table) and all(
            isinstance(key, int) or (isinstance(key, str) and key.isdecimal()) for key in table
        )
        return {int(key): scale for key, scale in table.items()} if steps else table


def _is_neutral(key: str, value: Any, place: str) -> bool:
    """Whether a key that the library writes itself changes nothing; an error if it would."""
    if key not in NEUTRAL:
        return False
    if not any(type(value) is type(known) and value == known for known in NEUTRAL[key]):
        if key in ("optimizer", "name"):
            return True
        refuse(place, f"{shown(NEUTRAL[key][0])}, or left out", shown(value))
    return True
