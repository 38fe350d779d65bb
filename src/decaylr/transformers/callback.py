"""`PlateauCallback`: tells the `Plateau` of a `Scheduler` the metrics of a `Trainer`."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from decaylr.checks import refuse
from decaylr.torch.scheduler import Scheduler


class PlateauCallback(TrainerCallback):
    """Gives the metric of each evaluation to the `Plateau` in the Trainer's scheduler.

    `Trainer` steps a `Scheduler` after each optimizer step and passes metrics only to classes of
    its own: without this callback a plateau in it never hears one. The state of the plateau is
    in that of the scheduler, so it is saved and resumed with the Trainer's checkpoints.

    Parameters
    ----------
    metric : str, optional
        The metric, with or without its prefix "eval_". By default the training argument
        `metric_for_best_model`, or the loss.

    Raises
    ------
    TypeError
        At an evaluation, if the scheduler is no `decaylr.torch.Scheduler` with a `Plateau`.
    ValueError
        At an evaluation, if it has no such metric.

    Examples
    --------
    >>> from decaylr.transformers import PlateauCallback
    >>> PlateauCallback("accuracy").name(None)
    'eval_accuracy'
    """

    def __init__(self, metric: str | None = None) -> None:
        self._metric = metric

    def name(self, args: Any) -> str:
        """The metric's key in the metrics of an evaluation."""
        metric = self._metric or getattr(args, "metric_for_best_model", None) or "loss"
        return metric if metric.startswith("eval_") else f"eval_{metric}"

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Called by the Trainer after each evaluation."""
        scheduler, metrics = kwargs.get("lr_scheduler"), kwargs["metrics"]
        scheduler = getattr(scheduler, "scheduler", scheduler)  # inside accelerate's
        if not isinstance(scheduler, Scheduler):
            rule = "a decaylr.torch.Scheduler with a Plateau"
            raise TypeError(f"the Trainer's scheduler must be {rule}, got {type(scheduler)}")
        name = self.name(args)
        if name not in metrics:
            refuse("metric", f"one of the evaluation's ({', '.join(metrics)})", name)
        scheduler.update(metrics[name])
