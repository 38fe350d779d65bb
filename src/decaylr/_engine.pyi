from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_FloatArray = npt.NDArray[np.float64]
_IntArray = npt.NDArray[np.int64]

INSTRUCTION_SET: str
INTERFACE: int

class FloatEnvironment:
    def __init__(self) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *raised: object) -> None: ...

class Program:
    def __init__(self, data: tuple[Any, ...]) -> None: ...
    @property
    def runs(self) -> int: ...
    @property
    def refuses(self) -> bool: ...
    def _root(self) -> object: ...
    def table(
        self,
        first_run: int,
        runs: int,
        start: int,
        stride: int,
        steps: int,
        by_steps: bool,
        threads: tuple[int, bool],
        out: npt.NDArray[Any],
    ) -> None: ...
    def gather(
        self,
        positions: npt.NDArray[Any],
        runs: _IntArray | None,
        threads: tuple[int, bool],
        out: _FloatArray,
    ) -> int: ...
    def fold(
        self, start: int, steps: int, threads: tuple[int, bool]
    ) -> tuple[_FloatArray, _FloatArray, _IntArray, _FloatArray, _FloatArray]: ...
    def below(
        self,
        start: int,
        steps: int,
        threads: tuple[int, bool],
        origin: _IntArray,
        limit: _FloatArray,
    ) -> _IntArray: ...
    def counts(
        self, start: int, steps: int, threads: tuple[int, bool], limit: _FloatArray
    ) -> _IntArray: ...
    def annealing(
        self, start: int, steps: int, threads: tuple[int, bool], momentum: _FloatArray
    ) -> _FloatArray: ...
    def annealing_at(
        self,
        start: int,
        steps: int,
        threads: tuple[int, bool],
        momentum: _FloatArray,
        indices: _IntArray,
    ) -> _FloatArray: ...
    def totals(
        self, start: int, steps: int, threads: tuple[int, bool], indices: _IntArray
    ) -> _FloatArray: ...

def first_misplaced(positions: npt.NDArray[Any]) -> int: ...
def cycles_total(
    period: npt.ArrayLike, growth: npt.ArrayLike, count: npt.ArrayLike, whole: bool
) -> _FloatArray: ...
def update_plateau(
    rule: str,
    highest: bool,
    relative: bool,
    window_size: int,
    parameters: dict[str, npt.NDArray[Any]],
    state: dict[str, npt.NDArray[Any]],
    base: _FloatArray,
    metrics: _FloatArray,
) -> None: ...
def annealing_law(
    program: Program,
    positions: _IntArray,
    threads: tuple[int, bool],
    constants: Sequence[float],
    warmup_sum: float,
    drops_from: int,
) -> _FloatArray: ...
def multi_power(
    program: Program,
    positions: _IntArray,
    threads: tuple[int, bool],
    constants: Sequence[float],
    warmup_sum: float,
    drops_from: int,
    slopes: bool,
) -> _FloatArray: ...
def functional(
    program: Program,
    positions: _IntArray,
    threads: tuple[int, bool],
    constants: Sequence[float],
    warmup_sum: float,
    drops_from: int,
    slopes: bool,
) -> _FloatArray: ...
def convex_bound(
    program: Program, positions: _IntArray, threads: tuple[int, bool]
) -> _FloatArray: ...
def plateau_rules() -> list[str]: ...
def curve_names() -> list[str]: ...
def combinator_names() -> list[str]: ...
def build_info() -> dict[str, Any]: ...
def variables(*names: str) -> tuple[bytes | None, ...]: ...
def threads_at_work() -> tuple[int, int]: ...
