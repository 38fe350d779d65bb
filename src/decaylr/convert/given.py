"""What a user states in addition to a file: the base rate, the steps, and values by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.checks import above, finite, refuse, shown

ABSENT: Any = object()  # "not there", where None is a value of the file

# What fills a key that a file leaves open: the parameter of `load` and its option.
BASE_LR = "base_lr (--base-lr)"
STEPS = "steps (--steps)"


class Given:
    """Values that fill or replace those of a file, and which of them were used.

    Parameters
    ----------
    base_lr : float, optional
        The base rate, where the file has none.
    steps : float, optional
        The length of the training, where the file has none.
    set : mapping, optional
        Values by key, or by the whole place in the file ("scheduler.params.warmup_num_steps").
    """

    def __init__(
        self,
        base_lr: float | None = None,
        steps: float | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> None:
        if base_lr is not None:
            finite("base_lr", base_lr)
        if steps is not None:
            above("steps", steps)
        if set is not None and not isinstance(set, Mapping):
            raise TypeError(f"set must be a mapping of keys to values, got {shown(set)}")
        self._values: dict[str, Any] = {BASE_LR: base_lr, STEPS: steps}
        self._values = {name: value for name, value in self._values.items() if value is not None}
        self._set = dict(set or {})
        self._used: dict[str, str] = {}

    def fill(self, name: str) -> Any:
        """The base rate or the steps, ABSENT if they are not stated."""
        if name in self._values:
            self._used[name] = name
            return self._values[name]
        return ABSENT

    @property
    def steps(self) -> float | None:
        """The stated length of the training."""
        return self._values.get(STEPS)

    def replacement(self, place: str) -> Any:
        """The value that `set` has for a place in the file; ABSENT if it has none."""
        for name in (place, place.rsplit(".", 1)[-1]):
            if name in self._set:
                if self._used.setdefault(name, place) != place:
                    raise ValueError(
                        f"set must name one place, got {name!r}, which is at "
                        f"{self._used[name]} and at {place}: write the whole place"
                    )
                return self._set[name]
        return ABSENT

    def check_used(self, title: str) -> None:
        """Refuse what was stated but is not read: `title` says what was read."""
        for name in self._set:
            if name not in self._used:
                refuse("set", f"of keys that are read in {title}", f"{name!r}, which is not")
        if BASE_LR in self._values and BASE_LR not in self._used:
            refuse("base_lr", f"left out where {title} has the rate", self._values[BASE_LR])
