"""
A sweep of mixed families
=========================

One batch holds 64 runs of four families: cosine with warmup, warmup-stable-decay (WSD), exponential
and inverse square root, with peaks, warmups and decays drawn at random. One call evaluates it.

The script draws the picture of the README: ``python docs/examples/gallery/plot_mixed_sweep.py
FILE.svg``.
"""

import sys

import numpy as np
from matplotlib import pyplot as plt

import decaylr as dl

STEPS = 1000
RUNS = 16  # of each family
random = np.random.default_rng(1)
peak = 10 ** random.uniform(-3.3, -2.3, RUNS)
warmup = random.integers(20, 200, RUNS)
decay = random.integers(100, 500, RUNS)

families = {
    "warmup_cosine": dl.warmup_cosine(0.0, peak, warmup, STEPS),
    "wsd": dl.wsd(peak, warmup, STEPS - warmup - decay, decay, decay="1-sqrt"),
    "exponential": dl.warmup(dl.exponential(peak, half_life=decay), warmup),
    "warmup_inverse_sqrt": dl.warmup_inverse_sqrt(peak, warmup),
}
sweep = dl.concatenate(list(families.values()))
table = sweep.table(STEPS)  # shape (64, 1000)

figure, axes = plt.subplots(1, 4, figsize=(10, 2.4), sharey=True, layout="constrained")
colors = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd")
for name, ax, color, rows in zip(families, axes, colors, np.split(table, 4), strict=True):
    ax.plot(rows.T, color=color, linewidth=0.8, alpha=0.8)
    ax.set_title(name, fontsize="medium")
    ax.set_xlabel("step")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("learning rate")

# %%
# Which of these runs spend most? A fold answers without storing a table.

totals = sweep.fold(STEPS).total
print(f"largest sum: run {totals.argmax()}, {totals.max():.3f}")

if len(sys.argv) > 1 and sys.argv[1].endswith(".svg"):
    plt.rcParams["svg.hashsalt"] = "decaylr"
    figure.savefig(sys.argv[1], metadata={"Date": None})
