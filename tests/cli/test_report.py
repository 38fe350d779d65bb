"""Tables: rounding, ranges and text from users."""

import io

import pytest
from rich.console import Console

from decaylr.cli import report


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (2000.0, "2,000"), (999_999.0, "999,999"), (1.5e6, "1.5M"), (3e12, "3T")],
)
def test_positions_are_in_full_up_to_a_million(number, text):
    assert report.position(number) == text


def test_a_fractional_position_has_four_digits():
    assert report.position(87.654321) == "87.65"


@pytest.mark.parametrize(
    ("number", "text"), [(12.5, "12.5"), (1234.0, "1.234k"), (4.4e7, "44M"), (2.5e9, "2.5G")]
)
def test_large_numbers_have_a_letter(number, text):
    assert report.short(number) == text


@pytest.mark.parametrize("what", ["writing {a}.npz", "writing [/x].npz"])
def test_a_bar_shows_any_name_on_a_terminal(monkeypatch, what):
    shown = io.StringIO()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    page = Console(file=shown, force_terminal=True, width=100)
    monkeypatch.setattr(report, "console", lambda **_: page)
    with report.progress_bar(what, 10, quiet=False) as advance:
        advance(5)
    assert what in shown.getvalue()
