"""Cases from other libraries' own tests, expressed in decaylr calls and compared at a tolerance.

`cases.json` holds the data of those tests: parameters with the library's names, the steps, and the
value used for the update at each step.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.golden import compat, composer, functional, others, torch

CASES = json.loads(Path(__file__).with_name("cases.json").read_text())
MODULES = (torch, functional, composer, others)
BUILDERS = {api: build for module in MODULES for api, build in module.BUILDERS.items()}


# Values that the library computed in float32 are compared in float32.
FLOAT32 = "optax/test_with_giant_int_steps"
# The library's float32 arithmetic is several ulp off the exact value at most steps. No schedule
# with these parameters meets the tight tolerance, so the tolerance of the library's test is used.
ROUNDED_BY_THE_LIBRARY = "optax/test_with_exponent#2"


# The library's test expects 0 one step before the end, where the line is at 1/836 of its peak.
ZEROS = {"levanter/test_no_stable_weirdness": 1e-8}


def tolerance(case, expected):
    """The tight relative tolerance, exact at zeros; otherwise that of the library's test."""
    if case["tight_rtol"] is None or case["id"] == ROUNDED_BY_THE_LIBRARY:
        return case["atol"] + case["rtol"] * np.abs(expected)
    return case["tight_rtol"] * np.abs(expected) + ZEROS.get(case["id"], 0.0) * (expected == 0)


def worst(case, got):
    """The largest difference, in multiples of the allowed difference."""
    expected = np.array(case["expected"])
    allowed = tolerance(case, expected)
    difference = np.abs(np.asarray(got) - expected)
    shares = np.divide(difference, allowed, where=allowed > 0, out=np.zeros_like(expected))
    return np.inf if np.any((allowed == 0) & (difference > 0)) else shares.max()


# The libraries with functions in `decaylr.compat`; timm's tests contain no numbers.
COMPAT = [case for case in CASES if case["peer_api"] in compat.BUILDERS]


def values(case, builders=BUILDERS):
    schedule = builders[case["peer_api"]]({"family": case["family"], **case["params"]})
    if case["id"] == FLOAT32:
        return [schedule.table(1, start=step, dtype=np.float32)[0] for step in case["steps"]]
    return [schedule(step) for step in case["steps"]]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case):
    assert worst(case, values(case)) <= 1.0


@pytest.mark.parametrize("case", COMPAT, ids=[case["id"] for case in COMPAT])
def test_case_through_compat(case):
    assert worst(case, values(case, compat.BUILDERS)) <= 1.0


def test_no_case_of_the_five_libraries_is_left_out_of_compat():
    ours = ("torch", "keras", "optax", "timm", "transformers")
    stated = [case for case in CASES if case["id"].split("/")[0] in ours]
    assert stated == COMPAT
    assert len(COMPAT) == 76


def test_every_case_has_an_expression_and_every_expression_a_case():
    assert len(CASES) == 187
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert {case["peer_api"] for case in CASES} == set(BUILDERS)


def test_a_wrong_value_is_detected():
    for case in CASES:
        got = np.array(values(case))
        step = int(np.argmax(np.abs(got)))
        allowed = tolerance(case, np.array(case["expected"]))[step]
        got[step] += max(2.5 * allowed, np.spacing(got[step]))
        assert worst(case, got) > 1.0, case["id"]


def test_only_a_float32_library_is_further_off_than_the_tight_tolerance():
    case = next(case for case in CASES if case["id"] == ROUNDED_BY_THE_LIBRARY)
    got, expected = np.array(values(case)), np.array(case["expected"])
    off = np.max(np.abs(got - expected) / np.abs(expected))
    assert case["tight_rtol"] < off < 1e-6
