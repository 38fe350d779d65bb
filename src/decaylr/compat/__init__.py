"""Peers' schedules by their own signatures: one function each, equal at every position."""

from decaylr.compat import keras, optax, timm, torch, transformers

__all__ = ["keras", "optax", "timm", "torch", "transformers"]
