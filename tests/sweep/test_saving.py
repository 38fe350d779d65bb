"""`Sweep.save` writes what `load` reads back equal, or refuses before anything is written."""

import json
import tempfile
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr.sweep import Entry, Sweep, grid
from tests.strategies.curves import examples
from tests.strategies.trees import batches

SUFFIXES = (".toml", ".json")
LINE = dl.linear(1.0, 0.0, 10)
ENDLESS = dl.constant(1.0)
NAMES = [
    *(
        "",
        " ",
        "a b",
        "a.b",
        "a/b",
        '"',
        "'",
        "\\",
        "$a",
        "previous",
        "inf",
        "80%",
        "[x]",
        "#",
        "=",
    ),
    *(
        "λr",
        "Ωmega",
        "η₀",
        "学習率",
        "😀",
        "👩‍🚀",
        "\u00e9",
        "e\u0301",
        "\ufeff",
        "\u2028",
        "\U0010ffff",
    ),
    *("\n", "\r\n", "\t", "\0", "\x1b[0m", "\x7f", "\x85", "version", "length", "columns", "unit"),
    *("linear", "-", "1", "1.5", "true", "\ud7ff", "\ue000", "\uffff"),
]
NUMBERS = [
    *([0.0, -0.0], [np.inf, -np.inf], [np.nan, 1.0], [5e-324, -5e-324], [2.2250738585072014e-308]),
    *([1.7976931348623157e308], [0.1, 1 / 3], [1e16, 1e-5, 1e22], [1.0, 2.0]),
    *([2**63 - 1, -(2**63)], [0], [2**53 + 1]),
]


def bits(array):
    array = np.asarray(array)
    return array.shape, array.dtype.kind, [float(x).hex() for x in array.flat], array.tolist()


def content(schedule):
    return schedule.to_json()  # all digits; -0.0 and 0.0, and 1 and 1.0, differ


def check_equal(found, expected):
    assert found.names == expected.names
    assert found.units == expected.units
    assert found.lengths == expected.lengths
    for name, entry in expected.entries.items():
        again = found.entries[name]
        assert again.schedule == entry.schedule
        assert content(again.schedule) == content(entry.schedule)
        assert dict(again.about) == dict(entry.about)
        assert list(again.columns) == list(entry.columns)
        for key, column in entry.columns.items():
            np.testing.assert_equal(bits(again.columns[key]), bits(column))


def check_comes_back(*entries):
    sweep = Sweep.of(entries)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in SUFFIXES:
            path = Path(folder) / f"saved{suffix}"
            sweep.save(path)
            check_equal(dl.load(path), sweep)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_keys_and_texts(name):
    columns = {name: np.array([1.0, 2.0]), f"{name}2": np.array([3, 4])}
    about = {"name": name, "source": name, "note": f"{name} {name}", "year": 2024}
    check_comes_back(
        Entry(name, dl.linear([1.0, 2.0], 0.0, 10), "epoch", 5.5, columns, about),
        Entry(f"{name}!", LINE, length=10.0),
    )


@pytest.mark.parametrize("numbers", NUMBERS, ids=str)
def test_numbers_in_columns(numbers):
    values = np.array(numbers)
    batch = dl.constant(np.ones(len(values)))
    check_comes_back(Entry("a", batch, "token", 10.0, {"x": values}))


@pytest.mark.parametrize(
    "schedule",
    [
        dl.constant([-0.0, 0.0, 5e-324]),
        dl.linear(1, 0, 2**63 - 1),
        dl.linear(1.0, -0.0, 10.0),
        dl.interpolate([0, 5, 10], [1.0, 0.5, 0.0], kind="previous"),
        dl.interpolate([0, 5, 10], [1.0, 0.5, 0.0], kind="pchip").then(dl.constant(2.0)),
        dl.exponential(0.1, 0.5, 10, staircase=True),
        dl.polynomial(1.0, 0.0, 10, 2.0, rise=True),
        dl.cosine(1.0, 0.0, 10).repeat(count=3),
        dl.cosine(1.0, 0.0, 10).ending("mirror"),
        dl.cosine([1.0, 2.0], 0.0, 10).clip(lo=0.1),
        dl.stack([LINE, dl.cosine(1.0, 0.0, 7), ENDLESS]),
        dl.samples([[1.0, -0.0], [5e-324, 3.0]]),
        dl.warmup_cosine(0.0, [1.0, 2.0], 10, 100),
        dl.one_cycle(1.0, 100),
        LINE.advance(10),
    ],
    ids=lambda s: repr(s)[:50],
)
@pytest.mark.parametrize("length", [10, 2.5, np.inf])
def test_schedules_and_lengths(schedule, length):
    check_comes_back(Entry("a", schedule, "sample", length))


def test_an_option_may_be_a_word_of_the_language(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(
        "version = 1\n[schedules.named]\n"
        'interpolate = [[0, 5, 10], [1.0, 0.5, 0.0]]\nkind = "previous"\n'
        "[schedules.listed]\n"
        'phases = [{ linear = [0, 3], steps = 5 }, { interpolate = [[0, 5], ["previous", 0], '
        '"previous"] }]\n'
    )
    found = dl.load(path)
    assert found["named"] == dl.interpolate([0, 5, 10], [1.0, 0.5, 0.0], kind="previous")
    assert found["listed"](5) == 3.0
    assert found["listed"](9) == 3.0


def test_a_length_of_inf_is_no_horizon(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('version = 1\n[schedules.a]\nlength = "inf"\nlinear = [1, 0, 10]\n')
    assert dl.load(path).lengths == (np.inf,)
    path.write_text('version = 1\n[schedules.a]\nlength = "inf"\nlinear = [1, 0, "50%"]\n')
    with pytest.raises(ValueError, match="a percentage needs the entry's length"):
        dl.load(path)


def test_a_schedule_that_is_over_at_position_0():
    check_comes_back(Entry("a", LINE.advance(10), length=0.0))


def test_a_sweep_without_entries_is_one_entry(tmp_path):
    found = grid(dl.linear, init_value=[1.0, np.pi], end_value=[0.0], steps=[5, 6, 7])
    for suffix in SUFFIXES:
        found.save(tmp_path / f"s{suffix}")
        again = dl.load(tmp_path / f"s{suffix}").entries["sweep"]
        assert again.schedule == found.schedule
        assert {key: bits(x) for key, x in again.columns.items()} == {
            key: bits(x) for key, x in found.columns.items()
        }


TWO_RUNS = dl.linear([1.0, 2.0], 0.0, 10)


def sweep_of(schedule=LINE, **options):
    return Sweep.of((Entry(options.pop("name", "a"), schedule, **options),))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("sweep", "error", "says"),
    [
        (sweep_of(name="a\ud800"), ValueError, "name must be text without lone surrogates"),
        (sweep_of(name=3), TypeError, "name must be of type str, got 3"),
        (sweep_of(about={"note": "\udfff"}), ValueError, "a.note must be text without lone"),
        (sweep_of(about={"note": 3}), TypeError, "a.note must be of type str, got 3"),
        (sweep_of(about={"year": "2024"}), TypeError, "a.year must be of type int, got '2024'"),
        (sweep_of(about={"year": True}), TypeError, "a.year must be of type int, got True"),
        (sweep_of(about={"author": "x"}), ValueError, "unknown key 'author', known are name"),
        (sweep_of(unit="day"), ValueError, "a.unit must be one of step, sample"),
        (sweep_of(length=0.0), ValueError, "a.length must be finite and > 0, got 0.0"),
        (sweep_of(length=-1.0), ValueError, "a.length must be finite and > 0, got -1.0"),
        (sweep_of(length=np.nan), ValueError, "a.length must be finite and > 0, got nan"),
        (sweep_of(length=None), TypeError, "None|NoneType"),
        (
            sweep_of(TWO_RUNS, columns={"x": np.array([1.0])}),
            ValueError,
            r"shape \(2,\) of the sch",
        ),
        (sweep_of(TWO_RUNS, columns={"x": np.array(1.0)}), ValueError, r"got shape \(\)"),
        (sweep_of(TWO_RUNS, columns={"x": np.ones((2, 2))}), ValueError, r"got shape \(2, 2\)"),
        (sweep_of(TWO_RUNS, columns={"x": np.array([True, False])}), TypeError, "real numbers"),
        (sweep_of(TWO_RUNS, columns={"x": np.array(["a", "b"])}), TypeError, "real numbers"),
        (sweep_of(TWO_RUNS, columns={"x": np.array([1j, 2])}), TypeError, "real numbers"),
        (sweep_of(TWO_RUNS, columns={"x": np.array([None, 2])}), TypeError, "real numbers"),
        (
            sweep_of(TWO_RUNS, columns={"x": np.array([2**64 - 1, 2], np.uint64)}),
            ValueError,
            "at most",
        ),
        (
            sweep_of(TWO_RUNS, columns={"\ud800": np.ones(2)}),
            ValueError,
            "a key of columns must be",
        ),
        (
            sweep_of(TWO_RUNS, columns={3: np.ones(2)}),
            TypeError,
            "a key of columns must be of type",
        ),
        (Sweep(ENDLESS, None, (Entry("a", LINE),)), ValueError, "schedule must be that of all"),
        (Sweep(TWO_RUNS, {"x": np.ones(3)}), ValueError, r"shape \(2,\) of the schedule"),
    ],
)
def test_what_a_file_cannot_hold_is_refused_before_anything_is_written(
    sweep, error, says, suffix, tmp_path
):
    path = tmp_path / f"s{suffix}"
    path.write_text("before")
    with pytest.raises(error, match=says):
        sweep.save(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_tree_comes_back_or_is_refused_at_every_depth(suffix, tmp_path):
    for depth in (50, 120, 180, 240, 255):
        deep = dl.linear(1.0, 0.0, 1000)
        for _ in range(depth):
            deep = deep.advance(1)
        path = tmp_path / f"{depth}{suffix}"
        refusal = None
        try:
            Sweep(deep).save(path)
        except ValueError as error:
            refusal = str(error)
        if refusal is None:
            assert dl.load(path)["sweep"] == deep
        else:
            assert depth > 50, refusal
            assert "nested" in refusal
            assert not path.exists()


def test_two_entries_of_one_name_are_refused():
    with pytest.raises(ValueError, match="entries must be of different names, got 'a' twice"):
        Sweep.of((Entry("a", LINE), Entry("a", ENDLESS)))


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"path must be a \.toml or \.json file, got s\.txt"):
        Sweep(LINE).save(tmp_path / "s.txt")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.one_of(
    st.lists(st.floats(), min_size=2, max_size=2),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2),
)
ABOUT = st.fixed_dictionaries(
    {}, optional={"name": TEXTS, "year": st.integers(), "source": TEXTS, "note": TEXTS}
)
LENGTHS = st.one_of(
    st.just(np.inf), st.floats(0, exclude_min=True, allow_infinity=False), st.integers(1, 2**60)
)


@st.composite
def entries(draw, name):
    columns = draw(st.dictionaries(TEXTS, VALUES.map(np.array), max_size=3))
    unit = draw(st.sampled_from(["step", "sample", "token", "epoch", "fraction"]))
    return Entry(name, TWO_RUNS, unit, draw(LENGTHS), columns, draw(ABOUT))


@examples(100)
@given(st.data())
def test_whatever_an_entry_holds_comes_back(data):
    names = data.draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
    check_comes_back(*(data.draw(entries(name)) for name in names))


@examples(60)
@given(batches())
def test_whatever_schedule_comes_back(drawn):
    check_comes_back(Entry("a", drawn.schedule))


ANY_TEXT = st.text(st.characters(), max_size=4)


@examples(60)
@given(name=ANY_TEXT, key=ANY_TEXT, note=ANY_TEXT)
def test_any_text_comes_back_or_is_refused(name, key, note):
    entry = Entry(name, TWO_RUNS, columns={key: np.ones(2)}, about={"note": note})
    try:
        (name + key + note).encode()
    except UnicodeEncodeError:
        with pytest.raises(ValueError, match="lone surrogates"):
            check_comes_back(entry)
    else:
        check_comes_back(entry)


def test_the_text_is_standard_toml_and_json(tmp_path):
    sweep = sweep_of(name="λ 😀", about={"note": 'a "b"\x7f\n'})
    for suffix, parse in ((".toml", tomllib.loads), (".json", json.loads)):
        sweep.save(tmp_path / f"s{suffix}")
        data = parse((tmp_path / f"s{suffix}").read_text(encoding="utf-8"))
        assert data["schedules"]["λ 😀"]["note"] == 'a "b"\x7f\n'
