"""Metric-driven schedules: reduce the learning rate when a metric stops improving."""

from decaylr.plateau.scale import Plateau

__all__ = ["Plateau"]
