"""`decaylr.compat.timm` compared with timm's schedulers, which are stepped."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from decaylr.compat import timm as compat
from tests.peers.installed import timm_scheduler
from tests.peers.live_torch import optimizer
from tests.peers.signatures import differences

timm = timm_scheduler()

STEPS = 130
SEEDS = range(25)
NAMES = (
    "CosineLRScheduler",
    "TanhLRScheduler",
    "PolyLRScheduler",
    "StepLRScheduler",
    "MultiStepLRScheduler",
    "WSDLRScheduler",
)


def random_arguments(name, rng):
    """Valid arguments, with cycles, both kinds of warmup, and noise."""
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    steps = int(rng.integers(1, 60))
    arguments = {"warmup_t": pick(0, 10), "warmup_lr_init": pick(0.0, 1e-3)}
    arguments |= pick({}, {}, {"noise_range_t": (20, 40), "noise_seed": 7})
    if name == "WSDLRScheduler":
        decay = int(rng.integers(1, steps + 1))
        arguments |= {"t_initial": steps, "decay_t": decay, "lr_min": pick(0.0, 0.01)}
        arguments["decay_fn"] = pick("linear", "1-sqrt", "cosine", "power", "exp", lambda x: 1 - x)
        return arguments | {"stable_fn": pick("constant", "rsqrt", "power"), "stable_timescale": 20}
    arguments["warmup_prefix"] = pick(True, False)
    if name == "StepLRScheduler":
        return arguments | {"decay_t": steps, "decay_rate": pick(0.5, 0.9)}
    if name == "MultiStepLRScheduler":
        edges = sorted(int(e) for e in rng.integers(0, 100, 4))
        return arguments | {"decay_t": edges, "decay_rate": 0.5}
    # The multiple is a power of two: with others, timm's logarithm is wrong at restarts.
    cycle = {"cycle_mul": pick(1.0, 2.0), "cycle_decay": pick(1.0, 0.5, 0.1)}
    cycle |= {"cycle_limit": pick(0, 1, 2, 5), "lr_min": pick(0.0, 0.01), "t_initial": steps}
    if name == "TanhLRScheduler":
        return arguments | cycle | pick({}, {"lb": -4.0, "ub": 2.0})
    cycle |= pick({}, {"k_decay": 1.5})
    return arguments | cycle | ({"power": pick(0.5, 1.0, 2.0)} if name == "PolyLRScheduler" else {})


def stepped(scheduler, steps=STEPS):
    values = []
    for t in range(steps):
        scheduler.step(t)
        values.append(scheduler.optimizer.param_groups[0]["lr"])
    return np.array(values)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_equals_the_live_scheduler(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    theirs = stepped(
        getattr(timm, name.replace("LRScheduler", "LRScheduler"))(optimizer(0.1), **arguments)
    )
    ours = getattr(compat, name)(0.1, **arguments).table(STEPS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-17)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_runs(name):
    rng = np.random.default_rng(len(name))
    drawn = [random_arguments(name, rng) for _ in range(400)]
    fixed = ("warmup_prefix", "decay_fn", "stable_fn", "noise_range_t", "noise_seed")
    words = {k: drawn[0][k] for k in fixed if k in drawn[0]}
    words |= {"decay_t": drawn[0]["decay_t"]} if name == "MultiStepLRScheduler" else {}
    words |= {"decay_fn": "cosine"} if "decay_fn" in words else {}
    alike = [d | words for d in drawn if d.keys() == drawn[0].keys()][:6]
    numeric = {k: [d[k] for d in alike] for k in drawn[0] if k not in words}
    batch = getattr(compat, name)(0.3, **numeric, **words)
    assert batch.shape == (6,)
    for row, arguments in zip(batch.table(140), alike, strict=True):
        single = getattr(compat, name)(0.3, **arguments).table(140)
        # If the peaks do not shrink, a single run is one curve, but a run in a batch is a sum.
        np.testing.assert_allclose(row, single, rtol=2e-15, atol=1e-18)


def test_noise_without_an_end_needs_a_horizon():
    arguments = {"t_initial": 50, "noise_range_t": 30, "noise_std": 0.5, "noise_pct": 0.4}
    with pytest.raises(ValueError, match="horizon must be given where noise_range_t has no end"):
        compat.CosineLRScheduler(0.1, **arguments)
    theirs = stepped(timm.CosineLRScheduler(optimizer(0.1), **arguments), 60)
    ours = compat.CosineLRScheduler(0.1, **arguments, horizon=60).table(60)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-17)


@pytest.mark.parametrize(
    "sched", ["cosine", "tanh", "step", "constant", "multistep", "poly", "wsd", "rsqrt"]
)
@pytest.mark.parametrize("prefix", [True, False])
@pytest.mark.parametrize("per", [0, 3])
def test_the_factory(sched, prefix, per):
    arguments = {"num_epochs": 60, "warmup_epochs": 5, "warmup_prefix": prefix, "min_lr": 1e-3}
    arguments |= {"cooldown_epochs": 4, "noise": [0.5, 0.7], "decay_milestones": [20, 40]}
    arguments |= {"decay_epochs": 0.25} if sched in ("wsd", "rsqrt") else {"decay_epochs": 20}
    if per:
        arguments |= {"step_on_epochs": False, "updates_per_epoch": per}
    live, epochs = timm.create_scheduler_v2(optimizer(0.1), sched, **arguments)
    ours, mine = compat.create_scheduler_v2(0.1, sched, **arguments)
    assert mine == epochs
    step = live.step_update if per else live.step
    theirs = []
    for t in range(220):
        step(t)
        theirs.append(live.optimizer.param_groups[0]["lr"])
    np.testing.assert_allclose(ours.table(220), theirs, rtol=1e-9, atol=1e-17)


def test_the_factory_by_command_line_arguments():
    args = SimpleNamespace(
        sched="cosine", epochs=50, lr_cycle_limit=3, lr_cycle_decay=0.5, opt="sgd"
    )
    live, epochs = timm.create_scheduler(args, optimizer(0.1))
    ours, mine = compat.create_scheduler(args, 0.1)
    assert mine == epochs
    np.testing.assert_allclose(ours.table(200), stepped(live, 200), rtol=1e-9, atol=1e-17)
    with pytest.raises(ValueError, match="args must be with the key sched"):
        compat.create_scheduler({}, 0.1)
    assert compat.create_scheduler_v2(0.1, "none")[0](5) == 0.1


def test_plateau_after_a_warmup():
    group = optimizer(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        live = timm.PlateauLRScheduler(group, decay_rate=0.5, patience_t=1, warmup_t=4)
    ours = compat.PlateauLRScheduler(0.1, decay_rate=0.5, patience_t=1, warmup_t=4)
    for epoch in range(20):
        metric = float(np.sin(epoch))
        live.step(epoch, metric)
        if epoch > 4:
            ours.update(metric, position=epoch)
        assert ours.value(epoch) == pytest.approx(group.param_groups[0]["lr"], rel=1e-12, abs=0)
    assert ours.scale < 1


@pytest.mark.parametrize("name", [*NAMES, "PlateauLRScheduler", "create_scheduler_v2"])
def test_the_signature_is_timms(name):
    # Noise is stored as a table over the horizon.
    assert differences(getattr(timm, name), getattr(compat, name)) == {"+horizon"}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CosineLRScheduler", {"t_initial": 0}),
        ("CosineLRScheduler", {"t_initial": 9, "lr_min": -0.1}),
        ("TanhLRScheduler", {"t_initial": 0}),
        ("TanhLRScheduler", {"t_initial": 9, "lb": 3.0, "ub": 3.0}),
        ("TanhLRScheduler", {"t_initial": 9, "cycle_limit": -1}),
        ("TanhLRScheduler", {"t_initial": 9, "warmup_t": -1}),
        ("TanhLRScheduler", {"t_initial": 9, "warmup_lr_init": -0.1}),
        ("PolyLRScheduler", {"t_initial": 0}),
        ("WSDLRScheduler", {"t_initial": 0, "decay_t": 1}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 0}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 10}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "lr_min": -0.1}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "stable_fn": "flat"}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "decay_fn": "flat"}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "decay_ratio": 1.0}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "decay_power": 0.0}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "stable_power": 0.0}),
        ("WSDLRScheduler", {"t_initial": 9, "decay_t": 3, "stable_fn": "rsqrt"}),
    ],
)
def test_what_timm_refuses(name, arguments):
    with pytest.raises((AssertionError, ValueError)):
        getattr(timm, name)(optimizer(0.1), **arguments)
    with pytest.raises(ValueError, match=" must be "):
        getattr(compat, name)(0.1, **arguments)


def test_nothing_of_timm_is_missing():
    found = {name for name in vars(timm) if name.endswith("Scheduler")}
    # The base class, and the class that `create_scheduler_v2` selects by name.
    assert found - {"Scheduler"} == {*NAMES, "PlateauLRScheduler"}


def test_a_restart_by_logarithm_is_a_known_difference():
    arguments = {"t_initial": 10, "cycle_mul": 3.0, "cycle_limit": 9}
    live = timm.CosineLRScheduler(optimizer(1.0), **arguments)
    live.step(1210)
    assert live.optimizer.param_groups[0]["lr"] < 1e-9
    assert compat.CosineLRScheduler(1.0, **arguments)(1210) == 1.0


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: compat.CosineLRScheduler(0.1, 0), ValueError, "t_initial must be finite and > 0"),
        (
            lambda: compat.CosineLRScheduler(0.1, 5, -1.0),
            ValueError,
            "lr_min must be finite and >= 0",
        ),
        (lambda: compat.CosineLRScheduler(0.1, 5, cycle_mul=0.5), ValueError, "cycle_mul must be"),
        (
            lambda: compat.TanhLRScheduler(0.1, 5, 3.0, 1.0),
            ValueError,
            "lb must be below ub, got 3",
        ),
        (lambda: compat.WSDLRScheduler(0.1, 5, 6), ValueError, "decay_t must be at most"),
        (
            lambda: compat.WSDLRScheduler(0.1, 5, 3, stable_fn="rsqrt"),
            ValueError,
            "stable_timescale must be finite and > 0, got 0",
        ),
        (
            lambda: compat.WSDLRScheduler(0.1, 5, 3, decay_fn="sqrt"),
            ValueError,
            "decay_fn must be one of linear, .* got 'sqrt'",
        ),
        (lambda: compat.MultiStepLRScheduler(0.1, [5, 2]), ValueError, "decay_t must be non-decr"),
        (lambda: compat.create_scheduler_v2(0.1, "cos"), ValueError, "sched must be one of cosine"),
        (
            lambda: compat.create_scheduler_v2(0.1, "wsd", 10, 20),
            ValueError,
            "decay_epochs must be above 0 and at most the 10 of wsd, got 20",
        ),
        (
            lambda: compat.create_scheduler_v2(0.1, step_on_epochs=False),
            ValueError,
            "updates_per_epoch must be >= 1, got 0",
        ),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("CosineLRScheduler", {"t_initial": 9, "cycle_limit": 1.5}, "cycle_limit must be a whole"),
        ("CosineLRScheduler", {"t_initial": 9, "cycle_decay": -0.5}, "cycle_decay must be"),
        ("CosineLRScheduler", {"t_initial": 9, "k_decay": 0}, "k_decay must be"),
        ("PolyLRScheduler", {"t_initial": 9, "power": 0}, "power must be"),
        ("StepLRScheduler", {"decay_t": -2}, "decay_t must be"),
        ("StepLRScheduler", {"decay_t": 2, "decay_rate": -0.5}, "decay_rate must be"),
        ("StepLRScheduler", {"decay_t": 2, "warmup_t": -1}, "warmup_t must be"),
        ("StepLRScheduler", {"decay_t": 2, "warmup_lr_init": -0.1}, "warmup_lr_init must be"),
        ("MultiStepLRScheduler", {"decay_t": [-1, 5]}, "decay_t must be"),
        ("MultiStepLRScheduler", {"decay_t": [5, 3]}, "decay_t must be"),
        ("StepLRScheduler", {"decay_t": 2, "noise_range_t": [2, 4, 6]}, "noise_range_t must be"),
    ],
)
def test_what_timm_takes_and_decaylr_refuses(name, arguments, message):
    assert np.all(np.isfinite(stepped(getattr(timm, name)(optimizer(0.1), **arguments), 8)))
    with pytest.raises(ValueError, match=message):
        getattr(compat, name)(0.1, **arguments)
