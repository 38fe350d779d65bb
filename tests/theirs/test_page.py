"""Every row of `docs/theirs.md` compared with the library's formula."""

import math
import re

import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT
from tests.theirs import others, torch
from tests.theirs.basics import T

FORMULAS = {
    "composer": torch.COMPOSER,
    "mmengine": torch.MMENGINE,
    "ignite": torch.IGNITE,
    "fvcore, detectron2": torch.FVCORE,
    "Paddle": torch.PADDLE,
    "fairseq": torch.FAIRSEQ,
    "NeMo": torch.NEMO,
    "Megatron, DeepSpeed": torch.MEGATRON,
    "torchtitan, nanotron, levanter": torch.TORCHTITAN,
    "Ultralytics": torch.ULTRALYTICS,
    "diffusers, Stable-Baselines3": torch.DIFFUSERS,
    "OLMo-core": others.OLMO,
    "praxis, axlearn": others.PRAXIS,
    "big_vision, t5x": others.BIG_VISION,
    "init2winit": others.INIT2WINIT,
    "MLX, thinc, fastai": others.MLX,
    "pytorch-scheduler (PS), pytorch-optimizer (PO)": others.PS,
}
# These libraries define no value at and after the end of training.
ENDING = {"fvcore, detectron2"}

PAGE = (ROOT / "docs" / "theirs.md").read_text()
ROW = re.compile(r"^\| `(.+)` \| `(.+)` \|$", re.MULTILINE)


def rows():
    for section in PAGE.split("\n## ")[1:]:
        library = section.split("\n", 1)[0]
        for theirs, ours in ROW.findall(section):
            yield library, theirs, ours


ROWS = list(rows())


@pytest.mark.parametrize(("library", "theirs", "ours"), ROWS, ids=[row[1] for row in ROWS])
def test_row(library, theirs, ours):
    schedule = eval(ours, {"dl": dl, "math": math})
    positions = range(T) if library in ENDING else [*range(131), 250]
    expected = np.array([FORMULAS[library][theirs](t) for t in positions])
    got = np.array([schedule(t) for t in positions])
    # The library's own formula leaves 1e-17 of the rate where the exact value is 0.
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=2e-17)


def test_every_formula_has_a_row():
    assert {name: set(table) for name, table in FORMULAS.items()} == {
        name: {theirs for library, theirs, _ in ROWS if library == name} for name in FORMULAS
    }
    assert sum(line.startswith("| `") for line in PAGE.splitlines()) == len(ROWS) == 162
