"""The slowest input of a function, found by search among those that validation admits.

An input is made from the numbers that a generator draws. The search keeps the slowest one and
changes some of its numbers, as long as that makes it slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from random import Random


class Tape(Random):
    """Gives recorded numbers first, then new ones; remembers all of them."""

    def __init__(self, seed: str, recorded: tuple[float, ...] = ()) -> None:
        super().__init__(seed)
        self._recorded = recorded
        self.drawn: list[float] = []

    def random(self) -> float:
        at = len(self.drawn)
        number = self._recorded[at] if at < len(self._recorded) else super().random()
        self.drawn.append(number)
        return number


def cost(work: Callable[[Random], object], tape: Tape) -> float:
    """Seconds of the processor for one input; a refusal counts too."""
    begun = time.process_time()
    with suppress(TypeError, ValueError, IndexError, MemoryError):
        work(tape)
    return time.process_time() - begun


def slowest(
    work: Callable[[Random], object], name: str, tries: int, enough: float
) -> tuple[float, tuple[float, ...]]:
    """The cost of the slowest input that was found, and its numbers; ends where it is `enough`."""
    choice = Random(name)
    worst, numbers = 0.0, ()
    for index in range(tries):
        changed = list(numbers) if index % 2 and numbers else []
        for _ in range(min(len(changed), choice.randrange(1, 4))):
            changed[choice.randrange(len(changed))] = choice.random()
        tape = Tape(f"{name} {index}", tuple(changed))
        taken = cost(work, tape)
        if taken > worst:
            worst, numbers = taken, tuple(tape.drawn)
        if worst > enough:
            break
    return worst, numbers
