"""Joblib: every process opens the store and reads its rows; the table is not sent to it.

pip install decaylr joblib
python docs/examples/search/joblib_rows.py
"""

import tempfile
from pathlib import Path

import joblib
from rows import final_loss, stored_sweep

import decaylr as dl


def trained(path, row):
    """The loss of one row."""
    return final_loss(dl.open(path).values[row])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        stored = stored_sweep(Path(folder))
        jobs = (joblib.delayed(trained)(stored.path, row) for row in range(len(stored.values)))
        losses = joblib.Parallel(n_jobs=2)(jobs)
        best = min(range(len(losses)), key=losses.__getitem__)
        columns = stored.columns
        print(f"best row {best}: peak {columns['peak'][best]:g}, warmup {columns['warmup'][best]}")
