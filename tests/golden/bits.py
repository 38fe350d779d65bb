"""Compare the bits of 10^5 values of all curves and combinators with those on record.

    python tests/golden/bits.py           compare; fails and names what differs
    python tests/golden/bits.py --write   record the bits of this build

It needs NumPy and decaylr alone, so that every wheel can be tested where it was built. Parameters
are quotients of integers, which are the same float64 everywhere.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import decaylr as dl

FILE = Path(__file__).with_name("bits.json")
RUNS, STEPS = 16, 200
i = np.arange(1.0, RUNS + 1)
INIT, END, LENGTH, WHOLE = i / 7, i / 90, 11 * i + i / 3, 13 * np.arange(1, RUNS + 1)
KNOTS = np.arange(6.0) * (i[:, None] + 1 / 3)


def schedules() -> Iterator[tuple[str, dl.Schedule]]:
    """Every curve and combinator, by name."""
    for name, steps in (("fractional", LENGTH), ("whole", WHOLE)):
        yield f"linear, {name}", dl.linear(INIT, END, steps)
        yield f"polynomial, {name}", dl.polynomial(INIT, END, steps, i / 5)
        yield f"square, {name}", dl.polynomial(INIT, END, steps, 2)
        yield f"rising, {name}", dl.polynomial(END, INIT, steps, 0.5, rise=True)
        yield f"cosine, {name}", dl.cosine(INIT, END, steps)
        yield f"cosine power, {name}", dl.cosine(INIT, END, steps, i / 6, i / 8)
        yield f"rex, {name}", dl.rex(INIT, END, steps, i / 9)
        yield f"tanh, {name}", dl.tanh(INIT, END, steps, -i / 3, i / 4)
    yield "constant", dl.constant(INIT)
    yield "exponential", dl.exponential(INIT, i / 17, LENGTH)
    yield "staircase", dl.exponential(INIT, i / 17, WHOLE, staircase=True, end_value=1e-3)
    yield "half life", dl.exponential(INIT, half_life=LENGTH)
    yield "inverse", dl.inverse(INIT, i / 3, LENGTH)
    yield "inverse root", dl.inverse(INIT, i / 3, WHOLE, 0.5)
    yield "inverse power", dl.inverse(INIT, i / 3, LENGTH, i / 7)
    yield "step", dl.step(INIT, WHOLE, i / 17)
    yield "multi_step", dl.multi_step(INIT, KNOTS, i / 17)
    yield "piecewise_constant", dl.piecewise_constant(KNOTS[:, 1:], KNOTS / 7)
    for kind in ("previous", "linear", "pchip", "cubic"):
        yield f"interpolate, {kind}", dl.interpolate(KNOTS, np.sqrt(KNOTS[:, ::-1]), kind)
    yield "samples", dl.samples(KNOTS)
    yield "restarts", dl.cosine(INIT, END, WHOLE).repeat(period_scale=1.5, value_scale=0.8)
    yield "mirror", dl.cosine(INIT, END, LENGTH).ending("mirror")
    yield "joined", dl.linear(0.0, INIT, LENGTH).then(dl.cosine(INIT, END, WHOLE))
    yield "product", dl.linear(INIT, END, LENGTH) * dl.cosine(1.0, 0.0, WHOLE) + 0.5
    yield "moved", dl.cosine(INIT, END, WHOLE).stretch(i / 3).advance(i / 7).staircase(3)


def digests() -> dict[str, str]:
    """A digest of the values of each schedule, at whole and fractional positions."""
    found = {}
    for name, schedule in schedules():
        table = schedule.table(STEPS)
        between = schedule(np.arange(STEPS)[:, None] / 3)
        both = np.concatenate([np.broadcast_to(table, (RUNS, STEPS)).T, between])
        # One name for numbers that are equal: -0.0 and the order of bytes are left out.
        data = np.ascontiguousarray(both + 0.0, dtype="<f8").tobytes()
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def differing(record: dict[str, str]) -> list[str]:
    """The schedules whose bits are not those on record."""
    here = digests()
    return [name for name in {**record, **here} if record.get(name) != here.get(name)]


def main() -> None:
    if "--write" in sys.argv:
        FILE.write_text(json.dumps(digests(), indent=1) + "\n", encoding="utf-8")
        return
    record = json.loads(FILE.read_text(encoding="utf-8"))
    if wrong := differing(record):
        raise SystemExit(f"bits differ from those on record: {', '.join(wrong)}")
    print(f"{len(record)} schedules, {2 * RUNS * STEPS * len(record)} values: the bits on record")


if __name__ == "__main__":
    main()
