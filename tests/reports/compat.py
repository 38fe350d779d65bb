"""Measure the table "Coverage and accuracy" of `docs/compat.md`: `python -m tests.reports.compat`.

For each library, over random valid arguments: the largest difference from the library's formula in
exact arithmetic, in ulp, and the largest relative difference from the library itself, for values
above 1e-9 of the peak.
"""

import warnings

import numpy as np

from decaylr.compat import keras, optax, timm, torch, transformers
from tests.compat import test_exact as exact
from tests.compat import test_keras as test_compat_keras
from tests.compat import test_optax as test_compat_optax
from tests.compat import test_timm as test_compat_timm
from tests.compat import test_transformers as test_compat_transformers
from tests.oracles import torch as exact_torch
from tests.peers import live_torch

SEEDS = range(200)


def in_ulp(cases):
    return max(exact.worst(*case[:3], slack_at=case[3])[0] for case in cases)


def torch_cases():
    for name, formula in exact_torch.TORCH.items():
        for seed in SEEDS:
            rng = np.random.default_rng([seed, 5])
            arguments = live_torch.random_arguments(name, rng)
            if name not in live_torch.CYCLED:
                arguments["base_lr"] = float(rng.uniform(0.01, 1.0))
            slack = exact.no_slack
            if name == "OneCycleLR":
                slack = exact.rounded_length(formula, arguments)
            yield getattr(torch, name)(**arguments), formula, arguments, slack


def transformers_cases():
    for name in test_compat_transformers.NAMES:
        for seed in SEEDS:
            rng = np.random.default_rng([seed, 5])
            arguments = test_compat_transformers.random_arguments(name, rng)
            arguments["base_lr"] = float(rng.uniform(0.05, 1.0))
            made = getattr(transformers, name)(**arguments)
            yield made, getattr(exact_torch, name), arguments, exact.rounded_period(arguments)


def other_cases(module):
    for function, formula in exact.OTHERS.items():
        if function.__module__.startswith(module.__name__):
            for seed in SEEDS:
                arguments = exact.other_arguments(function, seed)
                yield function(**arguments), formula, arguments, exact.other_slack(arguments)


def relative(pairs):
    """The largest relative difference of arrays, for values above 1e-9 of the peak."""
    worst = 0.0
    for ours, theirs in pairs:
        seen = np.abs(theirs) > 1e-9 * np.abs(theirs).max()
        off = np.abs(ours - theirs)[seen] / np.abs(theirs)[seen]
        worst = max(worst, off.max(initial=0.0))
    return worst


def live_torch_pairs():
    for name in (*live_torch.PLAIN, *live_torch.CYCLED):
        for seed in SEEDS:
            rng = np.random.default_rng([seed, 6])
            arguments = live_torch.random_arguments(name, rng)
            rate = {} if name in live_torch.CYCLED else {"base_lr": 0.1}
            made = live_torch.make(name, live_torch.optimizer(0.1), arguments)
            yield (
                getattr(torch, name)(**rate, **arguments).table(140),
                live_torch.stepped(made, 140),
            )


def live_transformers_pairs():
    for name in test_compat_transformers.NAMES:
        for seed in SEEDS:
            arguments = test_compat_transformers.random_arguments(
                name, np.random.default_rng([seed, 6])
            )
            made = test_compat_transformers.live(name, arguments)
            ours = getattr(transformers, name)(0.1, **arguments)
            yield ours.table(130), live_torch.stepped(made, 130)


def live_timm_pairs():
    for name in test_compat_timm.NAMES:
        for seed in SEEDS:
            arguments = test_compat_timm.random_arguments(name, np.random.default_rng([seed, 6]))
            live = getattr(test_compat_timm.timm, name)(live_torch.optimizer(0.1), **arguments)
            yield getattr(timm, name)(0.1, **arguments).table(130), test_compat_timm.stepped(live)


def live_optax_pairs():
    for name in test_compat_optax.NAMES:
        for seed in SEEDS[:30]:
            arguments = test_compat_optax.random_arguments(name, np.random.default_rng([seed, 6]))
            with test_compat_optax.jax.enable_x64(True):
                theirs = test_compat_optax.evaluated(
                    getattr(test_compat_optax.optax, name)(**arguments)
                )
            yield getattr(optax, name)(**arguments).table(len(theirs)), theirs


def live_keras_pairs():
    for name in test_compat_keras.NAMES:
        for seed in SEEDS[:20]:
            arguments = test_compat_keras.random_arguments(name, np.random.default_rng([seed, 6]))
            asked = test_compat_keras.ASKED
            if name == "CosineDecayRestarts":
                asked = asked[~np.isin(asked, test_compat_keras.restarts(arguments))]
            live = getattr(test_compat_keras.schedules, name)(**arguments)
            theirs = np.array([float(live(int(step))) for step in asked])
            # In float32, rounding errors of half an ulp at the peak are large for small values.
            seen = theirs > 1e-2 * theirs.max()
            yield getattr(keras, name)(**arguments)(asked)[seen], theirs[seen]


ROWS = {
    "torch": (torch_cases, live_torch_pairs),
    "transformers": (transformers_cases, live_transformers_pairs),
    "timm": (lambda: other_cases(timm), live_timm_pairs),
    "optax": (lambda: other_cases(optax), live_optax_pairs),
    "Keras": (lambda: other_cases(keras), live_keras_pairs),
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for library, (cases, pairs) in ROWS.items():
        print(f"{library}: {in_ulp(cases()):.2f} ulp, {relative(pairs()):.1e} of the live library")
