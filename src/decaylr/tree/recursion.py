"""Recursive functions of trees that take no room on Python's stack.

Such a function is a generator: it yields the generator of each call that it makes, and gets the
answer of that call as the value of the `yield`. :func:`run` keeps the calls in a list, so that a
tree may be as deep as the program that works with it leaves Python's own stack.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, TypeAlias, TypeVar, cast

T = TypeVar("T")
Calls: TypeAlias = Generator[Any, Any, T]


def run(function: Calls[T]) -> T:
    """The answer of a recursive function, given as the generator of its outermost call."""
    calls: list[Calls[Any]] = [function]
    answer: Any = None
    while calls:
        try:
            calls.append(calls[-1].send(answer))
            answer = None
        except StopIteration as finished:
            answer = finished.value
            calls.pop()
    return cast("T", answer)


def each(calls: Iterable[Calls[T]]) -> Calls[list[T]]:
    """The answers of several calls, one after the other."""
    answers: list[T] = []
    for call in calls:
        answer = yield call
        answers.append(answer)
    return answers
