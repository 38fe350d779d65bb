"""The functional scaling law in its practical form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from decaylr import _engine
from decaylr.checks import FloatArray, IntArray
from decaylr.evaluation.threads import Team
from decaylr.laws.law import SlopedLaw


@dataclass(frozen=True)
class Functional(SlopedLaw):
    """The functional scaling law (arXiv:2509.19189) in its practical form.

    loss(t) = L0 + c1 * T(t)**-s
              - c2 * sum_{k <= t} d_k * (c3 + T(k)**-s) * (1 - (1 + c4 * (T(t) - T(k)))**-gamma)

    T(t), the intrinsic time, is the sum of the rates v_0 .. v_t, and d_k = max(v_{k-1} - v_k, 0):
    only drops of the rate count, rises do not.

    Parameters
    ----------
    L0, c1, s, c2, c3, c4, gamma : float
        All but L0 are >= 0.
    warmup_sum, drops_from : float, int
        The convention: see `convention`.

    Examples
    --------
    >>> import decaylr as dl
    >>> law = dl.laws.Functional(2.6, 0.6, 0.45, 150.0, 1.0, 20.0, 0.6)
    >>> round(law.predict(dl.cosine(3e-4, 3e-5, 20000), 20000), 4)
    2.8961
    """

    L0: float
    c1: float
    s: float
    c2: float
    c3: float
    c4: float
    gamma: float

    kinds: ClassVar[dict[str, str]] = {
        "L0": "real",
        "c1": "positive",
        "s": "positive",
        "c2": "positive",
        "c3": "positive",
        "c4": "positive",
        "gamma": "positive",
    }
    linear: ClassVar[tuple[str, ...]] = ("L0", "c1", "c2")

    def _evaluated(
        self, program: _engine.Program, at: IntArray, threads: Team, slopes: bool
    ) -> FloatArray:
        constants = (self.L0, self.c1, self.s, self.c2, self.c3, self.c4, self.gamma)
        return _engine.functional(
            program, at, threads, constants, self.warmup_sum, self.drops_from, slopes
        )

    @classmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]:
        """A grid in which a drop takes 3 to 300 steps at the peak to have much of its effect."""
        grid = product((0.3, 0.6), (0.3, 3.0), (3.0, 30.0, 300.0), (0.4, 0.8))
        for s, weight, steps, gamma in grid:
            c3 = weight * total**-s
            yield {"s": s, "c3": c3, "c4": 1.0 / (peak * steps), "gamma": gamma}
