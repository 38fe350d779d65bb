"""Every row of the table of plugs: a training with the library uses the schedule's values."""

import os

import numpy as np
import pytest

import decaylr as dl
from tests.peers.installed import REQUIRED
from tests.plugs import heavy, of_jax, of_torch, of_trees, others  # noqa: F401  (their rows)
from tests.plugs.table import PLUGS

# Warnings of the libraries themselves.
pytestmark = pytest.mark.filterwarnings("ignore")

STEPS, SAVED_AT = 11, 4
SCHEDULES = {
    "warmup_cosine": dl.warmup_cosine(0.01, 0.03 * 7, 3, 11, end_value=1 / 30),
    "restarts": dl.cosine_restarts(0.3, 4, end_value=7 / 300),
}
# The modules that a CI step installs: there, a row that needs only these must run.
STEP = set(filter(None, os.environ.get("DECAYLR_PLUGS", "").split(",")))


def row(name):
    """The row, if its libraries are installed."""
    plug = PLUGS[name]
    missing = plug.missing()
    if missing and (STEP & set(plug.needs) or (REQUIRED and set(missing) <= {"torch", "optax"})):
        pytest.fail(f"{', '.join(missing)} must be installed here")
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")
    return plug


def expect(plug, used, schedule, first=0):
    expected = schedule.table(len(used), start=plug.first + first)
    found = np.asarray(used, plug.dtype)
    ulp = 0 if plug.dtype == "float64" else 4
    if plug.name.startswith("Stable-Baselines3"):
        # progress is a quotient, and the last update comes after the end
        last = of_torch.UPDATES
        positions = [min(plug.first + first + k, last) for k in range(len(used))]
        np.testing.assert_allclose(found, schedule(np.array(positions)), rtol=1e-12, atol=0)
        return
    np.testing.assert_array_max_ulp(found, expected.astype(plug.dtype), ulp)


@pytest.mark.parametrize("name", PLUGS)
def test_a_training_uses_the_values_of_the_schedule(name):
    plug, schedule = row(name), SCHEDULES["restarts"]
    used, _ = plug.train(schedule, STEPS, None)
    assert len(used) == STEPS
    expect(plug, used, schedule)


@pytest.mark.parametrize("name", [name for name, plug in PLUGS.items() if plug.resumed])
def test_a_training_that_is_saved_and_resumed(name):
    plug, schedule = row(name), SCHEDULES["warmup_cosine"]
    before, state = plug.train(schedule, SAVED_AT, None)
    after, _ = plug.train(schedule, STEPS - SAVED_AT, state)
    assert (len(before), len(after)) == (SAVED_AT, STEPS - SAVED_AT)
    expect(plug, before, schedule)
    expect(plug, after, schedule, SAVED_AT)
