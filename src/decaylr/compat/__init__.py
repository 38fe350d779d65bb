"""The schedules of other libraries, one function each, with that library's own signature.

Each function returns a decaylr schedule that has the library's value at every step.
"""

from decaylr.compat import deepspeed, keras, megatron, optax, timm, torch, transformers

__all__ = ["deepspeed", "keras", "megatron", "optax", "timm", "torch", "transformers"]
