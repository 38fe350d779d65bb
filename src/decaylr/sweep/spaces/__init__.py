"""Search spaces of Optuna, Ray Tune and Weights & Biases, as distributions for `sample`.

They are read by their names and numbers alone: none of these libraries is imported.
"""

from decaylr.sweep.spaces.reading import space
from decaylr.sweep.spaces.writing import to_optuna, to_wandb

__all__ = ["space", "to_optuna", "to_wandb"]
