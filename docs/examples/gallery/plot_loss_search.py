"""
The best of many schedules, by a loss-curve law
===============================================

Schedules of four families share a warmup of 2 160 steps to 3e-4 and end after 24 000 steps.
The multi-power law with its published constants for a language model of 100M parameters ranks them
by the loss that they lead to.

The script draws the picture of the page on losses:
``python docs/examples/gallery/plot_loss_search.py FILE.svg``.
"""

import sys

import numpy as np
from matplotlib import pyplot as plt

import decaylr as dl
from decaylr.laws import MultiPower

STEPS, WARMUP, PEAK = 24000, 2160, 3e-4
RUNS = 1000  # of each family
random = np.random.default_rng(0)
warmup = dl.linear(0.0, PEAK, WARMUP - 1)


def stable(tail, length):
    """The peak until the last steps, then a decay."""
    return dl.join([warmup, dl.constant(PEAK), tail], [WARMUP, STEPS - length])


def lengths():
    """How many steps the decays take."""
    return np.rint(random.uniform(0.02, 1.0, RUNS) * (STEPS - WARMUP))


def ends():
    """The last rates."""
    return PEAK * 10 ** random.uniform(-3, -1, RUNS)


cuts = [lengths() for _ in range(3)]
families = {
    "power": stable(dl.polynomial(PEAK, ends(), cuts[0], random.uniform(0.5, 3, RUNS)), cuts[0]),
    "cosine at the end": stable(dl.cosine(PEAK, ends(), cuts[1]), cuts[1]),
    "exponential": stable(dl.exponential(PEAK, final=(ends(), cuts[2])), cuts[2]),
    "late cosine": warmup.then(
        dl.cosine(PEAK, ends(), STEPS - WARMUP, k=random.uniform(0.5, 4, RUNS))
    ),
}
cosine = warmup.then(dl.cosine(PEAK, PEAK / 10, STEPS - WARMUP))

# %%
# One call predicts the final losses of a family.

law = MultiPower.published("100M", drops_from=WARMUP)
usual = law.predict(cosine, STEPS)
best = {name: law.best(family, STEPS) for name, family in families.items()}

figure, (rates, losses) = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
steps = np.arange(0, STEPS, 20)
at = np.arange(WARMUP, STEPS, 100)
rates.plot(steps, cosine(steps) * 1e4, color="0.5", label=f"cosine to 10 %: {usual:.4f}")
losses.plot(at, law.predict(cosine, STEPS, at), color="0.5")
for name, found in best.items():
    one = found.schedule[0]
    (line,) = rates.plot(steps, one(steps) * 1e4, label=f"{name}: {found.losses[0]:.4f}")
    losses.plot(at, law.predict(one, STEPS, at), color=line.get_color())
rates.set(xlabel="step", ylabel="learning rate × 1e4", title="best of each family, and its loss")
losses.set(xlabel="step", title="predicted loss", ylim=(None, 3.4))
rates.legend(frameon=False, fontsize="small", loc="lower left")
for ax in (rates, losses):
    ax.spines[["top", "right"]].set_visible(False)

if len(sys.argv) > 1 and sys.argv[1].endswith(".svg"):
    plt.rcParams["svg.hashsalt"] = "decaylr"
    figure.savefig(sys.argv[1], metadata={"Date": None})
