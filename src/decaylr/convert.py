"""Schedules from the configurations of other libraries.

For ``torch``, ``optax``, ``timm`` and ``transformers`` a configuration is ``{function: {argument:
value}}`` with the names of `decaylr.compat`; an argument may itself be such a mapping, or a list
of them. For ``keras``, ``deepspeed`` and ``megatron`` it is the library's own configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from decaylr.checks import one_of, refuse, shown
from decaylr.compat import deepspeed, keras, megatron, optax, timm, torch, transformers
from decaylr.compat.shared.calls import call
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


class Peer(NamedTuple):
    """A library whose configurations can be read.

    Without a `config_key` its configurations are `{function: {argument: value}}`. With one, they
    are in the library's own format, recognised by this key.
    """

    module: ModuleType
    config_key: str = ""


PEERS: dict[str, Peer] = {
    "torch": Peer(torch),
    "optax": Peer(optax),
    "timm": Peer(timm),
    "transformers": Peer(transformers),
    "keras": Peer(keras, "class_name"),
    "deepspeed": Peer(deepspeed, "scheduler"),
    "megatron": Peer(megatron, "lr_decay_style"),
}
OWN = "decaylr"
TARGETS = (OWN, "keras")
VALUES = ("lr", "momentum", "weight_decay")


def convert(data: Any, peer: str | None = None, value: str = "lr") -> Schedule | Plateau:
    """Make the schedule that a configuration of another library describes.

    Parameters
    ----------
    data : mapping
        The content of a JSON or TOML file: `{function: {argument: value}}` with the names of
        `decaylr.compat.torch`, `.optax`, `.timm` or `.transformers`; a configuration of Keras,
        DeepSpeed or Megatron; or decaylr's own format (`Schedule.to_dict`).
    peer : {"torch", "optax", "timm", "transformers", "keras", "deepspeed", "megatron", \
            "decaylr"}, optional
        The library of the configuration; detected if not given.
    value : {"lr", "momentum", "weight_decay"}
        Which scheduled value to return. Momentum is scheduled by PyTorch's `CyclicLR` and
        `OneCycleLR` and by DeepSpeed's `OneCycle`, weight decay by Megatron.

    Returns
    -------
    Schedule or Plateau
        A Plateau if the rate depends on a metric.

    Raises
    ------
    TypeError, ValueError
        If the format is not recognised, a function, type or key is unknown (the message names
        it), a parameter is wrong, or `value` is not scheduled.

    Examples
    --------
    >>> from decaylr.convert import convert
    >>> convert({"StepLR": {"base_lr": 0.5, "step_size": 30, "gamma": 0.5}})(30)
    0.25
    >>> chain = {"LinearLR": {"base_lr": 1.0, "total_iters": 4}}, {"StepLR": {
    ...     "base_lr": 1.0, "step_size": 10, "gamma": 0.5}}
    >>> parts = {"base_lr": 1.0, "schedulers": list(chain), "milestones": [4]}
    >>> convert({"SequentialLR": parts}, "torch")(14)
    0.5
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"a configuration must be a mapping, got {shown(data)}")
    one_of("value", value, VALUES)
    library = _detect(data) if peer is None else one_of("peer", peer, (*PEERS, OWN))
    try:
        return _select(_read(data, library), value)
    except RecursionError:
        raise ValueError("a configuration must be nested less deeply, got more levels") from None


def _read(data: Mapping[str, Any], library: str) -> Any:
    if library == OWN:
        return Schedule.from_dict(data)
    if PEERS[library].config_key:
        return PEERS[library].module.from_config(data)
    return _call_function(data, functions(library), library)


def functions(peer: str) -> dict[str, Callable[..., Any]]:
    """The functions of `decaylr.compat.<peer>` that a configuration may name."""
    module = PEERS[peer].module
    names = [name for name in module.__all__ if not name.startswith(("from_", "to_"))]
    return {name: getattr(module, name) for name in names}


def written(made: Schedule | Plateau, target: str = OWN) -> Any:
    """Write a schedule as plain data: in decaylr's format, or as a Keras configuration.

    Parameters
    ----------
    made : Schedule or Plateau
    target : {"decaylr", "keras"}

    Returns
    -------
    dict or float
        A float for a constant written for Keras.

    Raises
    ------
    TypeError, ValueError
        If the target is unknown or has no class for this schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.convert import written
    >>> written(dl.linear(1.0, 0.0, 100), "keras")["class_name"]
    'PolynomialDecay'
    """
    if one_of("target", target, TARGETS) == OWN:
        return made.to_dict()
    if isinstance(made, Plateau):
        refuse("schedule", "a function of the step, to be written for Keras", type(made).__name__)
    return keras.to_config(made)


def _detect(data: Mapping[str, Any]) -> str:
    if data.keys() == {"version", "schedule"}:
        return OWN
    for name, peer in PEERS.items():
        if peer.config_key in data:
            return name
    by_function = [name for name, peer in PEERS.items() if not peer.config_key]
    matches = [name for name in by_function if len(data) == 1 and set(data) <= set(functions(name))]
    if len(matches) != 1:
        known = f"one of {', '.join(PEERS)}"
        keys = ", ".join(shown(key) for key in list(data)[:5])
        raise ValueError(
            f"the library must be given, {known}: the configuration has the keys {keys}"
        )
    return matches[0]


def _call_function(
    data: Mapping[str, Any], known: Mapping[str, Callable[..., Any]], path: str
) -> Any:
    """Call the one function that the data names, after making its arguments."""
    if len(data) != 1:
        refuse(path, "one function's name with its arguments", f"{len(data)} names")
    name, body = next(iter(data.items()))
    function_path = f"{path}.{name}"
    one_of(path, name, tuple(known))
    if not isinstance(body, Mapping):
        raise TypeError(f"{function_path} must be a mapping of arguments, got {shown(body)}")
    arguments = {
        key: _argument(item, known, f"{function_path}.{key}") for key, item in body.items()
    }
    result = call(known[name], arguments, function_path)
    # timm's factory returns (schedule, number of epochs)
    return result[0] if isinstance(result, tuple) else result


def _argument(item: Any, known: Mapping[str, Callable[..., Any]], path: str) -> Any:
    if isinstance(item, list):
        return [_argument(element, known, f"{path}[{i}]") for i, element in enumerate(item)]
    if not isinstance(item, Mapping):
        return item
    if len(item) == 1 and set(item) <= set(known):
        return _call_function(item, known, path)
    # JSON and TOML keys are strings: a mapping from steps has only decimal keys.
    keys_are_steps = bool(item) and all(isinstance(key, str) and key.isdecimal() for key in item)
    return {int(key): scale for key, scale in item.items()} if keys_are_steps else item


def _select(result: Any, value: str) -> Schedule | Plateau:
    """The schedule of the rate, the momentum or the weight decay."""
    if value == "lr" and isinstance(result, Schedule | Plateau):
        return result
    selected = getattr(result, value, None)
    if not isinstance(selected, Schedule):
        refuse("value", "one that the configuration schedules", shown(value))
    return selected
