"""The losses of a law as a column of a sweep's summary, in Python and on the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import decaylr as dl
from decaylr.cli import main
from decaylr.laws import ConvexBound, MultiPower
from decaylr.sweep import Entry, Sweep

LAW = MultiPower.published("100M")


@pytest.fixture
def sweep():
    return dl.sweep.grid(
        lambda peak, steps: dl.warmup_cosine(1e-6, peak, 20, steps, peak / 10),
        peak=[1e-4, 3e-4, 0.03 * 0.02],
        steps=[100, 250, 1000],
    )


def test_each_run_is_predicted_after_its_own_length(sweep):
    losses = sweep.summary(law=LAW)["loss"]
    runs = sweep.schedule.reshape(-1)
    own = [LAW.predict(runs[i], int(n)) for i, n in enumerate(sweep.columns["steps"].ravel())]
    np.testing.assert_array_equal(losses, own)
    at_80 = sweep.summary(80, law=LAW)["loss"]
    np.testing.assert_array_equal(at_80, LAW.predict(runs, 80))
    assert "loss" not in sweep.summary()


def test_runs_are_chosen_by_loss(sweep):
    best = sweep.select("steps < 1000", order_by="loss", limit=2, law=LAW)
    losses = LAW.predict(sweep.schedule, sweep.columns["steps"])
    expected = np.argsort(np.where(sweep.columns["steps"] < 1000, losses, np.inf).ravel())[:2]
    np.testing.assert_array_equal(best.columns["peak"], sweep.columns["peak"].ravel()[expected])


def test_a_parameter_named_loss_gives_way():
    sweep = dl.sweep.zip(lambda loss: dl.linear(loss, 1e-5, 50), loss=[1e-4, 2e-4])
    summary = sweep.summary(law=LAW)
    assert summary["param_loss"].tolist() == [1e-4, 2e-4]
    np.testing.assert_array_equal(summary["loss"], LAW.predict(sweep.schedule, 50))
    assert summary.parameters == ("param_loss",)


def test_refusals(sweep, tmp_path):
    with pytest.raises(TypeError, match=r"law must be a law of decaylr\.laws, got str"):
        sweep.summary(law="multi-power:100M")
    negative = dl.sweep.zip(lambda n: dl.linear(1.0, -1.0, n), n=[10, 20])
    with pytest.raises(ValueError, match=r"schedules\.sweep: .* >= 0 .* the runs of 10 steps"):
        negative.summary(law=LAW)


def command(*arguments):
    return CliRunner().invoke(main, ["sweep", *map(str, arguments)])


def test_the_command(sweep, tmp_path):
    file, summary = tmp_path / "sweep.toml", tmp_path / "summary.json"
    sweep.save(file)
    options = ("--law", "multi-power:100M", "--order-by", "loss", "--limit", 3)
    done = command(file, *options, "--summary", summary)
    assert done.exit_code == 0, done.output
    assert " loss " in done.output
    rows = json.loads(summary.read_text())
    runs = dl.load(file).schedule
    assert [r["loss"] for r in rows] == [
        LAW.predict(runs[r["run"]], int(r["length"])) for r in rows
    ]
    lengths = [int(n) for n in dl.load(file).summary()["length"]]
    assert [r["loss"] for r in rows] == LAW.best(runs, lengths, 3).losses.tolist()

    done = command(
        file, "--law", "convex-bound", "--quiet", "--out", tmp_path / "best.toml", "--limit", 9
    )
    assert done.exit_code == 0, done.output
    assert ConvexBound().predict(dl.load(tmp_path / "best.toml").schedule, 50).shape == (9,)

    epochs = (Entry("slow", dl.linear(1.0, 0.1, 3), unit="epoch", length=3.0),)
    Sweep.of(epochs).save(tmp_path / "epochs.toml")
    done = command(tmp_path / "epochs.toml", "--law", "convex-bound")
    assert done.exit_code != 0
    assert "schedules.slow must be in steps for the loss of a law, got epoch" in done.output

    done = command(file, "--law", "multi-power:7B")
    assert done.exit_code != 0
    assert "law must be one of multi-power:25M, multi-power:100M, multi-power:400M" in done.output
