"""Compare values of random schedules, until there are enough comparisons.

    python -m tests.reports.comparisons 10_000_000          # about ten minutes
    python -m tests.reports.comparisons 1 --seed 123        # what seed 123 draws

Every route to the values is compared with single positions, bit for bit, and single positions
with exact values. Seeds are drawn and printed. If a comparison fails, the smallest schedule that
hypothesis finds is shown, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import random
import sys

import hypothesis
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.base import misses
from tests.routes import compare, compare_fractions
from tests.strategies.curves import curves, positions
from tests.strategies.places import windows
from tests.strategies.trees import PLACED, batches, placed, trees

SCHEDULES = 200  # drawn from one seed
LARGEST = 2**40  # position that is compared with an exact value

anything = st.one_of(
    curves(), *(placed(name) for name in PLACED), placed("repeat", 3), trees(), batches()
)


def compare_everything(drawn, data) -> int:
    """All comparisons of one schedule; their number."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    count = compare(drawn.schedule, data.draw(windows(drawn)), rng)
    run = data.draw(st.integers(0, len(drawn.oracles) - 1))
    oracle, single = drawn.oracles[run], drawn.schedule.ravel()[run]
    places = data.draw(st.lists(positions(oracle, LARGEST), min_size=1, max_size=8))
    for place in places:
        problem = misses(single(place), oracle(place))
        assert not problem, f"{single!r} at {place!r}: {problem}"
    fractions = [float(place) for place in places]
    return count + len(places) + compare_fractions(drawn.schedule, fractions, rng)


def compare_seed(seed: int) -> int:
    """The number of comparisons of what one seed draws; an error if one fails."""
    total = 0

    @hypothesis.seed(seed)
    @settings(
        max_examples=SCHEDULES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=anything, data=st.data())
    def compare_drawn(drawn, data):
        nonlocal total
        total += compare_everything(drawn, data)

    compare_drawn()
    return total


def main() -> int:
    """Compare until there are enough comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, help="the first seed")
    options = parser.parse_args()
    first = random.SystemRandom().randrange(10**9) if options.seed is None else options.seed
    total, seed = 0, first
    while total < options.number:
        try:
            total += compare_seed(seed)
        except Exception:
            print(f"seed {seed} fails: .ci/comparisons 1 --seed {seed}", file=sys.stderr)
            raise
        seed += 1
        print(f"\r{total:,} comparisons", end="", flush=True, file=sys.stderr)
    print(f"\n{total:,} comparisons from seeds {first} to {seed - 1}: all equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
