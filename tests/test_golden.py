"""Cases of other libraries' own tests, each expressed with native calls, at its tolerance.

`golden/cases.json` holds the data as those tests state it: parameters by the library's own
names, the steps, and the value used for the update at each of them.
"""

import json
from pathlib import Path

import golden_composer
import golden_functional
import golden_others
import golden_torch
import numpy as np
import pytest

CASES = json.loads((Path(__file__).parent / "golden/cases.json").read_text())
MODULES = (golden_torch, golden_functional, golden_composer, golden_others)
BUILDERS = {api: build for module in MODULES for api, build in module.BUILDERS.items()}


# What the library computed in float32 and its test states so: the exact value is further
# from it than the tight tolerance, and is held to the tolerance of the test itself.
FLOAT32 = ("optax/test_with_giant_int_steps", "optax/test_with_exponent#2")


def tolerance(case, expected):
    """Relative at the tight tolerance; the test's own where there is none, and at zeros."""
    own = case["atol"] + case["rtol"] * np.abs(expected)
    if case["tight_rtol"] is None or case["id"] in FLOAT32:
        return own
    rounding = 1e-15 * np.abs(expected).max()
    at_zero = np.where(expected == 0, np.maximum(own, rounding), 0.0)
    return case["tight_rtol"] * np.abs(expected) + at_zero


def worst(case, got):
    """The largest difference in units of what the case allows."""
    expected = np.array(case["expected"])
    allowed = tolerance(case, expected)
    difference = np.abs(np.asarray(got) - expected)
    shares = np.divide(difference, allowed, where=allowed > 0, out=np.zeros_like(expected))
    return np.inf if np.any((allowed == 0) & (difference > 0)) else shares.max()


def values(case):
    schedule = BUILDERS[case["peer_api"]](case["params"])
    return [schedule(step) for step in case["steps"]]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case):
    assert worst(case, values(case)) <= 1.0


def test_every_case_has_an_expression_and_every_expression_a_case():
    assert len(CASES) == 187
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert {case["peer_api"] for case in CASES} == set(BUILDERS)


def test_a_wrong_value_is_seen():
    for case in CASES:
        got = np.array(values(case))
        step = int(np.argmax(np.abs(got)))
        allowed = tolerance(case, np.array(case["expected"]))[step]
        got[step] += max(2.5 * allowed, np.spacing(got[step]))
        assert worst(case, got) > 1.0, case["id"]


@pytest.mark.parametrize("name", FLOAT32)
def test_the_float32_cases_are_further_off_than_the_tight_tolerance(name):
    case = next(case for case in CASES if case["id"] == name)
    got, expected = np.array(values(case)), np.array(case["expected"])
    off = np.max(np.abs(got - expected) / np.abs(expected))
    assert case["tight_rtol"] < off < 1e-6
