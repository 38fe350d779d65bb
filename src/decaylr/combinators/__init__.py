"""Combinators: functions that build schedules from other schedules."""

from decaylr.combinators.arithmetic import DIFFERENCE, NEGATIVE, PRODUCT, QUOTIENT, SUM
from decaylr.combinators.bounds import CLIP
from decaylr.combinators.cycles import REPEAT
from decaylr.combinators.endings import ENDING
from decaylr.combinators.joins import JOIN
from decaylr.combinators.positions import ADVANCE, STAIRCASE, STRETCH
from decaylr.combinators.selection import SELECT
from decaylr.tree.node import add_kinds

COMBINATORS = add_kinds(
    JOIN,
    SUM,
    PRODUCT,
    DIFFERENCE,
    QUOTIENT,
    NEGATIVE,
    CLIP,
    REPEAT,
    STAIRCASE,
    ADVANCE,
    STRETCH,
    ENDING,
    SELECT,
)
