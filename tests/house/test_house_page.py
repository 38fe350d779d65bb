"""docs/inside/house.md draws the layers that are checked, and has a row for every room."""

import re
import tomllib

from tests.paths import ROOT

PAGE = (ROOT / "docs" / "inside" / "house.md").read_text(encoding="utf-8")
ROOM = re.compile(r"\w+(?: \| \w+)*")


def layers():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"][0]["layers"]


def test_its_picture_is_that_of_the_import_linter():
    picture = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
    assert [ROOM.match(line)[0] for line in picture] == layers()


def test_every_folder_has_a_row():
    rows = re.findall(r"^\| (`.+?`) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)/`", row)}
    assert named == {path.parent.name for path in ROOT.glob("src/decaylr/*/__init__.py")}


def test_the_pages_beside_it_are_there():
    for path in sorted((ROOT / "docs" / "inside").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
