"""Advice: decay rates that reach a target, and the diagnosis of schedules."""

from decaylr.advice.diagnosis import Diagnosis, diagnose
from decaylr.advice.targets import Advice, advise

__all__ = ["Advice", "Diagnosis", "advise", "diagnose"]
