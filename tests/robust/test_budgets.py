"""No input that is admitted takes a call beyond its budget: the slowest ones are searched for."""

import inspect
import os

import matplotlib as mpl
import pytest

import decaylr as dl
from tests.robust.calls import CALLS, METHODS
from tests.robust.search import Tape, cost, slowest

BUDGET = 2.0  # seconds of the processor, for calls that return few numbers
TRIES = int(os.environ.get("DECAYLR_TRIES", "40"))

# Attributes and methods that compute nothing.
SHOWN = {"children", "companions", "kind", "momentum", "ndim", "options", "parameters", "shape"}


@pytest.mark.parametrize("name", CALLS)
def test_the_slowest_input_is_within_the_budget(name):
    mpl.use("agg")
    taken, numbers = slowest(CALLS[name], name, TRIES, BUDGET)
    assert taken <= BUDGET, f"{taken:.1f} s: {numbers}"


def test_every_method_has_a_call():
    public = {name for name in dir(dl.Schedule) if not name.startswith("_")}
    called = {name.split(",")[0] for name in METHODS}
    assert public - called - SHOWN <= {"fold", "from_dict", "from_json", "size"}


def test_every_function_has_a_call():
    functions = {name for name in dl.__all__ if inspect.isfunction(getattr(dl, name))}
    assert functions <= {*CALLS, "stack", "concatenate", "layerwise", "warmup", "advise", "load"}


def test_the_search_finds_what_is_rare_and_slow():
    def work(random):
        if random.random() > 0.7 and random.random() > 0.7:
            for _ in range(int(random.random() * 10**6)):
                pass

    single = cost(work, Tape("one"))
    taken, numbers = slowest(work, "rare", 200, BUDGET)
    assert taken > 10 * single
    assert min(numbers[:2]) > 0.7
