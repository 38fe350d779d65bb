"""A stored sweep and a stand-in for a training, shared by the examples of this folder."""

import numpy as np

import decaylr as dl

STEPS = 200


def stored_sweep(folder):
    """Forty schedules with their parameters, stored once; a second call computes nothing."""
    sweep = dl.sweep.grid(
        lambda peak, warmup: dl.warmup_cosine(0.0, peak, warmup, STEPS),
        peak=[0.02 * k for k in range(1, 11)],
        warmup=[5, 10, 20, 40],
    )
    return dl.store(sweep, folder / "rates.npy", steps=STEPS)


def final_loss(rates):
    """The loss after gradient descent at these rates on a small noisy problem."""
    noise = np.random.default_rng(0).normal(scale=0.1, size=(len(rates), 3))
    curvature, weights = np.array([1.0, 3.0, 10.0]), np.ones(3)
    for rate, error in zip(rates, noise, strict=True):
        weights -= rate * (curvature * weights + error)
    return float(curvature @ weights**2)
