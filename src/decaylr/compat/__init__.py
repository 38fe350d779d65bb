"""Peers' schedules by their own signatures: one function each, equal at every position."""

from decaylr.compat import keras, optax, torch, transformers

__all__ = ["keras", "optax", "torch", "transformers"]
