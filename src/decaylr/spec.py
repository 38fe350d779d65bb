"""Schedules as plain data: a versioned dict of numbers, lists and words, and JSON.

A node is `{kind: {parameters}}`; a combinator's child stands under "of", several under
"parts". Arrays are nested lists, infinities the strings "inf" and "-inf".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr.kinds import CURVES, KINDS
from decaylr.parameters import Array, IntArray, numbers, refuse

if TYPE_CHECKING:
    from decaylr.schedule import Schedule

VERSION = 1
DEEPEST = 256  # nodes on a path of a schedule


def constructor_arguments(schedule: Schedule) -> dict[str, Any]:
    """What the constructor of this node takes, without its children."""
    arguments: dict[str, Any] = {**schedule._parameters, **schedule._options}
    if "final_value" in arguments:
        arguments["final"] = (arguments.pop("final_value"), arguments.pop("final_steps"))
    return arguments


@cache
def _defaults(kind: str) -> dict[str, Any]:
    from decaylr import curves
    from decaylr.schedule import Schedule

    maker = curves.MAKERS[kind] if kind in CURVES else getattr(Schedule, kind)
    signature = inspect.signature(maker).parameters
    return {name: parameter.default for name, parameter in signature.items()}


def is_default(kind: str, name: str, value: Any) -> bool:
    """Whether leaving the argument out would mean the same."""
    default = _defaults(kind).get(name, inspect.Parameter.empty)
    if default is inspect.Parameter.empty or default is None:
        return False
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and bool(value == default)
    return bool(value == default)


def to_dict(schedule: Schedule) -> dict[str, Any]:
    """The schedule as plain, versioned data."""
    return {"version": VERSION, "schedule": _node(schedule)}


def _node(schedule: Schedule) -> dict[str, Any]:
    from decaylr.structure import anchored

    if schedule._kind != "select":
        schedule = anchored(schedule)
    kind, children = schedule._kind, schedule._children
    body: dict[str, Any] = {}
    if KINDS[kind].children == "one":
        body["of"] = _node(children[0])
    elif KINDS[kind].children == "many":
        body["parts"] = [_node(child) for child in children]
    if kind == "join":
        boundaries = (schedule._parameters[f"boundary{i}"] for i in range(len(children) - 1))
        return {kind: body | {"boundaries": [plain(b) for b in boundaries]}}
    arguments = constructor_arguments(schedule)
    if kind == "ending":
        del arguments["length"]
    return {kind: body | {name: plain(value) for name, value in arguments.items()}}


def plain(value: Any) -> Any:
    """Arrays as numbers and nested lists, infinities as words."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def from_dict(data: Any) -> Schedule:
    """The schedule of `to_dict`'s data; unknown keys and versions are refused.

    Parameters
    ----------
    data : mapping
        `{"version": 1, "schedule": node}`.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For data of another form, with the place in it.

    Examples
    --------
    >>> import decaylr as dl
    >>> node = {"linear": {"init_value": 1.0, "end_value": 0.0, "steps": 4}}
    >>> dl.from_dict({"version": 1, "schedule": node})
    linear(1.0, 0.0, 4)
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"data must be a mapping, got {type(data).__name__}")
    known_keys(data, ("version", "schedule"), "data")
    for key in ("version", "schedule"):
        if key not in data:
            refuse("data", "with the keys version and schedule", f"none named {key!r}")
    if type(data["version"]) is not int:
        raise TypeError(f"version must be an integer, got {data['version']!r:.80}")
    if data["version"] != VERSION:
        refuse("version", str(VERSION), data["version"])
    return from_node(data["schedule"], "schedule")


def known_keys(data: Mapping[str, Any], known: tuple[str, ...], path: str = "") -> None:
    """Refuse keys that have no meaning here."""
    for key in data:
        if key not in known:
            where = f"{path}: " if path else ""
            raise ValueError(f"{where}unknown key {key!r}, known are {', '.join(known)}")


def from_node(node: Any, path: str, depth: int = 0) -> Schedule:
    """The schedule of one node; `path` names it in errors."""
    if depth > DEEPEST:
        raise ValueError(f"schedule must be nested at most {DEEPEST} deep, got more at {path:.80}")
    if not isinstance(node, Mapping) or len(node) != 1:
        raise TypeError(f"{path} must be a mapping of one kind to its parameters, got {node!r:.80}")
    kind, body = next(iter(node.items()))
    known_keys({kind: body}, tuple(KINDS), path)
    here = f"{path}.{kind}"
    if not isinstance(body, Mapping):
        raise TypeError(f"{here} must be a mapping, got {type(body).__name__}")
    arguments = {name: numbered(value) for name, value in body.items() if name not in _CHILDREN}
    children = _build_children(kind, body, here, depth)
    try:
        return _call(kind, arguments, children)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{here}: {error}") from error


_CHILDREN = ("of", "parts")


def _build_children(kind: str, body: Mapping[str, Any], here: str, depth: int) -> list[Schedule]:
    need = {"one": "of", "many": "parts"}.get(KINDS[kind].children)
    for key in _CHILDREN:
        if key in body and key != need:
            raise ValueError(f"{here}: unknown key {key!r}")
    if need is None:
        return []
    if need not in body:
        raise ValueError(f"{here}: {need!r} is missing")
    if need == "of":
        return [from_node(body["of"], f"{here}.of", depth + 1)]
    if not isinstance(body["parts"], list) or not body["parts"]:
        raise TypeError(f"{here}.parts must be a list of nodes, got {body['parts']!r:.80}")
    return [from_node(p, f"{here}.parts[{i}]", depth + 1) for i, p in enumerate(body["parts"])]


def numbered(value: Any) -> Any:
    """Words for infinities as the numbers they stand for."""
    if isinstance(value, list):
        return [numbered(item) for item in value]
    return float(value) if value in ("inf", "-inf") else value


def _call(kind: str, arguments: dict[str, Any], children: list[Schedule]) -> Schedule:
    from decaylr import curves

    if kind in CURVES:
        known_keys(arguments, tuple(_defaults(kind)))
        return _checked_call(curves.MAKERS[kind], arguments)
    if kind in _MAKERS:
        return _MAKERS[kind](children, arguments)
    names = tuple(name for name in _defaults(kind) if name != "self")
    known_keys(arguments, names)
    method: Callable[..., Schedule] = getattr(children[0], kind)
    return _checked_call(method, arguments)


def _checked_call(maker: Callable[..., Schedule], arguments: dict[str, Any]) -> Schedule:
    try:
        inspect.signature(maker).bind(**arguments)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return maker(**arguments)


def _join(children: list[Schedule], arguments: dict[str, Any]) -> Schedule:
    from decaylr.combine import join

    known_keys(arguments, ("boundaries",))
    return join(children, arguments.get("boundaries"))


def _reduce(kind: str) -> Callable[[list[Schedule], dict[str, Any]], Schedule]:
    def build(children: list[Schedule], arguments: dict[str, Any]) -> Schedule:
        from decaylr.combine import reduce

        known_keys(arguments, ())
        return reduce(kind, children)

    return build


def _quotient(children: list[Schedule], arguments: dict[str, Any]) -> Schedule:
    from decaylr.combine import quotient

    known_keys(arguments, ("divisor",))
    if "divisor" not in arguments:
        raise ValueError("divisor is missing")
    return quotient(children[0], arguments["divisor"])


def _negative(children: list[Schedule], arguments: dict[str, Any]) -> Schedule:
    known_keys(arguments, ())
    return -children[0]


def _select(children: list[Schedule], arguments: dict[str, Any]) -> Schedule:
    from decaylr.structure import select

    known_keys(arguments, ("part", "row"))
    indices = [_indices(name, arguments.get(name)) for name in ("part", "row")]
    part, row = indices
    if part.shape != row.shape or part.size == 0:
        refuse("row", f"of the shape of part {part.shape}", f"shape {row.shape}")
    if part.min() < 0 or part.max() >= len(children):
        refuse("part", f"within the {len(children)} parts", f"{part.min()} to {part.max()}")
    sizes = np.array([child.size for child in children])
    if row.min() < 0 or np.any(row >= sizes[part]):
        refuse("row", "within the runs of its part", f"{row.min()} to {row.max()}")
    return select([child.reshape(-1) for child in children], part, row)


def _indices(name: str, value: Any) -> IntArray:
    array: Array = numbers(name, value)
    if array.dtype != np.int64:
        raise TypeError(f"{name} must be integers, got {array.dtype}")
    return array.astype(np.int64)


_MAKERS: dict[str, Callable[[list[Schedule], dict[str, Any]], Schedule]] = {
    "join": _join,
    "sum": _reduce("sum"),
    "product": _reduce("product"),
    "difference": _reduce("difference"),
    "quotient": _quotient,
    "negative": _negative,
    "select": _select,
}


def to_json(schedule: Schedule, indent: int | None = None) -> str:
    """`to_dict` as JSON text."""
    import json

    return json.dumps(to_dict(schedule), indent=indent, allow_nan=False)


def from_json(text: str) -> Schedule:
    """The schedule of `to_json`'s text; ValueError with line and column if it is no JSON.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.from_json(dl.cosine(1.0, 0.0, 8).to_json())
    cosine(1.0, 0.0, 8)
    """
    import json

    if not isinstance(text, (str, bytes)):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"text must be JSON, got {error}") from None
    except RecursionError:
        raise ValueError(f"schedule must be nested at most {DEEPEST} deep, got more") from None
    return from_dict(data)
