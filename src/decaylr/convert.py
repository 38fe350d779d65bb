"""Configurations of other libraries, read from data, as schedules.

The data of ``torch``, ``optax``, ``timm`` and ``transformers`` is ``{function: {argument:
value}}`` with the names of `decaylr.compat`; an argument that is itself such a function, or a
list of these, is a schedule. Those of ``keras``, ``deepspeed`` and ``megatron`` are their own
configurations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from decaylr.checks import one_of, refuse
from decaylr.compat import deepspeed, keras, megatron, optax, timm, torch, transformers
from decaylr.compat.shared.calls import call
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


class Peer(NamedTuple):
    """A library whose data is read.

    Its data is `{function: {argument: value}}`, or, with a `config_key`, a configuration of its
    own that holds this key.
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
    """The schedule that a configuration of another library describes.

    Parameters
    ----------
    data : mapping
        What a JSON or TOML file of the library's holds: `{function: {argument: value}}` with
        the names of `decaylr.compat.torch`, `.optax`, `.timm` or `.transformers`, the own
        configuration of keras, DeepSpeed or Megatron, or decaylr's own (`Schedule.to_dict`).
    peer : {"torch", "optax", "timm", "transformers", "keras", "deepspeed", "megatron", \
            "decaylr"}, optional
        Whose it is; found out unless given.
    value : {"lr", "momentum", "weight_decay"}
        Which of the things that it schedules: the momentum is that of PyTorch's `CyclicLR` and
        `OneCycleLR` and of DeepSpeed's `OneCycle`, the weight decay that of Megatron.

    Returns
    -------
    Schedule or Plateau
        A Plateau for what answers to a metric.

    Raises
    ------
    TypeError, ValueError
        For data of no known form, unknown functions, types and keys, which the message names,
        wrong parameters, or a value that is not scheduled.

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
        raise TypeError(f"a configuration must be a mapping, got {data!r:.80}")
    one_of("value", value, VALUES)
    whose = _detected(data) if peer is None else one_of("peer", peer, (*PEERS, OWN))
    if whose == OWN:
        made: Any = Schedule.from_dict(data)
    elif PEERS[whose].config_key:
        made = PEERS[whose].module.from_config(data)
    else:
        made = _made(data, functions(whose), whose)
    return _part(made, value)


def functions(peer: str) -> dict[str, Callable[..., Any]]:
    """The functions of `decaylr.compat.<peer>` that take plain arguments, by name."""
    module = PEERS[peer].module
    names = [name for name in module.__all__ if not name.startswith(("from_", "to_"))]
    return {name: getattr(module, name) for name in names}


def written(made: Schedule | Plateau, target: str = OWN) -> Any:
    """Plain data of a schedule: decaylr's own, or what Keras reads.

    Raises
    ------
    TypeError, ValueError
        For an unknown target, or a schedule that the target cannot express.

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


def _detected(data: Mapping[str, Any]) -> str:
    if data.keys() == {"version", "schedule"}:
        return OWN
    for name, peer in PEERS.items():
        if peer.config_key in data:
            return name
    plain = [name for name, peer in PEERS.items() if not peer.config_key]
    found = [name for name in plain if len(data) == 1 and set(data) <= set(functions(name))]
    if len(found) != 1:
        known = f"one of {', '.join(PEERS)}"
        held = ", ".join(repr(key) for key in list(data)[:5])
        raise ValueError(f"the library must be told, {known}: the configuration holds {held}")
    return found[0]


def _made(data: Mapping[str, Any], known: Mapping[str, Callable[..., Any]], path: str) -> Any:
    """The result of one function, its arguments made first."""
    if len(data) != 1:
        refuse(path, "one function's name with its arguments", f"{len(data)} names")
    name, body = next(iter(data.items()))
    here = f"{path}.{name}"
    one_of(path, name, tuple(known))
    if not isinstance(body, Mapping):
        raise TypeError(f"{here} must be a mapping of arguments, got {body!r:.80}")
    arguments = {key: _argument(item, known, f"{here}.{key}") for key, item in body.items()}
    made = call(known[name], arguments, here)
    return made[0] if isinstance(made, tuple) else made  # timm's factory counts epochs as well


def _argument(item: Any, known: Mapping[str, Callable[..., Any]], path: str) -> Any:
    if isinstance(item, list):
        return [_argument(one, known, f"{path}[{i}]") for i, one in enumerate(item)]
    if not isinstance(item, Mapping):
        return item
    if len(item) == 1 and set(item) <= set(known):
        return _made(item, known, path)
    # Files have words for keys; where an argument's keys are steps, all of them are numbers.
    steps = bool(item) and all(isinstance(key, str) and key.isdecimal() for key in item)
    return {int(key): scale for key, scale in item.items()} if steps else item


def _part(made: Any, value: str) -> Schedule | Plateau:
    """The schedule that is asked for, of what a configuration schedules."""
    if isinstance(made, Plateau) and value == "lr":
        return made
    found = made if value == "lr" and isinstance(made, Schedule) else getattr(made, value, None)
    if not isinstance(found, Schedule):
        refuse("value", "one that the configuration schedules", repr(value))
    return found
