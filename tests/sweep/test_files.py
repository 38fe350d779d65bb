"""The language of sweep files: its meaning and its errors."""

import json
import re

import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT


@pytest.fixture
def read(tmp_path):
    def load(text, suffix=".toml"):
        path = tmp_path / f"sweep{suffix}"
        path.write_text(text)
        return dl.load(path)

    return load


@pytest.fixture
def one(read):
    def load(body):
        return read(f"version = 1\n[schedules.a]\n{body}")["a"]

    return load


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("constant = 0.1", dl.constant(0.1)),
        ("linear = [1, 0]\nsteps = 10", dl.linear(1, 0, 10)),
        ("linear = { init_value = 1, end_value = 0, steps = 10 }", dl.linear(1, 0, 10)),
        ("multi_step = [0.1, [30, 60], 0.5]", dl.multi_step(0.1, [30, 60], 0.5)),
        ("samples = [[0.1, 0.2, 0.3]]", dl.samples([0.1, 0.2, 0.3])),
        ("cosine = [1, 0]\nsteps = 10\nadvance = 3", dl.cosine(1, 0, 10).advance(3)),
        ("cosine = [1, 0]\nsteps = 10\nfloor = 0.1", dl.cosine(1, 0, 10).clip(lo=0.1)),
        ("cosine = [1, 0]\nsteps = 10\ncap = 0.5", dl.cosine(1, 0, 10).clip(hi=0.5)),
        ("cosine = [1, 0]\nsteps = 10\ntimes = 2", dl.cosine(1, 0, 10) * 2),
        ("cosine = [1, 0]\nsteps = 10\nplus = 1\ntimes = 2", (dl.cosine(1, 0, 10) + 1) * 2),
        ("cosine = [1, 0]\nsteps = 10\ntimes = 2\nplus = 1", dl.cosine(1, 0, 10) * 2 + 1),
        ("cosine = [1, 0]\nsteps = 10\nstretch = 2", dl.cosine(1, 0, 10).stretch(2)),
        ("cosine = [1, 0]\nsteps = 10\nstaircase = 5", dl.cosine(1, 0, 10).staircase(5)),
        ('cosine = [1, 0]\nsteps = 10\nending = "mirror"', dl.cosine(1, 0, 10).ending("mirror")),
        ("cosine = [1, 0]\nsteps = 10\nrepeat = 3", dl.cosine(1, 0, 10).repeat(count=3)),
        (
            "cosine = [1, 0]\nsteps = 10\nrepeat = { period_scale = 2 }",
            dl.cosine(1, 0, 10).repeat(period_scale=2),
        ),
        (
            "exponential = [0.1, 0.5]\ndecay_steps = 10\nstaircase = true",
            dl.exponential(0.1, 0.5, 10, staircase=True),
        ),
        (
            "exponential = 0.1\nfinal = [0.01, 100]",
            dl.exponential(0.1, final=(0.01, 100)),
        ),
        (
            "phases = [{ linear = [0, 1], steps = 10 }, { cosine = [1, 0], steps = 90 }]",
            dl.linear(0, 1, 10).then(dl.cosine(1, 0, 90)),
        ),
        (
            "phases = [{ cosine = [1, 0], steps = 10, length = 5 }, { constant = 2 }]",
            dl.join([dl.cosine(1, 0, 10), dl.constant(2)], [5]),
        ),
        (
            "phases = [{ constant = 1, until = 8 }, { constant = 2, length = 3 }, "
            "{ constant = 3 }]",
            dl.join([dl.constant(1), dl.constant(2), dl.constant(3)], [8, 11]),
        ),
        (
            "product = [{ linear = [0, 1], steps = 9 }, { inverse = [1, 1], power = 0.5 }]",
            dl.linear(0, 1, 9) * dl.inverse(1, 1, power=0.5),
        ),
        (
            "sum = [{ linear = [0, 1], steps = 9 }, { phases = [{ constant = 1 }] }]",
            dl.linear(0, 1, 9) + dl.constant(1),
        ),
        (
            "phases = [{ linear = [0, 1], until = 10 }, { cosine = [1, 0], length = 90 }]",
            dl.linear(0, 1, 10).then(dl.cosine(1, 0, 90)),
        ),
        (
            "phases = [{ cosine = [1, 0, 20], until = 10 }, { constant = 2 }]",
            dl.join([dl.cosine(1, 0, 20), dl.constant(2)], [10]),
        ),
        ('constant = "1/14"', dl.constant(1 / 14)),
        ('step = [1, 1, "1/1.15"]', dl.step(1, 1, 1 / 1.15)),
        ("constant = 2\nwarmup = 10", dl.warmup(2.0, 10)),
        (
            'multi_step = [1, [30], 0.1]\nwarmup = { steps = 10, clock = "under" }',
            dl.warmup(dl.multi_step(1, [30], 0.1), 10, clock="under"),
        ),
        (
            'constant = 2\nwarmup = { steps = 10, shape = ["polynomial", 4] }',
            dl.warmup(2.0, 10, shape=("polynomial", 4)),
        ),
        (
            "clip = { of = { linear = { init_value = 1, end_value = 0, steps = 3 } }, lo = 0.1 }",
            dl.linear(1, 0, 3).clip(lo=0.1),
        ),
    ],
)
def test_nodes(one, body, expected):
    assert one(body) == expected


def test_previous_is_where_the_phase_before_is_left(one):
    s = one(
        "phases = [{ cosine = [1, 0], steps = 8, length = 4 }, "
        '{ linear = ["previous", 0], steps = 5 }]'
    )
    assert s(4) == dl.cosine(1, 0, 8)(4)
    assert s(9) == 0.0


@pytest.mark.parametrize(
    ("settings", "written", "positions"),
    [
        ('unit = "token"\nclock = { tokens_per_step = 4096 }', "2000 steps", 8_192_000),
        ('unit = "token"', "1.5T tokens", 1_500_000_000_000),
        ('unit = "token"', "3B tokens", 3_000_000_000),
        ('unit = "step"\nclock = { steps_per_epoch = 5004 }', "90 epochs", 450_360),
        ("length = 1000", "80%", 800),
        ('unit = "step"\nclock = { batch_size = 256 }', "51_200 samples", 200),
    ],
)
def test_durations(one, settings, written, positions):
    s = one(f'{settings}\nlinear = [1, 0]\nsteps = "{written}"')
    assert s == dl.linear(1, 0, positions)


def test_axes_columns_and_random(read):
    sweep = read(
        """
version = 1
[schedules.axes]
axes = { peak = { log = [1e-4, 1e-2], num = 3 }, n = [10, 20] }
linear = ["$peak", 0]
steps = "$n"
[schedules.columns]
columns = { peak = [1, 2], n = [10, 20] }
linear = ["$peak", 0]
steps = "$n"
[schedules.random]
random = { n = 4, seed = 7, method = "random", p = { uniform = [1, 2] }, m = { choice = [5, 9] } }
linear = ["$p", 0]
steps = "$m"
"""
    )
    peaks = np.geomspace(1e-4, 1e-2, 3)
    assert sweep["axes"] == dl.linear(peaks[:, None], 0, [10, 20])
    assert sweep["columns"] == dl.linear([1, 2], 0, [10, 20])
    assert sweep["random"].shape == (4,)
    again = np.random.default_rng(7).uniform(1, 2, 4)
    assert sweep["random"](0).tolist() == again.tolist()
    assert sweep.schedule.shape == (6 + 2 + 4,)


def test_json_is_the_same_language(read):
    data = {"version": 1, "schedules": {"a": {"linear": [1, 0], "steps": 4, "unit": "epoch"}}}
    sweep = read(json.dumps(data), ".json")
    assert (sweep["a"](1), sweep.units, sweep.lengths) == (0.75, ("epoch",), (4.0,))


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("linear = [1, 0]\nstep = 10", ValueError, "exactly one of"),
        ("linear = [1, 0]\nstepz = 10", ValueError, "unknown key 'stepz', known are init_value"),
        ("linear = [1, 0]", TypeError, "missing a required argument: 'steps'"),
        (
            "linear = [1, 0, 5]\nfoo = 1",
            ValueError,
            r"schedules.a.linear: unknown key 'foo', known",
        ),
        (
            "linear = [1, 0, 0]",
            ValueError,
            r"schedules.a.linear: steps must be finite and > 0, got 0",
        ),
        ("linear = [1, 0, true]", TypeError, "steps must be real numbers, got bool"),
        ("linear = { init = 1 }", ValueError, "unknown key 'init', known are init_value"),
        ("foo = 1", ValueError, "exactly one of constant, linear.*got the keys foo"),
        ("unit = 'day'\nconstant = 1", ValueError, "unit must be one of step, sample"),
        ("length = -1\nconstant = 1", ValueError, "length must be finite and > 0, got -1"),
        ("length = 'x'\nconstant = 1", TypeError, "length must be a number, got 'x'"),
        ("phases = []", TypeError, "phases must be a list of tables"),
        ("phases = [3]", TypeError, r"phases\[0\] must be a table, got 3"),
        ("phases = [{ constant = 1 }, { constant = 2 }]", ValueError, "at least|finite|infinite"),
        (
            "phases = [{ constant = 1, until = 5, length = 3 }]",
            ValueError,
            "must have length or until, not both",
        ),
        (
            "phases = [{ constant = 1, until = 5 }, { constant = 1, until = 3 }, { constant = 2 }]",
            ValueError,
            r"phases\[1\]\.until must be at or after 5, got 3",
        ),
        ("linear = ['previous', 0, 4]", ValueError, "needs a phase before"),
        ("linear = ['$peak', 0, 4]", ValueError, "unknown key 'peak'"),
        (
            "phases = [{ constant = 1, until = 'x' }, { constant = 2 }]",
            TypeError,
            r"a\.phases\[0\]\.until must be real numbers",
        ),
        (
            "phases = [{ constant = 1, length = -3 }, { constant = 2 }]",
            ValueError,
            r"a\.phases\[0\]\.length must be finite and >= 0, got -3",
        ),
        ("constant = '1.2.3/4'", ValueError, r"a\.constant: could not convert"),
        ("constant = 1\nname = 3", TypeError, r"a\.name must be of type str, got 3"),
        ("constant = 1\nyear = true", TypeError, r"a\.year must be of type int, got True"),
        (
            "constant = 1\nclock = { foo = 3 }",
            ValueError,
            "unknown key 'foo', known are batch_size",
        ),
        ("axes = { p = [1, 2] }\nconstant = 3", ValueError, r"refer to each of its columns \$p"),
        (
            "axes = { p = { log = [-1, 2], num = 3 } }\nconstant = '$p'",
            ValueError,
            r"a\.axes: p\.log must be finite and > 0, got -1",
        ),
        (
            "axes = { p = { log = [1, 2], num = 0 } }\nconstant = '$p'",
            ValueError,
            r"a\.axes: p\.num must be >= 1, got 0",
        ),
        (
            "sum = [{ constant = [[1, 2]] }, { constant = [[1, 2, 3]] }]",
            ValueError,
            r"a\.sum: parameters must broadcast together",
        ),
        ("linear = [1, 0, '3 weeks']", ValueError, "a unit must be one of step.*got 'week'"),
        ("linear = [1, 0, '3 tokens']", ValueError, "tokens_per_step"),
        ("linear = [1, 0, '50%']", ValueError, "a percentage needs the entry's length"),
        ("linear = [1, 0, 5]\nrepeat = { period = 0 }", ValueError, r"repeat: period must be"),
        (
            "axes = { p = [] }\nconstant = '$p'",
            ValueError,
            "p must be a number or a list of at least one number",
        ),
        ("axes = { p = { log = [1, 2] } }\nconstant = '$p'", ValueError, "with num"),
        ("random = { n = 3, p = { uniform = [0, 1] } }\nconstant = '$p'", ValueError, "no seed"),
        (
            "random = { n = 3, seed = 1, p = { gauss = [0, 1] } }\nconstant = '$p'",
            ValueError,
            "unknown key 'gauss', known are uniform",
        ),
        (
            "axes = { p = [1, 2] }\ncolumns = { q = [1, 2, 3] }\nconstant = '$p'",
            ValueError,
            r"refer to each of its columns \$p, \$q, got a schedule of shape \(2, 1\)",
        ),
    ],
)
def test_refusals_name_the_place_and_the_rule(one, body, error, message):
    with pytest.raises(error, match=message):
        one(body)


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("version = 1\n[schedules.a\n", ".toml", r"malformed TOML: .*line 2"),
        ("version = 1\n[schedules.a]\nx = 1\nx = 2\n", ".toml", r"malformed TOML: .*line 4"),
        ('{"version": 1,\n "schedules": [}', ".json", "malformed JSON: .*line 2 column"),
        ('{"version": 1, "version": 1}', ".json", "'version' occurs twice"),
        ("version = 2\n[schedules.a]\nconstant = 1", ".toml", "version must be 1, got 2"),
        ("[schedules.a]\nconstant = 1", ".toml", "version must be 1, got none"),
        ("version = 1\nfoo = 3", ".toml", "unknown key 'foo', known are version, title, schedules"),
        ("version = 1\n[schedules]", ".toml", "at least one entry"),
        ("version = 1", ".ini", "must be a file that ends in one of .toml, .json"),
        ("version = 1\nx = " + "[" * 10**6, ".toml", "nested too deeply|malformed"),
        ('{"version": 1, "schedules": ' + "[" * 10**6, ".json", "nested too deeply|malformed"),
    ],
)
def test_malformed_files(read, text, suffix, message):
    with pytest.raises(ValueError, match=message):
        read(text, suffix)


def test_deep_but_well_formed_nesting_is_refused(read):
    node = '{ "constant": 1 }'
    for _ in range(400):
        node = f'{{ "phases": [{node}] }}'
    with pytest.raises(ValueError, match="nested"):
        read(f'{{"version": 1, "schedules": {{"a": {node}}}}}', ".json")


def test_the_page_about_the_language_shows_files_that_load(read):
    page = (ROOT / "docs/files.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 5
    found = [read("version = 1\n" + block.removeprefix("version = 1\n")) for block in blocks]
    assert [sweep.names for sweep in found] == [
        ("gpt2", "resnet50"),
        ("tokens",),
        ("search",),
        ("shares",),
        ("mixed.cosine", "mixed.stable"),
    ]
    assert found[1]["tokens"](1_600_000_000_000) == 4.2e-4
    assert found[1]["tokens"](2_000_000_000_000) == 4.2e-5
    assert found[2]["search"].shape == (10_000,)


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.toml"):
        dl.load(tmp_path / "none.toml")


def test_an_absent_name_is_a_key_error(read):
    with pytest.raises(KeyError, match="b"):
        read("version = 1\n[schedules.a]\nconstant = 1")["b"]
