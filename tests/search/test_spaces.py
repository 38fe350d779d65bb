"""Search spaces of other libraries: each distribution beside the library's own sampler."""

import json
import random

import numpy as np
import pytest
from scipy import stats

import decaylr as dl
from decaylr.sweep import sample, space, to_optuna, to_wandb
from tests.peers.installed import REQUIRED

N = 10_000


def drawn(found, method="random"):
    """Values of one distribution."""
    return sample(lambda x: dl.constant(x), N, seed=4, method=method, x=found["x"]).columns["x"]


def same(ours, theirs):
    """A Kolmogorov-Smirnov test of two samples; discrete ones have the same values, too."""
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-3
    if len(np.unique(theirs)) < 60:
        assert set(np.unique(ours)) == set(np.unique(theirs))


# -- Optuna --------------------------------------------------------------------------------

OPTUNA = {
    "float": ("FloatDistribution", {"low": 0.03, "high": 0.7}),
    "log": ("FloatDistribution", {"low": 1e-4, "high": 0.1, "log": True}),
    "step": ("FloatDistribution", {"low": 0.1, "high": 0.7, "step": 0.1}),
    "int": ("IntDistribution", {"low": 3, "high": 9}),
    "int step": ("IntDistribution", {"low": 100, "high": 1000, "step": 100}),
    "int log": ("IntDistribution", {"low": 1, "high": 40, "log": True}),
    "choice": ("CategoricalDistribution", {"choices": (0.1, 0.3, 0.9)}),
}


@pytest.fixture(scope="module")
def optuna():
    library = pytest.importorskip("optuna") if not REQUIRED else __import__("optuna")
    library.logging.set_verbosity(library.logging.ERROR)
    return library


@pytest.mark.parametrize("kind", OPTUNA)
def test_optuna(optuna, kind):
    name, arguments = OPTUNA[kind]
    distribution = getattr(optuna.distributions, name)(**arguments)
    sampler = optuna.samplers.RandomSampler(seed=1)
    study = optuna.create_study(sampler=sampler)
    trial = study.ask().storage.get_trial(0)
    theirs = [sampler.sample_independent(study, trial, "x", distribution) for _ in range(N)]
    forms = {
        "object": distribution,
        "json": optuna.distributions.distribution_to_json(distribution),
        "dict": json.loads(optuna.distributions.distribution_to_json(distribution)),
    }
    for form in forms.values():
        ours = drawn(space({"x": form}))
        same(ours, theirs)
    again = optuna.distributions.json_to_distribution(to_optuna(space({"x": distribution}))["x"])
    assert again == distribution
    same(drawn(space({"x": distribution}), "sobol"), theirs)


# -- Weights & Biases ----------------------------------------------------------------------
# The formulas are those of its package `sweeps`, which needs NumPy 1: quantiles of SciPy.

WANDB = {
    "uniform": ({"min": 0.03, "max": 0.7}, lambda u: stats.uniform.ppf(u, 0.03, 0.67)),
    "int": ({"min": 3, "max": 9}, lambda u: stats.randint.ppf(u, 3, 10)),
    "int_uniform": (
        {"distribution": "int_uniform", "min": 3, "max": 9},
        lambda u: stats.randint.ppf(u, 3, 10),
    ),
    "log_uniform": (
        {"distribution": "log_uniform", "min": -9.0, "max": -2.0},
        lambda u: np.exp(stats.uniform.ppf(u, -9, 7)),
    ),
    "log_uniform_values": (
        {"distribution": "log_uniform_values", "min": 1e-4, "max": 0.1},
        lambda u: np.exp(stats.uniform.ppf(u, np.log(1e-4), np.log(1e3))),
    ),
    "inv_log_uniform": (
        {"distribution": "inv_log_uniform", "min": 2, "max": 7},
        lambda u: np.exp(-stats.uniform.ppf(1 - u, 2, 5)),
    ),
    "inv_log_uniform_values": (
        {"distribution": "inv_log_uniform_values", "min": 1e-4, "max": 0.1},
        lambda u: np.exp(-stats.uniform.ppf(1 - u, -np.log(0.1), np.log(1e3))),
    ),
    "q_uniform": (
        {"distribution": "q_uniform", "min": 0.1, "max": 0.9, "q": 0.1},
        lambda u: np.round(stats.uniform.ppf(u, 0.1, 0.8) / 0.1) * 0.1,
    ),
    "q_log_uniform": (
        {"distribution": "q_log_uniform", "min": 0, "max": 5, "q": 3},
        lambda u: np.round(np.exp(stats.uniform.ppf(u, 0, 5)) / 3) * 3,
    ),
    "q_log_uniform_values": (
        {"distribution": "q_log_uniform_values", "min": 1, "max": 100, "q": 7},
        lambda u: np.round(np.exp(stats.uniform.ppf(u, 0, np.log(100))) / 7) * 7,
    ),
    "normal": ({"distribution": "normal", "mu": 0.3, "sigma": 0.1}, stats.norm(0.3, 0.1).ppf),
    "q_normal": (
        {"distribution": "q_normal", "mu": 3, "sigma": 2},
        lambda u: np.round(stats.norm(3, 2).ppf(u)),
    ),
    "log_normal": (
        {"distribution": "log_normal", "mu": -3.0, "sigma": 0.7},
        stats.lognorm(s=0.7, scale=np.exp(-3)).ppf,
    ),
    "q_log_normal": (
        {"distribution": "q_log_normal", "mu": 1, "sigma": 0.5, "q": 0.25},
        lambda u: np.round(stats.lognorm(s=0.5, scale=np.e).ppf(u) / 0.25) * 0.25,
    ),
    "beta": ({"distribution": "beta", "a": 2, "b": 5}, stats.beta(2, 5).ppf),
    "q_beta": (
        {"distribution": "q_beta", "a": 2, "b": 5, "q": 0.1},
        lambda u: np.round(stats.beta(2, 5).ppf(u) / 0.1) * 0.1,
    ),
    "categorical": (
        {"values": [0.1, 0.3, 0.7]},
        lambda u: np.array([0.1, 0.3, 0.7])[(3 * u).astype(int)],
    ),
    "probabilities": (
        {"values": [0.1, 0.3, 0.7], "probabilities": [0.2, 0.7, 0.1]},
        lambda u: np.array([0.1, 0.3, 0.7])[np.searchsorted([0.2, 0.9, 1.0], u)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WANDB)
def test_wandb(kind):
    config, quantile = WANDB[kind]
    theirs = np.asarray(quantile(np.random.default_rng(9).uniform(size=N)), np.float64)
    found = space({"method": "random", "parameters": {"x": config}})
    shares = np.linspace(0.001, 0.999, 777)
    assert stats.ks_2samp(drawn(found), theirs).pvalue > 1e-3
    wanted = np.asarray(quantile(shares), np.float64)
    differ = ~np.isclose(found["x"].ppf(shares), wanted, rtol=1e-12, atol=1e-15)
    assert differ.mean() <= 0.003  # where a share is exactly at the edge of two values
    bounds = found["x"].ppf(np.array([0.0, np.nextafter(1.0, 0.0)]))
    if "min" in config and "q" not in config:
        edges = {"log_uniform": np.exp([-9.0, -2.0]), "inv_log_uniform": np.exp([-7.0, -2.0])}
        low, high = edges.get(kind, [config["min"], config["max"]])
        np.testing.assert_allclose(bounds, [low, high], rtol=1e-13)


def test_wandb_constants_nested_tables_and_files(tmp_path):
    text = """
method: bayes
parameters:
  lr: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  steps: {value: 1000}
  model:
    parameters:
      warmup: {values: [0, 100]}
"""
    (tmp_path / "sweep.yaml").write_text(text)
    found = space(tmp_path / "sweep.yaml")
    assert list(found) == ["lr", "steps", "model.warmup"]
    assert found["steps"] == 1000
    made = dl.sweep.sample(
        lambda lr, steps, warmup: dl.warmup_cosine(0.0, lr, warmup, steps),
        16, seed=1, lr=found["lr"], steps=found["steps"], warmup=found["model.warmup"],
    )  # fmt: skip
    assert set(made.columns["warmup"].tolist()) == {0, 100}
    assert set(made.columns["steps"].tolist()) == {1000}
    (tmp_path / "space.json").write_text(json.dumps({"x": {"min": 1, "max": 3}}))
    assert set(drawn(space(tmp_path / "space.json")).tolist()) == {1, 2, 3}


@pytest.mark.parametrize("kind", [
    "uniform", "int", "log_uniform_values", "normal", "log_normal", "beta", "categorical",
    "probabilities", "log_uniform",
])  # fmt: skip
def test_wandb_goes_out_again(kind):
    found = space({"x": WANDB[kind][0]})
    again = space(to_wandb(found))
    shares = np.linspace(0.013, 0.987, 97)
    np.testing.assert_allclose(again["x"].ppf(shares), found["x"].ppf(shares), rtol=1e-12)


# -- Ray Tune ------------------------------------------------------------------------------

RAY = {
    "uniform": lambda tune: tune.uniform(0.03, 0.7),
    "quniform": lambda tune: tune.quniform(0.1, 0.9, 0.1),
    "loguniform": lambda tune: tune.loguniform(1e-4, 0.1),
    "qloguniform": lambda tune: tune.qloguniform(0.1, 0.9, 0.05),
    "randn": lambda tune: tune.randn(0.3, 0.1),
    "qrandn": lambda tune: tune.qrandn(3, 2, 0.5),
    "randint": lambda tune: tune.randint(3, 9),
    "qrandint": lambda tune: tune.qrandint(4, 40, 4),
    "lograndint": lambda tune: tune.lograndint(1, 40),
    "qlograndint": lambda tune: tune.qlograndint(4, 40, 4),
    "choice": lambda tune: tune.choice([0.1, 0.3, 0.7]),
}


@pytest.fixture(scope="module")
def tune():
    if REQUIRED == "all":
        from ray import tune
    else:
        tune = pytest.importorskip("ray.tune", exc_type=ImportError)
    return tune


@pytest.mark.parametrize("kind", RAY)
def test_ray(tune, kind):
    np.random.seed(3)  # noqa: NPY002  Ray draws from it
    random.seed(3)
    domain = RAY[kind](tune)
    theirs = np.array([domain.sample() for _ in range(N)], np.float64)
    ours = drawn(space({"x": domain}))
    if kind == "qrandn":  # its tails have values that a sample may lack
        assert stats.ks_2samp(ours, theirs).pvalue > 1e-3
    else:
        same(ours, theirs)
    nested = space({"optimizer": {"x": domain}, "steps": 100})
    assert list(nested) == ["optimizer.x", "steps"]


def test_ray_grids_and_functions(tune):
    assert set(drawn(space({"x": tune.grid_search([0.1, 0.3])})).tolist()) == {0.1, 0.3}
    with pytest.raises(ValueError, match=r"x must be a distribution, got tune\.sample_from"):
        space({"x": tune.sample_from(lambda _: 1)})


# -- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({}, ValueError, "a search space must be of at least one parameter"),
        ({"x": "fast"}, TypeError, "x must be a distribution of Optuna, Ray Tune or W&B"),
        ({"x": {"values": ["adam", "sgd"]}}, TypeError, "numbers.*`families` of a sweep file"),
        ({"x": {"values": []}}, ValueError, "x must be a choice of at least one number"),
        ({"x": {"min": 3}}, ValueError, "x must be given value, values, or min and max"),
        ({"x": {"min": 3, "max": 1}}, ValueError, "x: the upper bound must be > 3"),
        ({"x": {"distribution": "cauchy", "min": 0, "max": 1}}, ValueError, "one that W&B has"),
        ({"x": {"distribution": "log_uniform_values", "min": 0, "max": 1}}, ValueError, "> 0, got"),
        ({"x": {"values": [1, 2], "probabilities": [1]}}, ValueError, "one >= 0 for each value"),
        ({"x": {"name": "FloatDistribution", "attributes": {"low": 1}}}, ValueError, "low and"),
        ({"x": {"name": "IntDistribution", "attributes": {"low": 1.5, "high": 3}}},
         ValueError, "whole"),
        ({"x": True}, TypeError, "x must be a distribution"),
    ],
)  # fmt: skip
def test_refusals(given, error, says):
    with pytest.raises(error, match=says):
        space(given)


def test_what_a_library_does_not_have_is_refused(tmp_path):
    with pytest.raises(ValueError, match="x must be a distribution that Optuna has, got normal"):
        to_optuna(space({"x": {"distribution": "normal", "mu": 0.5}}))
    with pytest.raises(ValueError, match="x must be a distribution that W&B has, got integers"):
        to_wandb(space({"x": {"type": "int", "low": 1, "high": 9, "step": 2}}))
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(ValueError, match=r"x\.txt: a search space must be a \.json or \.yaml file"):
        space(tmp_path / "x.txt")
