"""Plain data, JSON and files that are refused: always a TypeError or a ValueError."""

import json
import random
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

import decaylr as dl

WRITTEN = json.loads((Path(__file__).parent / "written.json").read_text())["schedules"]
LINE = {"init_value": 1.0, "end_value": 0.0, "steps": 4}


def nested(levels, wrap):
    """Something in `levels` levels of tables or lists."""
    made = 1.0
    for _ in range(levels):
        made = wrap(made)
    return made


DEEP = {
    "lists": nested(100_000, lambda inner: [inner]),
    "nodes": nested(100_000, lambda inner: {"repeat": {"of": inner}}),
    "parts": nested(100_000, lambda inner: {"sum": {"parts": [inner]}}),
    "tables": nested(100_000, lambda inner: {"of": inner}),
}


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize(
    "place",
    [
        lambda deep: deep,
        lambda deep: {"version": deep, "schedule": {"linear": LINE}},
        lambda deep: {"version": 1, "schedule": deep},
        lambda deep: {"version": 1, "schedule": {"constant": deep}},
        lambda deep: {"version": 1, "schedule": {"constant": {"value": deep}}},
        lambda deep: {"version": 1, "schedule": {"samples": {"values": deep}}},
        lambda deep: {"version": 1, "schedule": {"clip": {"of": deep, "lo": 1}}},
        lambda deep: {"version": 1, "schedule": {"sum": {"parts": deep}}},
        lambda deep: {"version": 1, "schedule": {"interpolate": {"kind": deep}}},
    ],
)
def test_deep_data_is_refused(deep, place):
    with pytest.raises((TypeError, ValueError)):
        dl.from_dict(place(deep))
    with pytest.raises((TypeError, ValueError)):
        dl.Plateau.from_dict({"version": 1, "plateau": {"of": deep}})


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"sum": {"parts": ['])
@pytest.mark.parametrize("levels", [300, 1000, 100_000])
def test_deep_text_is_refused(opening, levels, tmp_path):
    text = '{"version": 1, "schedule": ' + opening * levels
    closed = text + "1" + "".join({"[": "]", "{": "}"}[c] for c in reversed(text) if c in "[{")
    for json_text in (text, closed):
        with pytest.raises((TypeError, ValueError)):
            dl.from_json(json_text)
        (tmp_path / "a.json").write_text(json_text.replace("schedule", "schedules"))
        with pytest.raises((TypeError, ValueError)):
            dl.load(tmp_path / "a.json")


@pytest.mark.parametrize("levels", [70, 300, 2000])
def test_a_deep_list_is_no_number(levels):
    with pytest.raises((TypeError, ValueError), match="value must be"):
        dl.constant(nested(levels, lambda inner: [inner]))


@pytest.mark.parametrize("levels", [70, 300, 2000])
@pytest.mark.parametrize("opening", ["[", "{ a = "])
def test_deep_toml_is_refused(levels, opening, tmp_path):
    closing = "]" if opening == "[" else " }"
    path = tmp_path / "a.toml"
    for key in ("constant", "sum", "note", "columns", "length", "x"):
        path.write_text(
            f"version = 1\n[schedules.a]\n{key} = {opening * levels}1{closing * levels}\n"
        )
        with pytest.raises((TypeError, ValueError)):
            dl.load(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "version": 1, "schedule": {"constant": {"value": 1}}}',
        '{"version": 1, "schedule": {"constant": {"value": 1, "value": 2}}}',
        '{"version": 1, "schedule": {"constant": {"value": 1}, "constant": {"value": 1}}}',
        b'{"version": 1, "schedule": {"constant": {"value": 1, "value": 1}}}',
    ],
)
def test_a_key_twice_is_refused(text):
    with pytest.raises(ValueError, match=r"the key '\w+' occurs twice in one object"):
        dl.from_json(text)


@pytest.mark.parametrize(
    "values",
    [
        [True, 2],
        [2, False],
        [1.5, True],
        (1, True),
        [[1, 2], [3, True]],
        [[1.0, 2.0], (True, 2.0)],
        [np.True_, 2],
        [np.array([True, False]), [1, 2]],
        [[1, 2], np.array([True, False])],
        [np.array(True), 2],
    ],
    ids=repr,
)
def test_true_is_no_number_in_a_list_either(values):
    with pytest.raises(TypeError, match="value must be real numbers, got bool"):
        dl.constant(values)


def test_true_is_no_number_in_data_and_files(tmp_path):
    data = {"version": 1, "schedule": {"linear": LINE | {"steps": [True, 2]}}}
    for read, given in ((dl.from_dict, data), (dl.from_json, json.dumps(data))):
        with pytest.raises(TypeError, match="steps must be real numbers, got bool"):
            read(given)
    path = tmp_path / "a.toml"
    for body in (
        "linear = [1, 0, [true, 2]]",
        "columns = { n = [true, 2] }\nlinear = [1, 0, '$n']",
        "axes = { n = [2, true] }\nlinear = [1, 0, '$n']",
        "random = { n = 2, seed = 1, p = { choice = [true, 2] } }\nlinear = [1, 0, '$p']",
        "random = { n = 2, seed = 1, p = { uniform = [false, 2] } }\nlinear = [1, 0, '$p']",
    ):
        path.write_text(f"version = 1\n[schedules.a]\n{body}\n")
        with pytest.raises(TypeError, match="got bool"):
            dl.load(path)


NINES = "9" * 400


@pytest.mark.parametrize("amount", [NINES, f"{NINES}.5", "1e400", "9" * 5000, f"{2**63}", "9e20T"])
@pytest.mark.parametrize("unit", [" steps", " samples", " epochs", "T tokens", "%", " fraction"])
@pytest.mark.parametrize("place", ["length", "steps", "until", "advance", "columns"])
def test_a_long_duration_is_refused(amount, unit, place, tmp_path):
    lines = {
        "length": "length = '{}'\nlinear = [1, 0, 5]",
        "steps": "length = 10\nlinear = [1, 0, '{}']",
        "until": "length = 10\nphases = [{{ linear = [1, 0], until = '{}' }}, {{ constant = 1 }}]",
        "advance": "length = 10\nlinear = [1, 0, 5]\nadvance = '{}'",
        "columns": "columns = {{ n = ['{}'] }}\nlinear = [1, 0, '$n']",
    }[place]
    path = tmp_path / "a.toml"
    clock = "clock = { batch_size = 3, tokens_per_step = 7, steps_per_epoch = 0.3 }"
    path.write_text(f"version = 1\n[schedules.a]\n{clock}\n{lines.format(amount + unit)}\n")
    with pytest.raises((TypeError, ValueError), match=r"schedules\.a"):
        dl.load(path)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 5000, "inf"])
@pytest.mark.parametrize(
    "body",
    [
        "length = {}\nlinear = [1, 0, 5]",
        "linear = [1, 0, {}]\nclip = {{ lo = {} }}",
        "linear = [1, 0, 5]\nrepeat = {}",
        "linear = [1, 0, 5]\nclock = {{ batch_size = {} }}",
        "linear = [1, 0, 5]\nclock = {{ steps_per_epoch = {} }}",
        "axes = {{ n = {{ log = [1, {}], num = 3 }} }}\nconstant = '$n'",
        "axes = {{ n = {{ linear = [1, 2], num = {} }} }}\nconstant = '$n'",
        "random = {{ n = {}, seed = 1, p = {{ uniform = [1, 2] }} }}\nconstant = '$p'",
        "random = {{ n = 2, seed = {}, p = {{ uniform = [1, 2] }} }}\nconstant = '$p'",
        "random = {{ n = 2, seed = 1, p = {{ integers = [0, {}] }} }}\nconstant = '$p'",
    ],
)
def test_a_number_of_many_digits_is_refused(number, body, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("version = 1\n[schedules.a]\n" + body.replace("{}", number).format())
    with pytest.raises((TypeError, ValueError)):
        dl.load(path)


OTHERS = [
    *(
        None,
        True,
        -1,
        0,
        1e308,
        10**400,
        2**63,
        -(2**63),
        float("nan"),
        float("inf"),
        "",
        "x",
        "inf",
    ),
    *([], {}, [[]], [{}], [True, 2], [[1, 2], [3]], ["a", 1], [None], {"of": 1}, {"parts": []}),
    *({"constant": {"value": 1}}, set(), b"x", 1j, object(), np.array(["a"]), np.array([None])),
    *(
        (1, True),
        {1: 2},
        np.ma.masked_array([1.0]),
        "\ud800",
        nested(70, lambda x: [x]),
        DEEP["lists"],
    ),
]


def places(data):
    """Every place in nested data, as a container and its key."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(items):
        yield data, key
        if isinstance(value, (dict, list)) and value is not DEEP["lists"]:
            yield from places(value)


@pytest.mark.parametrize("name", WRITTEN)
def test_changed_data_is_read_or_refused(name):
    draw = random.Random(name)
    for _ in range(10):
        data = deepcopy(json.loads(WRITTEN[name]["json"]))
        container, key = draw.choice(list(places(data)))
        if isinstance(container, dict) and draw.random() < 0.2:
            container[draw.choice(["of", "parts", "steps", "value"])] = container.pop(key)
        else:
            container[key] = draw.choice(OTHERS)
        with suppress(TypeError, ValueError):
            dl.from_dict(data)
