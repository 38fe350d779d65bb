"""Families of shapes, by which plots are grouped."""

from __future__ import annotations

from decaylr.tree.node import KINDS, Node

FAMILIES = (  # a schedule is of the first of these families that it contains
    "restarts and cycles",
    "exponential decay",
    "inverse time, inverse square root",
    "cosine",
    "polynomial, square root",
    "REX",
    "tanh",
    "steps",
    "points",
    "linear",
    "constant",
)


def family(schedule: Node) -> str:
    """Family name of a schedule, for grouping."""
    families = _families(schedule)
    return next((title for title in FAMILIES if title in families), "others")


def _families(schedule: Node) -> set[str]:
    return {KINDS[schedule.kind].family}.union(*map(_families, schedule.children))


def rank(title: str) -> int:
    """The place of a family among all, in plots."""
    return FAMILIES.index(title) if title in FAMILIES else len(FAMILIES)
