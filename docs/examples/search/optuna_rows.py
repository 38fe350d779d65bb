"""Optuna: a study that chooses rows of a stored sweep by their parameters.

pip install decaylr optuna
python docs/examples/search/optuna_rows.py
"""

import tempfile
from pathlib import Path

import numpy as np
import optuna
from rows import final_loss, stored_sweep


def objective(stored):
    """A function of a trial: it suggests parameters, and trains with the row that has them."""
    columns = stored.columns
    peaks, warmups = np.unique(columns["peak"]).tolist(), np.unique(columns["warmup"]).tolist()

    def trial_loss(trial):
        peak = trial.suggest_categorical("peak", peaks)
        warmup = trial.suggest_categorical("warmup", warmups)
        (row,) = np.flatnonzero((columns["peak"] == peak) & (columns["warmup"] == warmup))
        trial.set_user_attr("row", int(row))
        return final_loss(stored.values[row])

    return trial_loss


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        stored = stored_sweep(Path(folder))
        grid = {name: np.unique(stored.columns[name]).tolist() for name in ("peak", "warmup")}
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        # A grid, so that every row is tried; leave the sampler out to try the promising ones.
        study = optuna.create_study(sampler=optuna.samplers.GridSampler(grid, seed=0))
        study.optimize(objective(stored), n_trials=len(stored.values))
        best, found = study.best_trial.user_attrs["row"], study.best_params
        print(f"best row {best}: peak {found['peak']:g}, warmup {found['warmup']}")
