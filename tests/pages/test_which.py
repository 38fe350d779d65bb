"""docs/which.md: its tables, and what they measure."""

import pytest

import decaylr as dl
from tests.reports import which


@pytest.fixture(scope="module")
def found():
    return which.trainings()


def test_the_page_has_the_tables_that_the_command_prints(found):
    old = which.PAGE.read_text(encoding="utf-8")
    assert which.page(old, list(which.tables(found))) == old


def test_every_training_has_a_task(found):
    assert len(found) == 150
    assert {t.task for t in found} >= {"Language models", "Vision", "Proteins"}
    assert sum(t.task == "Vision" for t in found) == 55


@pytest.mark.parametrize(
    ("schedule", "length", "shape", "warmup", "final"),
    [
        (dl.warmup_cosine(0.0, 0.3, 70, 1000, 0.03), 1000, "cosine", 0.07, 0.1),
        (dl.linear(0.3, 0.0, 7 / 3), 7 / 3, "linear", 0.0, 0.0),
        (dl.wsd(0.3, 30, 800, 170), 1000, "constant, then decay (WSD)", 0.03, 0.0),
        (dl.warmup(dl.multi_step(0.3, [30, 60], 0.1), 4.5), 90, "steps", 0.05, 0.01),
        (dl.constant(0.3), 1.1, "constant", 0.0, 1.0),
        (dl.noam(512, 4000), 100_000, "inverse square root, inverse time", 0.04, 0.2),
    ],
)
def test_what_is_measured(schedule, length, shape, warmup, final):
    seen = which.training("a task", schedule, length)
    assert seen.shape == shape
    assert seen.warmup == pytest.approx(warmup, rel=3e-3, abs=0.0)  # 0.1 % of the peak, the grid
    assert seen.final == pytest.approx(final, rel=1e-12, abs=0.0)


def test_quantiles_and_small_groups():
    group = [which.Training("a", "cosine", share, 0.1) for share in (0.0, 0.01, 0.02, 0.03)]
    row, total = list(which.tables(group))[2:4]
    assert row == "| a (few) | 4 | cosine: 4 | 3 | 2 % (1.5 to 2.5) | 10 % (10 to 10) |"
    assert total.startswith("| all (few) | 4 |")
