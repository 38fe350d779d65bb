from collections.abc import Callable, Sequence
from typing import Any

from typing_extensions import disjoint_base

from decaylr import _engine

BUILD: tuple[int, str]
LARGEST: int

@disjoint_base
class Column:
    def __init__(
        self,
        name: str,
        key: str,
        index: int,
        source: _engine.Program | Callable[[float], Any],
        rows: Sequence[int] | None,
    ) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def index(self) -> int: ...
    def of_groups(self, groups: int) -> list[float]: ...

@disjoint_base
class Writer:
    def __init__(
        self,
        optimizer: Any,
        columns: list[Column],
        numerator: int,
        denominator: int,
        stride: int,
        tensor: type,
        fill: Callable[[list[Any], list[float]], None],
    ) -> None: ...
    @property
    def columns(self) -> list[Column]: ...
    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...
    @property
    def stride(self) -> int: ...
    @property
    def position(self) -> float: ...
    def step(self, count: int = 1) -> None: ...
    def seek(self, numerator: int) -> None: ...
    def restore(self) -> None: ...
    def adopt(self, other: Writer) -> None: ...
