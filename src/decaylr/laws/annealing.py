"""The scaling law with learning-rate annealing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar

import numpy as np

from decaylr import _engine
from decaylr.checks import FloatArray, IntArray
from decaylr.evaluation.threads import Team
from decaylr.laws.law import DropLaw


@dataclass(frozen=True)
class Annealing(DropLaw):
    """The scaling law with learning-rate annealing (Tissue et al., arXiv:2408.11029).

    loss(t) = L0 + A * S1(t)**-alpha - C * S2(t)

    S1 is the sum of the rates v_0 .. v_t, S2 the annealing area: the sum of
    m_k = momentum * m_{k-1} + (v_{k-1} - v_k), which begins at `drops_from` with m = 0.

    Parameters
    ----------
    L0, A, alpha, C : float
        A, alpha, C >= 0.
    momentum : float
        How long a drop of the rate goes on to reduce the loss, in [0, 1); lambda in the paper,
        0.99 to 0.9999.
    warmup_sum, drops_from : float, int
        The convention: see `convention`.

    Examples
    --------
    >>> import decaylr as dl
    >>> law = dl.laws.Annealing(2.6, 0.43, 0.55, 0.41, 0.999)
    >>> round(law.predict(dl.cosine(2e-4, 2e-5, 20000), 20000), 4)
    2.8058
    """

    L0: float
    A: float
    alpha: float
    C: float
    momentum: float

    kinds: ClassVar[dict[str, str]] = {
        "L0": "real",
        "A": "positive",
        "alpha": "positive",
        "C": "positive",
        "momentum": "share",
    }
    linear: ClassVar[tuple[str, ...]] = ("L0", "A", "C")

    def losses(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """The losses of every run at ascending positions, shape (runs, positions)."""
        return self._parts(program, at, threads)[..., 0]

    def slopes(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """Their derivatives by the constants; that by the momentum from two areas beside it."""
        total, area = np.moveaxis(self._parts(program, at, threads)[..., 1:], -1, 0)
        width = 1e-4 * (1.0 - self.momentum)
        ahead, behind = (
            replace(self, momentum=self.momentum + change)._parts(program, at, threads)[..., 2]
            for change in (width, -min(width, self.momentum))
        )
        power = total**-self.alpha
        by_momentum = (ahead - behind) / (width + min(width, self.momentum))
        columns = (
            np.ones_like(total),
            power,
            -self.A * power * np.log(total),
            -area,
            -self.C * by_momentum,
        )
        return np.stack(columns, axis=-1)

    def _parts(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        constants = (self.L0, self.A, self.alpha, self.C, self.momentum)
        return _engine.annealing_law(
            program, at, threads, constants, self.warmup_sum, self.drops_from
        )

    @classmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]:
        """A grid of exponents and momenta."""
        for alpha, left in product((0.2, 0.5, 1.0), (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)):
            yield {"alpha": alpha, "momentum": 1.0 - left}
