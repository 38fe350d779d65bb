"""Parameter groups that hold different values of a hyperparameter that one schedule drives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from torch import Tensor
from torch.optim import Optimizer

from decaylr.checks import finite, one_of, refuse, shown
from decaylr.torch.location import parse_name
from decaylr.training.sources import Source

CHOICES = ("same", "scaled")
Choice = str | Mapping[str, str] | None
Shares = tuple[float, ...]
ROUNDING = 1e-12  # shares that differ by less are quotients of the same values
MOST_SHOWN = 8  # values in a message


@dataclass(frozen=True)
class Held:
    """What the groups held of one hyperparameter before it was scheduled.

    Attributes
    ----------
    initial : tuple
        The value of each group.
    largest : float
        The largest of those that were there at the start; NaN if one was no number >= 0.
    shares : tuple of float or None
        The share of each group in the largest value. Groups that a stored state knows and that
        are not there yet have theirs at the end. None if all groups have the schedule's value.
    """

    initial: tuple[Any, ...]
    largest: float
    shares: Shares | None = None


@dataclass(frozen=True)
class Groups:
    """The user's choice for groups with different values, and what the groups held.

    A choice is "same" (all groups have the schedule's value), "scaled" (each keeps its share of
    the largest value), None (they must not differ), or a mapping of hyperparameters to choices.
    """

    choice: Choice
    held: Mapping[str, Held]

    def updated(self, sources: Mapping[str, Source], optimizer: Optimizer) -> Groups:
        """The same with all groups of now, after checking that no choice is missing."""
        self._expect_fitting_choice(sources)
        held = {name: self._held(name, s.shape, optimizer) for name, s in sources.items()}
        return replace(self, held={**self.held, **held})

    def _expect_fitting_choice(self, sources: Mapping[str, Source]) -> None:
        one_for_all = [name for name, source in sources.items() if source.shape == ()]
        named = self.choice if isinstance(self.choice, Mapping) else {}
        for name in named:
            if name not in one_for_all:
                rule = f"of hyperparameters with one schedule for all groups ({one_for_all})"
                refuse("groups", rule, shown(name))
        if isinstance(self.choice, str) and not one_for_all:
            refuse("groups", "None if there is a run for each group", repr(self.choice))

    def _chosen(self, name: str) -> str | None:
        return self.choice.get(name) if isinstance(self.choice, Mapping) else self.choice

    def _held(self, name: str, shape: tuple[int, ...], optimizer: Optimizer) -> Held:
        """What is held of a hyperparameter, with the groups that were added since."""
        groups, held = optimizer.param_groups, self.held.get(name)
        seen = 0 if held is None or len(held.initial) > len(groups) else len(held.initial)
        late = tuple(_initial(name, group) for group in groups[seen:])
        if held is None or not seen:
            held = Held(late, _largest(late))
        else:
            held = replace(held, initial=(*held.initial, *late))
        if shape != ():
            return replace(held, shares=None)
        if self._chosen(name) == "scaled" or held.shares is not None:
            return replace(held, shares=_shares(name, held))
        if self._chosen(name) is None:
            # A late group may also have been given the value of this moment.
            now = {held.initial[0], _value(name, groups[0])} if seen else {held.initial[0]}
            if any(value not in now for value in late):
                _refuse_undecided(name, held)
        return held

    def shares(self, name: str) -> Shares | None:
        """The share of each group of a hyperparameter; None if all have the schedule's value."""
        held = self.held.get(name)
        if held is None or held.shares is None:
            return None
        return held.shares[: len(held.initial)]

    def mark(self, optimizer: Optimizer) -> None:
        """Keep the initial values of scaled hyperparameters in the groups, as PyTorch does.

        They are saved with the optimizer: a scheduler that is made after it was loaded finds
        them there.
        """
        for name, held in self.held.items():
            if held.shares is not None:
                for group, value in zip(optimizer.param_groups, held.initial, strict=False):
                    group.setdefault(f"initial_{name}", value)

    # -- state ------------------------------------------------------------------------

    def to_data(self) -> dict[str, list[float]]:
        """The shares as plain data."""
        return {n: [*held.shares] for n, held in self.held.items() if held.shares is not None}

    def loaded(self, stored: Any, on_change: str) -> Groups:
        """The same with stored shares; ValueError if they differ and `on_change` is "raise"."""
        shares = _from_data(stored)
        if on_change == "keep":
            return self
        ours = {name: held.shares for name, held in self.held.items()}
        lines = [
            f"{name}: {_listed(shares.get(name))} against {_listed(ours.get(name))}"
            for name in {**ours, **shares}
            if not _alike(shares.get(name), ours.get(name))
        ]
        if on_change == "raise" and lines:
            raise ValueError(
                'state: shares must be the constructor\'s unless on_change is "keep" or '
                '"checkpoint", got (stored against constructed)\n' + "\n".join(lines)
            )
        held = {n: replace(h, shares=_merged(shares.get(n), h)) for n, h in self.held.items()}
        choice = {name: "same" if h.shares is None else "scaled" for name, h in held.items()}
        return Groups(choice, held) if lines else replace(self, held=held)


def checked_choice(groups: Any) -> Choice:
    """An argument `groups` as a choice."""
    if groups is None:
        return None
    if isinstance(groups, Mapping):
        return {name: one_of(f"groups[{name!r}]", word, CHOICES) for name, word in groups.items()}
    if not isinstance(groups, str):
        rule = 'None, "same", "scaled" or a mapping of hyperparameters to these words'
        raise TypeError(f"groups must be {rule}, got {shown(groups)}")
    return one_of("groups", groups, CHOICES)


def _initial(name: str, group: Mapping[str, Any]) -> Any:
    """The value that a group held before a scheduler wrote into it."""
    marked = group.get(f"initial_{name}")
    return _value(name, group) if marked is None else _number(marked)


def _value(name: str, group: Mapping[str, Any]) -> Any:
    key, index = parse_name(name)
    return _number(group[key] if index < 0 else group[key][index])


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


def _largest(values: Sequence[Any]) -> float:
    """The largest value; NaN if one is no finite number >= 0."""
    usable = all(isinstance(v, int | float) and 0 <= v < math.inf for v in values)
    return float(max(values, default=0.0)) if usable else math.nan


def _shares(name: str, held: Held) -> Shares:
    """The share of each group; those that are known already stay."""
    known = held.shares or ()
    new = held.initial[len(known) :]
    if math.isnan(_largest(new)) or (new and not held.largest > 0):
        rule = "finite and >= 0, with one > 0 at the start, to be scaled"
        refuse(f"the groups' {name}", rule, _listed(held.initial))
    return (*known, *(float(value) / held.largest for value in new))


def _from_data(stored: Any) -> dict[str, Shares]:
    if not isinstance(stored, Mapping):
        raise TypeError(f"state: shares must be a mapping, got {shown(stored)}")
    return {
        name: tuple(finite(f"state: shares[{name!r}]", values).reshape(-1).astype(float).tolist())
        for name, values in stored.items()
    }


def _alike(a: Shares | None, b: Shares | None) -> bool:
    """Whether both say the same of the groups that both know, whatever the largest value is."""
    size = min(len(shares) for shares in (a, b) if shares is not None) if a or b else 0
    x, y = ((1.0,) * size if shares is None else shares[:size] for shares in (a, b))
    if not any(x) or not any(y):
        return not any(x) and not any(y)
    pairs = zip(x, y, strict=True)
    return all(math.isclose(p / max(x), q / max(y), rel_tol=ROUNDING) for p, q in pairs)


def _merged(stored: Shares | None, held: Held) -> Shares | None:
    """The stored shares, and those of groups that the state does not know."""
    if stored is None or held.shares is None:
        return stored
    return (*stored, *held.shares[len(stored) :])


def _refuse_undecided(name: str, held: Held) -> NoReturn:
    """ValueError with both ways to say what is meant."""
    shares = ""
    if held.largest > 0 and _largest(held.initial) >= 0:
        shares = f": {_listed([value / held.largest for value in held.initial])}"
    same, scaled = (f'"{word}"' if name == "lr" else f'{{"{name}": "{word}"}}' for word in CHOICES)
    raise ValueError(
        f"groups must be given, as the parameter groups hold different values of {name}, got "
        f"{_listed(held.initial)}; pass one of\n"
        f"    groups={same}  # every group has the schedule's value\n"
        f"    groups={scaled}  # each keeps its share of the largest{shares}"
    )


def _listed(values: Sequence[Any] | None) -> str:
    """The first values of a list; "same" if there is none."""
    if values is None:
        return "same"
    text = ", ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in values[:MOST_SHOWN])
    return f"{text}, ..." if len(values) > MOST_SHOWN else text
