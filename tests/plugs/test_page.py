"""docs/plugs.md is what the table of plugs says."""

from tests.plugs.page import PAGE, page
from tests.plugs.table import PLUGS


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.plugs.page"


def test_there_are_enough_places():
    assert len(PLUGS) >= 25
