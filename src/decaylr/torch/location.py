"""Where a hyperparameter stands in a parameter group."""

from __future__ import annotations

import re
from typing import NamedTuple

from decaylr.checks import refuse, shown

NAME = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)\])?")


class Location(NamedTuple):
    """The key of a hyperparameter in a group, and its index in a tuple (-1 for a number)."""

    key: str
    element: int


def parse_name(name: str) -> Location:
    """`"lr"` is group["lr"], `"betas[0]"` is group["betas"][0]."""
    match = NAME.fullmatch(name)
    if match is None:
        refuse("schedule", 'a mapping with keys such as "lr" and "betas[0]"', shown(name))
    return Location(match[1], -1 if match[2] is None else int(match[2]))
