"""PyTorch: `Scheduler` for optimizers, `Population` for stacked models, `schedule` for graphs."""

from decaylr.checks import missing_library

try:
    from decaylr.torch.population import Population
    from decaylr.torch.positions import schedule
    from decaylr.torch.scheduler import Scheduler
except ModuleNotFoundError as error:
    raise missing_library(error, "torch") from error

__all__ = ["Population", "Scheduler", "schedule"]
