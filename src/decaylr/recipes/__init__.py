"""Recipes: common schedules of several phases, built from curves and combinators."""

from decaylr.recipes.cycles import cosine_restarts, cyclic, one_cycle
from decaylr.recipes.stable import infinite, trapezoid, wsd, wsd_s
from decaylr.recipes.warmups import (
    layerwise,
    noam,
    slanted_triangular,
    warmup,
    warmup_cosine,
    warmup_inverse_sqrt,
)

__all__ = [
    "cosine_restarts",
    "cyclic",
    "infinite",
    "layerwise",
    "noam",
    "one_cycle",
    "slanted_triangular",
    "trapezoid",
    "warmup",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "wsd",
    "wsd_s",
]
