"""Metric-driven schedules: a scale that falls where a metric no longer improves."""

from decaylr.plateau.scale import Plateau

__all__ = ["Plateau"]
