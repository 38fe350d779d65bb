"""Every public callable that makes schedules has a row among the users' benchmarks."""

import inspect
from importlib import import_module

import numpy as np
import pytest

import decaylr as dl
from benchmarks.timing import require_close
from benchmarks.users import live, routes
from benchmarks.users.case import by_numpy
from benchmarks.users.measure import Work
from benchmarks.users.rows import MODULES, ROWS

LIBRARIES = ("torch", "transformers", "optax", "keras", "timm", "deepspeed", "megatron")

# Callables whose schedules are those of other rows, and why.
OTHERS = {
    # Read the schedules above from files, mappings and live objects.
    "from_dict": "reads",
    "from_json": "reads",
    "Schedule.from_dict": "reads",
    "Schedule.from_json": "reads",
    "compat.torch.from_scheduler": "reads",
    "compat.optax.from_schedule": "reads",
    "compat.keras.from_config": "reads",
    "compat.deepspeed.from_config": "reads",
    "compat.megatron.from_config": "reads",
    "compat.transformers.from_training_arguments": "reads",
    "compat.timm.create_scheduler": "reads",
    # Select or rearrange runs, or change a number.
    "Schedule.__copy__": "selects",
    "Schedule.__deepcopy__": "selects",
    "Schedule.__getitem__": "selects",
    "Schedule.reshape": "selects",
    "Schedule.ravel": "selects",
    "Schedule.replace": "selects",
    "Schedule.replace_run": "selects",
    # The operands the other way around.
    "Schedule.__radd__": "operands",
    "Schedule.__rsub__": "operands",
    "Schedule.__rmul__": "operands",
}


def returns_a_schedule(function):
    """Whether the annotation of the result is a schedule, or contains one."""
    returned = str(inspect.signature(function).return_annotation)
    words = ("Schedule", "OptimizerParams", "Self", "N")
    return any(word in returned.replace("[", " ").replace(",", " ").split() for word in words)


def makers():
    """The name below `decaylr` of every public callable that returns a schedule."""
    found = {name: getattr(dl, name) for name in dl.__all__}
    found |= {f"Schedule.{name}": getattr(dl.Schedule, name) for name in vars(dl.Schedule)}
    for library in LIBRARIES:
        module = import_module(f"decaylr.compat.{library}")
        found |= {f"compat.{library}.{name}": getattr(module, name) for name in module.__all__}
    functions = {name: value for name, value in found.items() if inspect.isroutine(value)}
    return {name for name, value in functions.items() if returns_a_schedule(value)}


MAKERS = makers()


def test_every_maker_of_schedules_has_a_row():
    covered = {name for case in ROWS.values() for name in case.covers}
    assert MAKERS - covered == set(OTHERS)
    assert covered <= MAKERS


def test_no_row_is_named_twice():
    assert len(ROWS) == sum(len(module.CASES) for module in MODULES)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_its_numpy_expression(name):
    Work(ROWS[name], 7, 3000)


@pytest.mark.parametrize("route", routes.ROUTES)
def test_a_route_is_checked(route, monkeypatch):
    monkeypatch.setattr("benchmarks.timing.SCALE", 1e-3)
    ours, reference = routes.works(route, "warmup_cosine")
    ours()
    reference()


def test_a_wrong_expression_stops_a_row():
    right = ROWS["cosine"]
    wrong = right.__class__(**{**vars(right), "numpy": lambda d, p: 1.000001 * right.numpy(d, p)})
    with pytest.raises(AssertionError, match=r"cosine: .* instead of"):
        Work(wrong, 3, 100)


def test_a_library_of_other_values_stops_a_row():
    with pytest.raises(AssertionError, match=r"optax: 50\.0% of the library's values differ"):
        live.require_alike(np.array([1.0, 2.0]), np.array([1.0, 2.1]), "optax")


def test_parameters_are_those_of_the_name_and_the_seed():
    case = ROWS["warmup_cosine"]
    first, again = case.drawn(50, 1000), case.drawn(50, 1000)
    np.testing.assert_array_equal(first.warmup, again.warmup)
    assert len(np.unique(first.warmup)) > 40
    assert np.any(first.warmup % 1 != 0)
    out = np.empty((50, 1000))
    by_numpy(case, first, out)
    require_close(case.make(first).table(1000), out, case.name)
