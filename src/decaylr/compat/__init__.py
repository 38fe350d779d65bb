"""Peers' schedules by their own signatures: one function each, equal at every position."""

from decaylr.compat import torch

__all__ = ["torch"]
