"""The functions of `decaylr.compat` under the names that files use for their originals."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from decaylr.compat import deepspeed, keras, optax, timm, torch, transformers

MODULES: dict[str, ModuleType] = {
    "torch": torch,
    "optax": optax,
    "timm": timm,
    "transformers": transformers,
    "keras": keras,
    "deepspeed": deepspeed,
}
# The first words of import paths, as in "torch.optim.lr_scheduler.StepLR".
PACKAGES = {
    **{name: name for name in MODULES},
    "tensorflow": "keras",
    "tf_keras": "keras",
    "lightning": "torch",
    "pytorch_lightning": "torch",
}


def functions(library: str) -> dict[str, Callable[..., Any]]:
    """The functions of `decaylr.compat.<library>` that a file may name."""
    module = MODULES[library]
    names = [name for name in module.__all__ if not name.startswith(("from_", "to_"))]
    return {name: getattr(module, name) for name in names}


def function_of_path(path: Any) -> Callable[..., Any] | None:
    """The function for an import path; None if there is none, such as for an optimizer."""
    if not isinstance(path, str):
        return None
    first, _, rest = path.partition(".")
    if not rest:
        return functions("torch").get(path)
    library = PACKAGES.get(first)
    return None if library is None else functions(library).get(path.rpartition(".")[2])
