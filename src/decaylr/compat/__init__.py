"""Peers' schedules by their own signatures: one function each, equal at every position."""

from decaylr.compat import deepspeed, keras, megatron, optax, timm, torch, transformers

__all__ = ["deepspeed", "keras", "megatron", "optax", "timm", "torch", "transformers"]
