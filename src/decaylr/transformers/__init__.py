"""transformers: the metric of an evaluation for a `Plateau` in a `Trainer`."""

from decaylr.transformers.callback import PlateauCallback

__all__ = ["PlateauCallback"]
