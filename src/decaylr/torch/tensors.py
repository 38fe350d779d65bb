"""Rates that live in tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch


@torch.no_grad()
def fill(tensors: Sequence[torch.Tensor], values: Sequence[float]) -> None:
    """Put each value into its tensor: one copy from the host for each other device and dtype."""
    kinds: dict[tuple[torch.device, torch.dtype], list[int]] = {}
    for i, tensor in enumerate(tensors):
        if tensor.device.type == "cpu":
            tensor.fill_(values[i])
        else:
            kinds.setdefault((tensor.device, tensor.dtype), []).append(i)
    for (device, dtype), members in kinds.items():
        there = torch.tensor([values[i] for i in members], dtype=dtype).to(device)
        parts = [
            part.view(tensors[i].shape) for i, part in zip(members, there.unbind(), strict=True)
        ]
        torch._foreach_copy_([tensors[i] for i in members], parts)
