"""PyTorch: `Scheduler` for optimizers, `Population` for stacked models, `schedule` for graphs."""

from decaylr.torch.population import Population
from decaylr.torch.positions import schedule
from decaylr.torch.scheduler import Scheduler

__all__ = ["Population", "Scheduler", "schedule"]
