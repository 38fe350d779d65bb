"""The examples in the docstrings of the small adapters run."""

import doctest
import importlib

import pytest

from tests.plugs.test_wrong_places import library

NEEDS = {"mlx": "mlx.core", "paddle": "paddle", "tf_keras": "tf_keras", "thinc": "thinc"}


@pytest.mark.parametrize("name", NEEDS)
def test_docstring_examples(name):
    library(NEEDS[name])
    module = importlib.import_module(f"decaylr.{name}")
    if name == "thinc" and module.KIND is None:
        pytest.skip("schedules of thinc 8 are iterators: the example calls one of thinc 9")
    assert doctest.testmod(module).failed == 0
