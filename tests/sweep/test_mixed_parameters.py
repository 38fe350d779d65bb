"""Entries that mix axes, columns, random rows, numbers and expressions; constraints; families."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

import decaylr as dl
from decaylr import sweep


@pytest.fixture
def read(tmp_path):
    def load(body):
        path = tmp_path / "s.toml"
        path.write_text(f"version = 1\n[schedules.a]\n{body}")
        return dl.load(path)

    return load


def rows(entry):
    """The parameters of every run, as dicts."""
    columns = {name: np.asarray(c).ravel().tolist() for name, c in entry.columns.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_all_kinds_of_parameters_in_one_entry(read):
    found = read("""
axes = { peak = { log = [1e-4, 1e-1], num = 4 }, shape = 2, decay = [100, 300] }
columns.warmup = [10, 20, 30]
columns.stable = [5, 6, 7]
columns.floor = 0.0
columns.total = "$warmup + $stable + $decay"
random = { n = 5, seed = 3, gamma = { uniform = [0.2, 0.9] }, final = "$peak * 0.1", one = 1 }
phases = [
  { linear = ["$floor", "$peak"], steps = "$warmup" },
  { constant = "$peak", length = "$stable" },
  { polynomial = ["$peak", "$final * $gamma / $one"], power = "$shape", until = "$total" },
]
""")
    entry = found.entries["a"]
    assert entry.schedule.shape == (4, 2, 3, 5)
    gammas = np.random.default_rng(3).uniform(0.2, 0.9, 5)
    for i, peak in enumerate(np.geomspace(1e-4, 1e-1, 4)):
        for j, decay in enumerate((100, 300)):
            for k, (warmup, stable) in enumerate(((10, 5), (20, 6), (30, 7))):
                for g, gamma in enumerate(gammas):
                    end = peak * 0.1 * gamma / 1
                    wanted = dl.join(
                        [
                            dl.linear(0.0, peak, warmup),
                            dl.constant(peak),
                            dl.polynomial(peak, end, decay, 2),
                        ],
                        [warmup, warmup + stable],
                    )
                    run = entry.schedule[i, j, k, g]
                    assert run.table(400).tolist() == wanted.table(400).tolist()
                    assert entry.columns["total"][i, j, k, g] == warmup + stable + decay
    assert entry.columns["total"].dtype == np.int64


def test_expressions_may_be_written_in_any_order_and_anywhere(read):
    found = read("""
columns = { c = "$b * 2", b = "$a + 1", a = [0.1, 0.7] }
cosine = { init_value = "$c", end_value = "0.03 * $a", steps = "round(100 * $b)" }
""")
    a = np.array([0.1, 0.7])
    b = a + 1
    assert found["a"] == dl.cosine(b * 2, 0.03 * a, np.rint(100 * b).astype(int))


def test_constraints_leave_out_runs_and_count_them(read):
    body = """
axes = { warmup = { linear = [0, 90], num = 10 }, n = [100, 300, 900] }
random = { n = 40, seed = 1, lr = { uniform = [0.1, 0.9] } }
constraints = ["$warmup < 0.1 * $n", "$lr > 0.3 or $warmup == 0"]
wsd = { peak_value = "$lr", warmup_steps = "$warmup", stable_steps = 0, decay_steps = "$n" }
"""
    entry = read(body).entries["a"]
    everything = rows(read(body.replace("constraints", "#")).entries["a"])
    kept = [
        row
        for row in everything
        if row["warmup"] < 0.1 * row["n"] and (row["lr"] > 0.3 or row["warmup"] == 0)
    ]
    assert rows(entry) == kept
    assert entry.rejected == 10 * 3 * 40 - len(kept) > 0
    assert entry.schedule.shape == (len(kept),)


@pytest.mark.parametrize("name", ["sobol", "lhs"])
def test_sequences_are_those_of_scipy(read, name):
    body = """
random.n = 100
random.seed = 5
random.method = "%s"
random.lr = { loguniform = [1e-4, 1e-1] }
random.n_steps = { integers = [3, 9] }
random.k = { choice = [0.1, 0.3, 0.7] }
linear = ["$lr", "$k"]
steps = "$n_steps"
"""  # fmt: skip
    found = read(body % name).entries["a"].columns
    engine = {"sobol": qmc.Sobol, "lhs": qmc.LatinHypercube}[name]
    points = engine(3, rng=np.random.default_rng(5)).random(128 if name == "sobol" else 100)[:100]
    log = np.log10(found["lr"])
    np.testing.assert_allclose((log + 4) / 3, points[:, 0], rtol=0, atol=1e-9)
    assert found["n_steps"].tolist() == [3 + int(6 * q) for q in points[:, 1]]
    assert found["k"].tolist() == [(0.1, 0.3, 0.7)[int(3 * q)] for q in points[:, 2]]


@pytest.mark.parametrize("method", [None, "sobol"])
def test_more_rows_keep_the_first_bit_for_bit(method):
    def draw(n):
        return sweep.sample(
            lambda lr, steps, p: dl.polynomial(lr, 0.0, steps, abs(p) + 0.1),
            n,
            seed=11,
            method=method,
            lr=sweep.loguniform(1e-4, 1e-1),
            steps=sweep.integers(10, 1000),
            p=stats.norm(0.3, 0.1),
        ).columns

    few, many = draw(1000), draw(4096)
    for name in few:
        np.testing.assert_array_equal(few[name], many[name][:1000])
    ks = stats.kstest(many["p"], stats.norm(0.3, 0.1).cdf)
    assert ks.statistic < 0.005  # of independent draws about 0.02


def test_one_random_column_is_plain_random_and_methods_are_chosen():
    found = sweep.sample(dl.constant, 50, seed=2, value=sweep.uniform(0, 1), steps=7)
    np.testing.assert_array_equal(
        found.columns["value"], np.random.default_rng(2).uniform(0, 1, 50)
    )
    assert found.columns["steps"].tolist() == [7] * 50
    for method in ("random", "lhs", "sobol"):
        drawn = sweep.sample(dl.constant, 50, seed=2, method=method, value=sweep.uniform(0, 1))
        again = sweep.sample(dl.constant, 50, seed=2, method=method, value=sweep.uniform(0, 1))
        other = sweep.sample(dl.constant, 50, seed=3, method=method, value=sweep.uniform(0, 1))
        assert drawn.schedule == again.schedule != other.schedule


class OnlyDraws:
    def rvs(self, size, random_state):
        return random_state.uniform(0.1, 0.9, size)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (
            {"method": "halton"},
            ValueError,
            "method must be one of random, sobol, lhs, got 'halton'",
        ),
        ({"method": "sobol", "value": OnlyDraws()}, TypeError, 'with ppf .*method="random" needs'),
        ({"steps": [3, 4]}, ValueError, r"steps must be a distribution or a number, got shape"),
        ({"steps": "many"}, TypeError, "steps must be"),
    ],
)
def test_refusals_of_samples(arguments, error, says):
    with pytest.raises(error, match=says):
        sweep.sample(dl.constant, 8, seed=1, **({"value": sweep.uniform(0, 1)} | arguments))


FAMILIES = """
length = 2000
random = { n = %d, seed = 1, peak = { loguniform = [1e-4, 1e-1] } }
[schedules.a.families.cosine]
weight = 3
cosine = ["$peak", 0, 2000]
[schedules.a.families.wsd]
random = { decay = { integers = [100, 500] } }
constraints = ["$decay > 150"]
wsd = { peak_value = "$peak", warmup_steps = 0, stable_steps = 1000, decay_steps = "$decay" }
[schedules.a.families.exp]
weight = 0.5
axes = { rate = [0.9, 0.99] }
exponential = ["$peak", "$rate"]
"""


def test_families_share_the_rows_by_weight_and_keep_them_when_there_are_more(read):
    few, many = read(FAMILIES % 900), read(FAMILIES % 2500)
    assert few.names == ("a.cosine", "a.wsd", "a.exp")
    cosine, wsd, exp = (few.entries[name] for name in few.names)
    sizes = [cosine.schedule.size, wsd.schedule.size + wsd.rejected, exp.schedule.size // 2]
    assert sum(sizes) == 900
    for size, weight in zip(sizes, (3, 1, 0.5), strict=True):
        assert abs(size - 900 * weight / 4.5) < 4
    assert wsd.rejected > 0
    assert wsd.columns["decay"].min() > 150
    assert exp.schedule.shape == (2, sizes[2])
    for name in few.names[:2]:
        for column, values in few.entries[name].columns.items():
            longer = many.entries[name].columns[column]
            np.testing.assert_array_equal(values[:100], longer[:100], err_msg=f"{name} {column}")
    assert not set(cosine.columns["peak"]) & set(exp.columns["peak"].ravel())


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (
            'axes = { p = [1] }\ncolumns = { p = [1] }\nconstant = "$p"',
            ValueError,
            "a: parameters must be in one of axes, columns and random, got p twice",
        ),
        (
            'columns = { p = "$q", q = "$p" }\nconstant = "$p"',
            ValueError,
            r"a\.columns\.p must be an expression of other parameters, got a circle of p, q",
        ),
        (
            'columns = { p = [1], q = "$p * $r" }\nconstant = "$p"',
            ValueError,
            r"a\.columns\.q: '\$p \* \$r': unknown key 'r', known are p",
        ),
        (
            'columns = { p = [1, 2] }\nconstraints = ["$p > 3"]\nconstant = "$p"',
            ValueError,
            r"a\.constraints must be true in at least one run, got none of 2",
        ),
        (
            'columns = { p = [1, 2] }\nconstraints = "$p > 1"\nconstant = "$p"',
            TypeError,
            r"a\.constraints must be a list of conditions",
        ),
        (
            'columns = { p = [1, 2] }\nconstraints = ["$p > 1", "$p +"]\nconstant = "$p"',
            ValueError,
            r"a\.constraints\[1\]: an expression must be arithmetic",
        ),
        (
            'random = { n = 3, seed = 1, method = "halton", p = { uniform = [0, 1] } }\n'
            'constant = "$p"',
            ValueError,
            r"a\.random: method must be one of random, sobol, lhs, got 'halton'",
        ),
        ("constant = 1\nfamilies = 3", TypeError, r"a\.families must be a table of schedules"),
        (
            "[schedules.a.families.b]\nweight = 2\nconstant = 1",
            ValueError,
            r"families\.b\.weight must be given only beside schedules\.a\.random",
        ),
        (
            "random = { n = 3, seed = 1, p = { uniform = [0, 1] } }\n"
            '[schedules.a.families.b]\nweight = -1\nconstant = "$p"',
            ValueError,
            r"families\.b\.weight must be finite and > 0, got -1",
        ),
        (
            "random = { n = 3, seed = 1, p = { uniform = [0, 1] } }\n"
            '[schedules.a.families.b]\nrandom = { n = 4 }\nconstant = "$p"',
            ValueError,
            r"families\.b\.random\.n must be given once, for all families, got 4",
        ),
    ],
)
def test_refusals_name_the_place_and_the_rule(read, body, error, says):
    with pytest.raises(error, match=says):
        read(body)
