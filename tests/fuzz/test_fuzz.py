"""A fixed number of random inputs for each parser and for trees; `.ci/fuzz` has millions."""

from __future__ import annotations

import json

import pytest

import decaylr as dl
from decaylr.convert import convert
from tests.fuzz.run import execute
from tests.fuzz.targets import CORPUS, TARGETS
from tests.peers.installed import peer

EXECUTIONS = 150


@pytest.mark.parametrize("target", TARGETS)
def test_random_inputs_are_refused_as_documented_or_obey_the_laws(target):
    if target == "torch_state":
        peer("torch")
    accepted = sum(execute(target, seed=0, index=index) for index in range(EXECUTIONS))
    assert 2 < accepted < EXECUTIONS


@pytest.mark.parametrize("file", sorted((CORPUS / "sweeps").iterdir()), ids=lambda file: file.name)
def test_sweeps_of_the_corpus_are_accepted(file):
    assert dl.load(file).schedule.size >= 1


@pytest.mark.parametrize(
    "file", sorted((CORPUS / "configurations").iterdir()), ids=lambda file: file.name
)
def test_configurations_of_the_corpus_are_accepted(file):
    assert convert(json.loads(file.read_text())).shape in ((), (2,))
