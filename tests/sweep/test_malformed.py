"""Malformed sweep files: each is answered with the file, the line, the key and what is expected."""

import json
import re

import pytest

import decaylr as dl

# A file whose entry `b` is wrong in one line; `@` marks it. The key and the rule follow.
WRONG = [
    ("@linear = [1, 0, 0]", "b.linear", "steps must be finite and > 0"),
    ("linear = [1, 0]\n@steps = -3", "b.linear", "steps must be finite and > 0"),
    ("@linear = [1, 0]\nstepz = 3", "b.linear", "unknown key 'stepz'"),
    ("@linear = [1, 0, true]", "b.linear", "steps must be real numbers"),
    ("@linear = [1, 0, '3 weeks']", "b.linear", "a unit must be one of step"),
    ("@linear = [1, 0, '50%']", "b.linear", "a percentage needs"),
    ("@linear = ['previous', 0, 4]", "b.linear", "needs a phase before"),
    ("@unit = 'day'\nconstant = 1", "b.unit", "must be one of step"),
    ("@length = -1\nconstant = 1", "b.length", "must be finite and > 0"),
    ("constant = 1\n@length = 'x'", "b.length", "must be a number"),
    ("constant = 1\n@name = 3", "b.name", "must be of type str"),
    ("constant = 1\n@year = 'old'", "b.year", "must be of type int"),
    ("@clock = { foo = 3 }\nconstant = 1", "b.clock", "unknown key 'foo'"),
    ("phases = [\n { constant = 1, length = 3 },\n @{ cosine = [1, 0, 0] },\n]",
     "b.phases[1].cosine", "steps must be"),
    ("phases = [\n @3,\n]", "b.phases[0]", "must be a table"),
    ("phases = [\n { constant = 1, until = 5},\n @{ constant = 2, until = 3},\n {constant = 2}\n]",
     "b.phases[1].until", "must be at or after 5"),
    ("@phases = []", "b.phases", "must be a list of tables"),
    ("sum = [\n { constant = 1 },\n @{ linear = [1, 0] },\n]", "b.sum[1].linear", "steps"),
    ("linear = [1, 0, 5]\n@repeat = { period = 0 }", "b.linear.repeat", "period must be"),
    ("linear = [1, 0, 5]\n@stretch = 0", "b.linear.stretch", "must be"),
    ("@axes = { p = [] }\nconstant = '$p'", "b.axes", "at least one number"),
    ("@axes = { p = { log = [-1, 2], num = 3 } }\nconstant = '$p'", "b.axes", "> 0, got"),
    ("@columns = { p = [1, 2], q = [1, 2, 3] }\nconstant = '$p'", "b.columns", "broadcast"),
    ("columns.p = [1, 2]\n@columns.q = '$r * 2'\nconstant = '$q'", "b.columns.q", "'r'"),
    ("columns = { p = [1, 2] }\n@constant = '$q'", "b.constant", "unknown key 'q'"),
    ("columns = { p = [1, 2] }\n@constant = '$p +'", "b.constant", "must be arithmetic"),
    ("@random = { n = 3, p = { uniform = [0, 1] } }\nconstant = '$p'", "b.random", "no seed"),
    ("@random = { n = 3, seed = 1, p = { gauss = [0, 1] } }\nconstant = '$p'", "b.random",
     "unknown key 'gauss'"),
    ("columns = { p = [1, 2] }\nconstraints = [\n '$p > 1',\n @'$p > ',\n]\nconstant = '$p'",
     "b.constraints[1]", "must be arithmetic"),
    ("@constraints = 3\nconstant = 1", "b.constraints", "must be a list of conditions"),
    ("[F]\n@linear = [1, 0, 0]", "b.families.c.linear", "steps"),
    ("[F]\n@weight = 2\nconstant = 1", "b.families.c.weight", "given"),
]  # fmt: skip
BEFORE = 'version = 1\n[schedules.a]\nlinear = [1, 0]\nsteps = 3\nname = "b = 3"\n\n[schedules.b]\n'


@pytest.mark.parametrize(("body", "key", "rule"), WRONG)
def test_each_says_file_line_key_and_rule(body, key, rule, tmp_path):
    path = tmp_path / "wrong.toml"
    marked = BEFORE + body.replace("[F]", "[schedules.b.families.c]")
    path.write_text(marked.replace("@", ""))
    line = marked[: marked.index("@")].count("\n") + 1
    # The place of a function's argument is that of the function.
    lines = {line, line - 1} if body.startswith("linear = [1, 0]\n@steps") else {line}
    with pytest.raises((TypeError, ValueError)) as caught:
        dl.load(path)
    message = str(caught.value)
    found = re.match(rf"{re.escape(str(path))}:(\d+): ", message)
    assert found, message
    assert int(found[1]) in lines, message
    assert f"schedules.{key}" in message
    assert rule in message


def test_there_are_thirty():
    assert len(WRONG) >= 30


def test_json_has_lines_too(tmp_path):
    data = {"version": 1, "schedules": {"a": {"linear": [1, 0, 4]}, "b": {"phases": [
        {"linear": [0, 1, 5]}, {"cosine": [1, 0, 0]}]}}}  # fmt: skip
    text = json.dumps(data, indent=1)
    (tmp_path / "s.json").write_text(text)
    line = text[: text.index('"cosine"')].count("\n")  # its table begins a line earlier
    with pytest.raises(
        ValueError, match=rf"s\.json:({line}|{line + 1}): schedules\.b\.phases\[1\]"
    ):
        dl.load(tmp_path / "s.json")


def test_what_has_no_place_has_no_line(tmp_path):
    (tmp_path / "s.toml").write_text("version = 3")
    with pytest.raises(ValueError, match=r"s\.toml: version must be 1"):
        dl.load(tmp_path / "s.toml")
