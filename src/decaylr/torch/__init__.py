"""PyTorch: `Scheduler` for any optimizer, `Population` to train stacked models together."""

from decaylr.torch.population import Population
from decaylr.torch.scheduler import Scheduler

__all__ = ["Population", "Scheduler"]
