"""Writing hyperparameters that are tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch


@torch.no_grad()
def fill(tensors: Sequence[torch.Tensor], values: Sequence[float]) -> None:
    """Fill each tensor with its value.

    Tensors on other devices than the CPU need one host-to-device copy per device and dtype.
    """
    groups: dict[tuple[torch.device, torch.dtype], list[int]] = {}
    for i, tensor in enumerate(tensors):
        if tensor.device.type == "cpu":
            tensor.fill_(values[i])
        else:
            groups.setdefault((tensor.device, tensor.dtype), []).append(i)
    for (device, dtype), indices in groups.items():
        on_device = torch.tensor([values[i] for i in indices], dtype=dtype).to(device)
        elements = [
            element.view(tensors[i].shape)
            for i, element in zip(indices, on_device.unbind(), strict=True)
        ]
        torch._foreach_copy_([tensors[i] for i in indices], elements)
