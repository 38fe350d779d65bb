"""The examples in the docstrings of the small adapters run."""

import doctest
import importlib

import pytest

from tests.plugs.test_wrong_places import library

NEEDS = {"mlx": "mlx.core", "paddle": "paddle", "tf_keras": "tf_keras", "thinc": "thinc"}


@pytest.mark.parametrize("name", NEEDS)
def test_docstring_examples(name):
    library(NEEDS[name])
    assert doctest.testmod(importlib.import_module(f"decaylr.{name}")).failed == 0
