"""Measure the worst error of every curve in ulp: `python -m tests.reports.accuracy --write FILE`.

Parameters are random and cover many magnitudes. Positions are near both ends, in between,
fractional, and up to 2**53. mpmath computes the exact values from the float64 parameters. The error
is in ulp of the exact value, or of the larger end for a curve that changes sign.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import mpmath
import numpy as np

import decaylr as dl
from decaylr.evaluation.machine import processor
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points
from tests.oracles.base import OVERFLOW, number

Random = np.random.Generator


def magnitude(rng: Random) -> float:
    return float(10.0 ** rng.uniform(-9, 2))


def ends(rng: Random) -> dict:
    kind = rng.integers(0, 5)
    first = magnitude(rng)
    last = [0.0, magnitude(rng), -magnitude(rng), first * (1 + rng.uniform(-0.1, 0.1)), 0.0][kind]
    pair = [first, last] if rng.random() < 0.7 else [last, first]
    return {"init_value": pair[0], "end_value": pair[1], "steps": length(rng)}


def length(rng: Random):
    kind = rng.integers(0, 5)
    if kind == 0:
        return float(10.0 ** rng.uniform(-1, 7))
    top = [200, 10**4, 10**7, 2**53][kind - 1]
    return int(rng.integers(1, top))


def rate(rng: Random) -> float:
    kind = rng.integers(0, 4)
    if kind == 0:
        return 1.0 - int(rng.integers(1, 21)) * 2.0**-53
    if kind == 1:
        return 1.0 + int(rng.integers(1, 21)) * 2.0**-52
    if kind == 2:
        return 1.0 - 10.0 ** rng.uniform(-12, -0.01)
    return 1.0 + 10.0 ** rng.uniform(-12, 0)


def power(rng: Random) -> float:
    return float(rng.choice([rng.uniform(0.05, 1), rng.uniform(1, 12), rng.choice([1.5, 4, 0.25])]))


def knots(rng: Random, kind: str) -> dict:
    many = int(rng.integers(2, 8))
    scale = 10.0 ** rng.uniform(0, 9)
    places = np.unique(rng.integers(0, int(scale) + 20, many))
    if len(places) < 2:
        places = np.array([0, 5])
    heights = [float(rng.choice([-1, 1, 1, 1])) * magnitude(rng) for _ in places]
    return {"positions": places.tolist(), "values": heights, "kind": kind}


def decay(rng: Random) -> dict:
    return {"init_value": magnitude(rng), "decay_rate": rate(rng), "decay_steps": length(rng)}


def inverse(rng: Random, power: float) -> dict:
    rates = {"decay_rate": magnitude(rng), "decay_steps": length(rng)}
    return {"init_value": magnitude(rng), "power": power, **rates}


def final(rng: Random) -> dict:
    return {"init_value": magnitude(rng), "final": (magnitude(rng), length(rng))}


def tanh(rng: Random) -> dict:
    return ends(rng) | {"lower": rng.uniform(-40, 10), "upper": rng.uniform(-10, 40)}


def stepped(rng: Random) -> dict:
    sizes = {"step_size": int(rng.integers(1, 10**6)), "gamma": abs(rate(rng))}
    return {"init_value": magnitude(rng), **sizes}


def milestones(rng: Random) -> dict:
    marks = np.sort(rng.integers(0, 10**6, int(rng.integers(1, 30))))
    gamma = float(rng.uniform(0.01, 1.5))
    return {"init_value": magnitude(rng), "milestones": marks.tolist(), "gamma": gamma}


Case = tuple[Callable, Callable, Callable[[Random], dict]]


def polynomial(**fixed) -> Case:
    return dl.polynomial, oracle_curves.polynomial, lambda rng: ends(rng) | fixed


def cosine(*free: str) -> Case:
    def draw(rng):
        return ends(rng) | {name: power(rng) for name in free}

    return dl.cosine, oracle_curves.cosine, draw


def inverses(fixed: float | None) -> Case:
    def draw(rng):
        return inverse(rng, power(rng) if fixed is None else fixed)

    return dl.inverse, oracle_curves.inverse, draw


def through(kind: str) -> Case:
    return dl.interpolate, oracle_points.interpolate, lambda rng: knots(rng, kind)


def exponential(draw: Callable[[Random], dict]) -> Case:
    return dl.exponential, oracle_curves.exponential, draw


CASES: dict[str, Case] = {
    "constant": (
        dl.constant,
        oracle_curves.constant,
        lambda rng: {"value": magnitude(rng)},
    ),
    "linear": (dl.linear, oracle_curves.linear, ends),
    "polynomial, power 2": polynomial(power=2),
    "polynomial, power 3": polynomial(power=3),
    "polynomial, power 0.5": polynomial(power=0.5),
    "polynomial, power 0.5, rise": polynomial(power=0.5, rise=True),
    "polynomial, any power": (
        dl.polynomial,
        oracle_curves.polynomial,
        lambda rng: ends(rng) | {"power": power(rng), "rise": bool(rng.random() < 0.5)},
    ),
    "polynomial, any power and k": (
        dl.polynomial,
        oracle_curves.polynomial,
        lambda rng: (
            ends(rng) | {"power": power(rng), "k": power(rng), "rise": bool(rng.random() < 0.5)}
        ),
    ),
    "cosine": cosine(),
    "cosine, any exponent": cosine("exponent"),
    "cosine, any k": cosine("k"),
    "cosine, any exponent and k": cosine("exponent", "k"),
    "exponential, decay_rate": exponential(decay),
    "exponential, staircase": exponential(lambda rng: decay(rng) | {"staircase": True}),
    "exponential, time_constant": exponential(
        lambda rng: {"init_value": magnitude(rng), "time_constant": length(rng)}
    ),
    "exponential, half_life": exponential(
        lambda rng: {"init_value": magnitude(rng), "half_life": length(rng)}
    ),
    "exponential, final": exponential(final),
    "inverse, power 1": inverses(1),
    "inverse, power 0.5": inverses(0.5),
    "inverse, any power": inverses(None),
    "rex": (
        dl.rex,
        oracle_curves.rex,
        lambda rng: ends(rng) | {"beta": float(10.0 ** rng.uniform(-3, 1))},
    ),
    "tanh": (dl.tanh, oracle_curves.tanh, tanh),
    "step": (dl.step, oracle_curves.step, stepped),
    "multi_step": (dl.multi_step, oracle_curves.multi_step, milestones),
    "piecewise_constant": (
        dl.piecewise_constant,
        oracle_points.piecewise_constant,
        lambda rng: {"boundaries": [3, 3, 90], "values": [magnitude(rng) for _ in range(4)]},
    ),
    "interpolate, previous": through("previous"),
    "interpolate, linear": through("linear"),
    "interpolate, pchip": through("pchip"),
    "interpolate, cubic": through("cubic"),
    "samples": (
        dl.samples,
        oracle_points.samples,
        lambda rng: {"values": [magnitude(rng) for _ in range(100)]},
    ),
}


def some_positions(rng: Random, end: float, many: int) -> Iterator[int | float]:
    """Positions near the start, near the end, in between, far away, and between integers."""
    end = int(min(end, 2**53 - 100))
    for _ in range(many):
        kind = rng.integers(0, 6)
        if kind == 0:
            yield int(rng.integers(0, 130))
        elif kind == 1:
            yield max(0, end - int(rng.integers(0, 130)))
        elif kind == 2:
            yield int(2.0 ** rng.uniform(0, 53))
        elif kind == 3 and end < 2**40:
            yield max(0.0, end - float(rng.random()) * 10.0 ** rng.uniform(-3, 1))
        elif kind == 4 and end < 2**40:
            yield float(rng.random()) * end
        else:
            yield int(rng.integers(0, end + 1))


def reach(oracle, parameters: dict) -> float:
    """The position where the relevant part of a curve ends."""
    if oracle.length < float("inf"):
        return float(oracle.length)
    sizes = [parameters.get(n, 0) for n in ("decay_steps", "time_constant", "half_life")]
    size = max([*sizes, parameters.get("step_size", 0), 1000])
    return float(size) * 100


def error(got: float, value, bound) -> float:
    """The error in ulp, the unit of the bound; infinite if the bits should be equal but differ."""
    if abs(value.exact) >= OVERFLOW:
        return 0.0 if np.isinf(got) else np.inf
    off = abs(number(float(got)) - value.exact)
    if off == 0:
        return 0.0
    return float(off / value.slack * bound) if value.slack else np.inf


def measure(case: Case, seed: int, draws: int, each: int) -> tuple[float, float, str]:
    """The bound, the worst error, and the schedule and position where it occurs."""
    make, exact, draw = case
    rng = np.random.default_rng(seed)
    worst, where, bound = 0.0, "every value exact", 0.0
    for _ in range(draws):
        parameters = draw(rng)
        oracle = exact(**parameters)
        schedule = make(**parameters)
        bound = max(bound, float(oracle.bound))
        for position in some_positions(rng, reach(oracle, parameters), each):
            found = error(schedule(position), oracle(position), oracle.bound)
            if found > worst:
                worst, where = found, f"{schedule!r} at {position!r}"
    return bound, worst, where


def report(draws: int, each: int, seed: int) -> tuple[str, bool]:
    """The Markdown page, and whether every curve is within its bound."""
    versions = f"decaylr {dl.__version__}, NumPy {np.__version__}, mpmath {mpmath.__version__}"
    lines = [
        "# Accuracy",
        "",
        "Worst error of each curve compared with exact values for the same float64 parameters.",
        "Errors are in ulp (units in the last place) of the exact value. For a curve that changes",
        "sign, they are in ulp of its larger end. The positions are integers up to 2^53, both ends",
        "of the curve, and fractions.",
        "",
        f"Measured {datetime.datetime.now(datetime.UTC):%Y-%m-%d} on {processor()},",
        f"Python {platform.python_version()}, {versions};",
        f"{draws} random curves with {each} positions each, {draws * each} values per row.",
        "Created by `python -m tests.reports.accuracy --write docs/accuracy.md`.",
        "",
        "| curve | bound | worst | where |",
        "|---|---|---|---|",
    ]
    within = True
    for name, case in CASES.items():
        bound, worst, where = measure(case, seed, draws, each)
        within = within and worst <= bound
        lines.append(f"| {name} | {bound:g} | {worst:.3f} | `{where}` |")
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n", within


def main() -> int:
    """Print the table, write the page if requested, and fail if an error exceeds its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, help="file to write, for example docs/accuracy.md")
    parser.add_argument("--draws", type=int, default=500, help="random curves per row")
    parser.add_argument("--each", type=int, default=40, help="positions per curve")
    parser.add_argument("--seed", type=int, default=20260101)
    options = parser.parse_args()
    page, within = report(options.draws, options.each, options.seed)
    if options.write:
        options.write.write_text(page)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
