"""Ray Tune: a trial gets the number of a row, and reads this row from the store.

pip install decaylr 'ray[tune]'
python docs/examples/search/ray_rows.py
"""

import tempfile
from pathlib import Path

import numpy as np
import ray
from ray import tune
from rows import final_loss, stored_sweep

import decaylr as dl


def trial(config):
    """Train with one row; only its number has travelled."""
    tune.report({"loss": final_loss(dl.open(config["path"]).values[config["row"]])})


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    stored = stored_sweep(folder)
    ray.init(
        num_cpus=2, include_dashboard=False, runtime_env={"working_dir": Path(__file__).parent}
    )
    columns = stored.columns
    rows = np.flatnonzero((columns["warmup"] == 5) & (columns["peak"] < 0.09)).tolist()
    space = {"path": str(stored.path), "row": tune.grid_search(rows)}
    run = tune.RunConfig(storage_path=str(folder / "ray"), verbose=0)
    results = tune.Tuner(trial, param_space=space, run_config=run).fit()
    best = results.get_best_result("loss", "min").config["row"]
    print(f"best row {best}: peak {columns['peak'][best]:g}, warmup {columns['warmup'][best]}")
    ray.shutdown()
