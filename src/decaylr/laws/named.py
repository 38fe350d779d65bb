"""Laws by name, as the command line writes them."""

from __future__ import annotations

from typing import Any

from decaylr.checks import one_of
from decaylr.laws.convex_bound import ConvexBound
from decaylr.laws.law import Law
from decaylr.laws.multi_power import PUBLISHED, MultiPower


def named(name: str, **conventions: Any) -> Law:
    """The law of a name: "multi-power:SIZE" with published constants, or "convex-bound".

    Parameters
    ----------
    name : str
        "multi-power:25M", "multi-power:100M", "multi-power:400M" or "convex-bound".
    **conventions
        `warmup_sum` and `drops_from` of a multi-power law.

    Returns
    -------
    Law

    Raises
    ------
    TypeError, ValueError
        For another name.

    Examples
    --------
    >>> from decaylr.laws import named
    >>> named("multi-power:100M").alpha
    0.45295811
    """
    sizes = [f"multi-power:{size}" for size in PUBLISHED]
    family, _, size = one_of("law", name, [*sizes, "convex-bound"]).partition(":")
    if family == "convex-bound":
        return ConvexBound(**conventions)
    return MultiPower.published(size, **conventions)
