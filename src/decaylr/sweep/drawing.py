"""Random rows for the columns of a sweep: plain, from a Sobol sequence or a Latin hypercube."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import one_of, real_array, refuse, shown, whole_number
from decaylr.sweep.columns import Columns, number_of_values
from decaylr.sweep.distributions import Distribution

Seed = int | Sequence[int]
Units = npt.NDArray[np.float64]

MOST_SOBOL = 2**30  # points of a sequence of 30 bits
_HALF = 2.0**-31  # half the distance of two such points: quantiles are inside (0, 1)


def _sobol(n: int, columns: int, seed: Seed) -> Units:
    """The first n points of a scrambled Sobol sequence, which do not depend on n."""
    from scipy.stats import qmc

    if n > MOST_SOBOL:
        refuse("n", f"at most {MOST_SOBOL}", n)
    engine = qmc.Sobol(columns, rng=np.random.default_rng(seed))
    # A power of two, as the sequence is balanced then; SciPy warns of other numbers.
    points: Units = engine.random_base2(max(n - 1, 0).bit_length())[:n]
    return points + _HALF


def _latin_hypercube(n: int, columns: int, seed: Seed) -> Units:
    from scipy.stats import qmc

    points: Units = qmc.LatinHypercube(columns, rng=np.random.default_rng(seed)).random(n)
    return np.clip(points, _HALF, 1.0 - _HALF)


SEQUENCES: dict[str, Callable[[int, int, Seed], Units]] = {
    "sobol": _sobol,
    "lhs": _latin_hypercube,
}
METHODS = ("random", *SEQUENCES)
RANDOM_SETTINGS = ("n", "seed", "method")  # the keys of a random table that are no parameters


def sampled_columns(
    n: int,
    seed: Any,
    distributions: Mapping[str, Distribution],
    method: str | None = None,
    stream: int | None = None,
) -> Columns:
    """Draw n values from each distribution, in the order given.

    `method` is one of `METHODS`, by default "sobol" for more than one distribution. `stream`
    tells apart several draws of one seed.
    """
    if not distributions:
        refuse("distributions", "at least one", "none")
    default = "sobol" if len(distributions) > 1 else "random"
    chosen = default if method is None else one_of("method", method, METHODS)
    runs, start = number_of_values("n", n), whole_number("seed", seed)
    source = start if stream is None else (start, stream)
    if chosen == "random":
        return _at_random(runs, source, distributions)
    for name, distribution in distributions.items():
        if not hasattr(distribution, "ppf"):
            raise TypeError(
                f"{name} must be a distribution with ppf for the method {chosen}, "
                f'got {shown(distribution)}; method="random" needs only rvs'
            )
    try:
        points = SEQUENCES[chosen](runs, len(distributions), source)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; the method \"{chosen}\" needs pip install 'decaylr[search]', "
            'method = "random" does not'
        ) from None
    return {
        name: real_array(name, distribution.ppf(points[:, i]))  # type: ignore[attr-defined]
        for i, (name, distribution) in enumerate(distributions.items())
    }


def _at_random(n: int, seed: Seed, distributions: Mapping[str, Distribution]) -> Columns:
    rng, columns = np.random.default_rng(seed), {}
    for name, distribution in distributions.items():
        if not hasattr(distribution, "rvs"):
            raise TypeError(
                f"{name} must be a number or a distribution with rvs, got {shown(distribution)}"
            )
        columns[name] = real_array(name, distribution.rvs(size=n, random_state=rng))
    return columns
