"""The figures in `figures.toml`: the benchmark and the target of each row."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FIGURES = Path(__file__).parents[1] / "figures.toml"


@dataclass(frozen=True)
class Row:
    """One figure of the page."""

    work: str
    benchmark: str
    params: tuple
    unit: str
    most: float | None
    least: float | None

    @property
    def name(self) -> str:
        """The benchmark with its parameters, the name used by reasons and by the page."""
        params = f"({', '.join(map(str, self.params))})" if self.params else ""
        return self.benchmark + params

    @property
    def wanted(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return f"≥ {self.least:g} {self.unit}" if self.least is not None else ""

    def shown(self, value: float) -> str:
        return f"{rounded(value):g} {self.unit}"

    def reached(self, value: float) -> bool:
        """Whether the rounded value meets the target, or there is no target."""
        most = float("inf") if self.most is None else self.most
        least = float("-inf") if self.least is None else self.least
        return least <= rounded(value) <= most


def rounded(value: float) -> float:
    """The value rounded to three digits, the precision of a median of times."""
    return float(f"{value:.3g}")


def _rows(figure: dict) -> list[Row]:
    shared = {"benchmark": figure["benchmark"], "unit": figure["unit"]}
    return [
        Row(
            work=": ".join(filter(None, (figure["work"], row.get("of")))),
            params=tuple(row.get("params", ())),
            most=row.get("most"),
            least=row.get("least"),
            **shared,
        )
        for row in figure["rows"]
    ]


def load(path: Path = FIGURES) -> tuple[list[Row], dict[str, str]]:
    """All rows, and a mapping from row names to reasons."""
    data = tomllib.loads(path.read_text())
    rows = [row for figure in data["figures"] for row in _rows(figure)]
    reasons = data.get("reasons", [])
    return rows, {name: reason["why"].strip() for reason in reasons for name in reason["rows"]}
