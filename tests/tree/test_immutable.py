"""A schedule cannot be changed after creation, even by frameworks that write to `__dict__`."""

from __future__ import annotations

import copy
import pickle
import weakref

import pytest

import decaylr as dl
from decaylr.compat.torch import OneCycleLR
from tests.training.schedules import SCHEDULES


def all_names(schedule):
    return [name for name in dir(schedule) if not name.startswith("__")] + ["anything"]


@pytest.mark.parametrize("name", ["linear", "wsd", "arithmetic"])
def test_no_attribute_can_be_set_or_deleted(name):
    s = SCHEDULES[name]
    before, value = s.to_json(), s(7)
    for attribute in [*all_names(s), "__dict__", "__class__"]:
        with pytest.raises((AttributeError, TypeError), match=r"immutable|cannot"):
            setattr(s, attribute, None)
        with pytest.raises((AttributeError, TypeError), match=r"immutable|cannot"):
            delattr(s, attribute)
    assert s.to_json() == before
    assert s(7) == value


def test_its_dict_is_empty_and_of_no_consequence():
    s = dl.cosine(0.1, 0.0, 100)
    table = s.table(101).tobytes()
    assert s.__dict__ == vars(s) == {}
    s.__dict__.update({"table": None, "kind": "linear", "parameters": {}})
    assert s.__dict__ == {}
    assert s.table(101).tobytes() == table
    assert s.kind == "cosine"


def test_mappings_and_arrays_of_it_are_read_only():
    s = dl.linear([0.1, 0.2], 0.0, 100)
    with pytest.raises(TypeError):
        s.parameters["init_value"] = 1
    with pytest.raises(TypeError):
        s.options["x"] = 1
    with pytest.raises(ValueError, match="read-only"):
        s.parameters["init_value"][0] = 1
    with pytest.raises(TypeError):
        OneCycleLR(0.1, 10).companions["momentum"] = s


def test_copies_of_every_kind_are_equal():
    for s in SCHEDULES.values():
        for again in (copy.copy(s), copy.deepcopy(s), pickle.loads(pickle.dumps(s))):
            assert again == s
            assert again(31.5) == s(31.5)


def test_it_can_be_weakly_referenced():
    s = dl.linear(0.1, 0.0, 100)
    seen = weakref.ref(s)
    assert seen() is s
    del s
    assert seen() is None
