"""The multi-power law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Self

from decaylr import _engine
from decaylr.checks import FloatArray, IntArray, one_of
from decaylr.evaluation.threads import Team
from decaylr.laws.law import SlopedLaw

# Luo et al. 2025, by model size: L0, A, alpha, B, C, beta, gamma.
PUBLISHED = {
    "25M": (3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257),
    "100M": (2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.65523644),
    "400M": (2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457),
}


@dataclass(frozen=True)
class MultiPower(SlopedLaw):
    """The multi-power law (Luo et al., arXiv:2503.12811).

    loss(t) = L0 + A * S(t)**-alpha
              - B * sum_{k <= t} (v_{k-1} - v_k) * (1 - (1 + C * v_k**-gamma * S_k(t))**-beta)

    S(t) is the sum of the rates v_0 .. v_t and S_k(t) that of v_k .. v_t. A rate of 0 that no
    larger one follows adds nothing to the sum; one that a larger one follows adds its whole drop.

    Parameters
    ----------
    L0, A, alpha, B, C, beta, gamma : float
        All but L0 are >= 0.
    warmup_sum, drops_from : float, int
        The convention: see `convention`.

    Examples
    --------
    >>> import decaylr as dl
    >>> law = dl.laws.MultiPower.published("100M", drops_from=2160)
    >>> s = dl.linear(0.0, 3e-4, 2159).then(dl.cosine(3e-4, 3e-5, 21840))
    >>> round(law.predict(s, 24000), 5)
    2.85978
    """

    L0: float
    A: float
    alpha: float
    B: float
    C: float
    beta: float
    gamma: float

    kinds: ClassVar[dict[str, str]] = {
        "L0": "real",
        "A": "positive",
        "alpha": "positive",
        "B": "positive",
        "C": "positive",
        "beta": "positive",
        "gamma": "positive",
    }
    linear: ClassVar[tuple[str, ...]] = ("L0", "A", "B")

    @classmethod
    def published(cls, size: str, **conventions: Any) -> Self:
        """The constants published for language models of one of three sizes.

        They were fitted to losses at a peak rate of 3e-4, a warmup of 2160 steps and up to
        72 000 steps, with the changes of the warmup counted: ``drops_from=0``. The same authors
        optimize schedules without those changes: ``drops_from=2160``, or for schedules that
        begin after the warmup ``warmup_sum=0.324``. This lowers all losses by about 0.1.

        Parameters
        ----------
        size : {"25M", "100M", "400M"}
        **conventions
            `warmup_sum` and `drops_from`.

        Returns
        -------
        MultiPower
        """
        return cls(*PUBLISHED[one_of("size", size, tuple(PUBLISHED))], **conventions)

    def _evaluated(
        self, program: _engine.Program, at: IntArray, threads: Team, slopes: bool
    ) -> FloatArray:
        constants = (self.L0, self.A, self.alpha, self.B, self.C, self.beta, self.gamma)
        return _engine.multi_power(
            program, at, threads, constants, self.warmup_sum, self.drops_from, slopes
        )

    @classmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]:
        """A grid in which a drop at the peak takes 3 to 300 steps to have much of its effect."""
        grid = product((0.3, 0.5, 0.8), (3.0, 30.0, 300.0), (0.4, 0.8), (0.3, 0.7))
        for alpha, steps, beta, gamma in grid:
            c = peak**gamma / (peak * steps)
            yield {"alpha": alpha, "C": c, "beta": beta, "gamma": gamma}
