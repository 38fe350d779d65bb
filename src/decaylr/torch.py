"""PyTorch: `Scheduler` for any optimizer, `Population` for stacked models."""

from decaylr.torch_population import Population
from decaylr.torch_scheduler import Scheduler

__all__ = ["Population", "Scheduler"]
