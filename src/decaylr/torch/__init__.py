"""PyTorch: `Scheduler` for any optimizer, `Population` for stacked models."""

from decaylr.torch.population import Population
from decaylr.torch.scheduler import Scheduler

__all__ = ["Population", "Scheduler"]
