"""`decaylr.compat.optax` compared with optax in float64."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import optax as compat
from tests.peers.installed import peer

optax = peer("optax")
jax = peer("jax")
ours_in_jax = peer("decaylr.jax")

STEPS = 140
SEEDS = range(20)


def random_arguments(name, rng):
    """Valid arguments, including degenerate ones that optax accepts."""
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    steps, begin = pick(0, -3, int(rng.integers(1, 90))), pick(0, -5, int(rng.integers(1, 40)))
    first, last = float(rng.uniform(0.1, 1.0)), float(rng.uniform(0.0, 0.1))
    edges = sorted(int(e) for e in rng.choice(np.arange(1, 100), 3, replace=False))
    scales = {edge: float(rng.uniform(0.0, 2.0)) for edge in edges}
    line = {"init_value": first, "end_value": last, "transition_steps": steps}
    decay = {"transition_steps": steps, "decay_rate": pick(0.5, 0.99, 1.01, 0.0, 1.0)}
    decay |= {"transition_begin": begin, "staircase": pick(True, False)}
    decay |= {"end_value": pick(None, 0.2)}
    cycle = {"transition_steps": int(rng.integers(1, 120)), "peak_value": first}
    cycle |= {"pct_start": pick(0.3, 0.0, 0.5), "div_factor": pick(25.0, 3.0)}
    warm = {"init_value": last, "peak_value": first, "warmup_steps": pick(0, 10)}
    whole = warm | {"decay_steps": int(rng.integers(11, 100)), "end_value": pick(0.0, 0.01)}
    whole["exponent"] = pick(1.0, 2.0, 0.7)
    return {
        "constant_schedule": {"value": first},
        "polynomial_schedule": line | {"power": pick(1, 2, 0.7, 0), "transition_begin": begin},
        "linear_schedule": line | {"transition_begin": begin},
        "piecewise_constant_schedule": {"init_value": first, "boundaries_and_scales": scales},
        "exponential_decay": {"init_value": first} | decay,
        "cosine_decay_schedule": {
            "init_value": first,
            "decay_steps": int(rng.integers(1, 100)),
            "alpha": pick(0.0, 0.1, 1.5),
            "exponent": pick(1.0, 0.5, 2.0),
        },
        "piecewise_interpolate_schedule": {
            "interpolate_type": pick("linear", "cosine"),
            "init_value": first,
            "boundaries_and_scales": scales,
        },
        "linear_onecycle_schedule": cycle | {"pct_final": pick(0.5, 0.85, 1.0)},
        "cosine_onecycle_schedule": cycle | {"final_div_factor": pick(1e4, 10.0)},
        "warmup_constant_schedule": warm,
        "warmup_cosine_decay_schedule": whole,
        "warmup_exponential_decay_schedule": warm | decay,
        "sgdr_schedule": {"cosine_kwargs": [whole, whole | {"peak_value": 0.05}, whole]},
    }[name]


NAMES = tuple(sorted(name for name in compat.__all__ if "schedule" in name or "decay" in name))
NAMES = tuple(name for name in NAMES if name not in ("from_schedule", "join_schedules"))


def test_nothing_of_optax_is_missing():
    public = {name for name in dir(optax.schedules) if name.endswith(("_schedule", "_decay"))}
    assert public - {"_schedule"} <= {*compat.__all__}
    assert len(NAMES) == 13


def evaluated(schedule, steps=STEPS):
    with jax.enable_x64(True):
        return np.asarray(jax.vmap(schedule)(jax.numpy.arange(steps))) * np.ones(steps)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_equals_optax_in_float64(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    with jax.enable_x64(True):
        made = getattr(optax, name)(**arguments)
        theirs = evaluated(made)
    ours = getattr(compat, name)(**arguments)
    slack = 3e-17 + 1e-16 * np.abs(theirs).max()
    np.testing.assert_allclose(ours.table(STEPS), theirs, rtol=1e-9, atol=slack)
    np.testing.assert_allclose(
        compat.from_schedule(made).table(STEPS), ours.table(STEPS), rtol=1e-13, atol=1e-18
    )


def test_joined():
    up, down = (0.0, 1.0, 20), (1.0, 0.1, 50)
    with jax.enable_x64(True):
        parts = [optax.linear_schedule(*up), optax.linear_schedule(*down)]
        made = optax.join_schedules(parts, [30])
        theirs = evaluated(made)
    mine = [compat.linear_schedule(*up), compat.linear_schedule(*down)]
    ours = compat.join_schedules(mine, [30])
    np.testing.assert_allclose(ours.table(STEPS), theirs, rtol=1e-12, atol=0)
    assert compat.from_schedule(made) == ours


@pytest.mark.parametrize("name", [n for n in NAMES if "piecewise" not in n and "sgdr" not in n])
def test_a_batch_is_its_runs_bit_for_bit(name):
    rng = np.random.default_rng(len(name))
    drawn = [random_arguments(name, rng) for _ in range(60)]
    words = {k: v for k, v in drawn[0].items() if isinstance(v, str | bool) or v is None}
    alike = [d | words for d in drawn]
    alike = [d for d in alike if all(d[k] is not None for k in d.keys() - words)][:8]
    numeric = {k: [d[k] for d in alike] for k in drawn[0] if k not in words}
    batch = getattr(compat, name)(**numeric, **words)
    assert batch.shape == (8,)
    for row, arguments in zip(batch.table(150), alike, strict=True):
        np.testing.assert_array_equal(row, getattr(compat, name)(**arguments).table(150))


def test_what_optax_cannot_vmap():
    with pytest.raises(jax.errors.TracerBoolConversionError):
        jax.vmap(lambda n: optax.exponential_decay(1.0, n, 0.5)(3))(jax.numpy.arange(1, 4))
    s = compat.warmup_cosine_decay_schedule(0.0, [0.1, 0.2], [5, 10], [[50], [100]])
    for i, j in np.ndindex(2, 2):
        one = compat.warmup_cosine_decay_schedule(0.0, [0.1, 0.2][j], [5, 10][j], [50, 100][i])
        np.testing.assert_array_equal(s.table(120)[i, j], one.table(120))


def test_float32_counts_are_a_known_difference():
    """In float32, optax cannot distinguish 2**24 from the next step; decaylr can."""
    theirs = optax.linear_schedule(1.0, 0.0, 2**25)
    assert theirs(2**24 + 1) == theirs(2**24)
    ours = compat.linear_schedule(1.0, 0.0, 2**25)
    assert ours(2**24) == 0.5
    assert ours(2**24 + 1) == 0.5 - 2.0**-25


def test_many_scales_do_not_add_up_roundings():
    scales = dict.fromkeys(range(1, 500), 0.9)
    ours = compat.piecewise_constant_schedule(1.0, scales)
    np.testing.assert_allclose(
        ours.table(500), dl.exponential(1.0, 0.9).table(500), rtol=2e-15, atol=0
    )


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: compat.cosine_decay_schedule(1.0, [5, 0]),
            ValueError,
            "decay_steps .* at index 1",
        ),
        (lambda: compat.linear_onecycle_schedule(0, 1.0), ValueError, "transition_steps must be"),
        (
            lambda: compat.warmup_cosine_decay_schedule(0.0, 1.0, 10, 10),
            ValueError,
            "decay_steps must be above warmup_steps, got 10",
        ),
        (
            lambda: compat.piecewise_constant_schedule(1.0, {5: -1.0}),
            ValueError,
            r"boundaries_and_scales\[5\] must be finite and >= 0, got -1.0",
        ),
        (
            lambda: compat.piecewise_interpolate_schedule("cubic", 1.0, {}),
            ValueError,
            "interpolate_type must be one of linear, cosine, got 'cubic'",
        ),
        (
            lambda: compat.join_schedules([dl.constant(1.0)] * 3, [5]),
            ValueError,
            "boundaries must be 2 for 3 schedules, got 1",
        ),
        (lambda: compat.exponential_decay(1.0, 5, -0.5), ValueError, "decay_rate must be finite"),
        (lambda: compat.sgdr_schedule([]), ValueError, "cosine_kwargs must be at least one"),
        (lambda: compat.from_schedule(lambda c: c), TypeError, "must be one that optax has made"),
        (lambda: compat.reduce_on_plateau(rtol=0.0), ValueError, "threshold must be above 0"),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["exponential_decay", "warmup_exponential_decay_schedule"])
def test_bounds_on_one_side_go_through_float32(name, seed):
    """decaylr.jax.schedule takes what has no bound on the other side."""
    rng = np.random.default_rng([7, seed])
    rate = rng.choice([0.5, 0.97, 1.0, 1.02])
    arguments = {"init_value": rng.integers(1, 9) / 30, "transition_steps": 7, "decay_rate": rate}
    if name != "exponential_decay":
        arguments |= {"peak_value": 0.3, "warmup_steps": 5}
    s = getattr(compat, name)(**arguments, end_value=rng.choice([1e-5, 0.03, 0.7]))
    counts = np.arange(60)
    for learnable in (False, True)[: 2 if seed == 0 else 1]:  # formulas take long to compile
        traced = jax.jit(ours_in_jax.schedule(s, learnable=learnable))
        np.testing.assert_allclose(traced(counts), s(counts), rtol=5e-7, atol=0)
