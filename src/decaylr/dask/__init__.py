"""Sweeps on a Dask cluster (extra `dask`): tables, folds and stores.

Folds travel, tables do not: a task gets the few parameters of its own runs, and hands back their
sums, or writes its block where it is. Folding a Dask table is about 1000 times slower than `fold`.
"""

from decaylr.dask.folding import fold
from decaylr.dask.storing import store
from decaylr.dask.tables import table

__all__ = ["fold", "store", "table"]
