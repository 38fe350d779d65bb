"""Weights & Biases: the sweep file that its agents take, drawn as a sweep of decaylr and stored.

The file is read without an account and without the library of Weights & Biases.

    pip install 'decaylr[cli]'
    python docs/examples/search/wandb_rows.py
"""

import tempfile
from pathlib import Path

from rows import STEPS, final_loss

import decaylr as dl


def drawn(path, n):
    """Schedules of n rows that are drawn from the file's distributions."""
    return dl.sweep.sample(
        lambda peak, warmup: dl.warmup_cosine(0.0, peak, warmup, STEPS),
        n=n,
        seed=1,
        **dl.sweep.space(path),
    )


if __name__ == "__main__":
    sweep = drawn(Path(__file__).with_name("wandb_sweep.yaml"), 64)
    with tempfile.TemporaryDirectory() as folder:
        stored = dl.store(sweep, Path(folder) / "rates.npy", steps=STEPS)
        losses = [final_loss(row) for row in stored.values]
        best = min(range(len(losses)), key=losses.__getitem__)
        columns = stored.columns
        print(f"best row {best}: peak {columns['peak'][best]:g}, warmup {columns['warmup'][best]}")
