"""The page of a report: what it holds, and what it does in headless Chromium."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

import decaylr as dl
from decaylr.cli import main
from decaylr.report import rows, write_report
from decaylr.sweep import Entry, Sweep
from tests.peers.installed import REQUIRED
from tests.report.browser import CHROMIUM, Page

HOSTILE = (
    "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
)
RNG = np.random.default_rng(2)
PEAKS = RNG.choice(np.arange(1, 200) / 1000, 120, replace=False)
STEPS = RNG.integers(100, 400, 120)
SWEEP = Sweep.of(
    (
        Entry(
            "cosine", dl.cosine(PEAKS, 0.03 * PEAKS, STEPS), length=400.0,
            columns={"peak": PEAKS, "steps": STEPS, "<b>k": PEAKS * 0.03},
        ),
        Entry(
            HOSTILE, dl.wsd([0.3, 0.7], 10, 100, 30), length=140.0,
            columns={"peak": np.array([0.3, 0.7])},
        ),
    )
)  # fmt: skip
SUMMARY = SWEEP.summary()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    if CHROMIUM is None:
        assert not REQUIRED, "chromium is not installed"
        pytest.skip("needs chromium")
    folder = tmp_path_factory.mktemp("report")
    write_report(SWEEP, folder / "r.html", title=HOSTILE, where="total < 20", limit=3)
    with Page(folder / "r.html", folder / "profile") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _as_opened(request):
    yield
    if "page" in request.fixturenames:
        page = request.getfixturevalue("page")
        page.evaluate(
            "Plotly.restyle('parallel', Object.fromEntries(report.axes.map((_, i) =>"
            "[`dimensions[${i}].constraintrange`, [null]]))).then(() => null)"
        )
        page.evaluate("state.filters = {}; state.order = null; state.chosen.clear(); show()")


def shown(page):
    """The names and numbers of the runs in the table, in order."""
    found = page.evaluate(
        "[...document.querySelectorAll('tbody tr')].map((line) => "
        "[line.children[1].textContent, Number(line.children[2].textContent)])"
    )
    return [(name, run) for name, run in found]


def runs_where(holds):
    return [(row["name"], row["run"]) for row in SUMMARY.to_dicts() if holds(row)]


def brush(page, name, low, high):
    """Keep a range of an axis, as dragging along it does."""
    page.evaluate(
        f"(() => {{ const i = report.parallel.data[0].dimensions.findIndex((d) => d.label === "
        f"{json.dumps(name)}); return Plotly.restyle('parallel', "
        f"{{[`dimensions[${{i}}].constraintrange`]: [[{low}, {high}]]}}).then(() => null); }})()"
    )


def test_it_opens_without_errors_and_requests(page):
    assert page.errors == []
    assert all(re.match(r"(file|data|blob):", url) for url in page.requests), page.requests
    assert page.evaluate("document.title") == HOSTILE
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert len(shown(page)) == 122
    assert page.evaluate("document.querySelectorAll('.family .main-svg').length") > 0
    assert page.evaluate("document.querySelectorAll('#parallel canvas').length") > 0


def test_brushing_two_axes_keeps_exactly_the_runs_inside(page):
    brush(page, "steps", 150.5, 300.5)
    brush(page, "total", np.log10(2.0), np.log10(9.0))  # a logarithmic axis
    kept = runs_where(
        lambda r: r["steps"] is not None and 150.5 <= r["steps"] <= 300.5 and 2 <= r["total"] <= 9
    )
    assert 5 < len(kept) < 100
    assert sorted(shown(page)) == sorted(kept)
    assert page.evaluate("document.getElementById('count').textContent").startswith(
        f"{len(kept)} of"
    )


def test_a_click_on_a_name_sorts_and_another_turns_the_order(page):
    click = "[...document.querySelectorAll('th')].find((c) => c.dataset.name === 'total').click()"
    page.evaluate(click)
    falling = sorted(SUMMARY.to_dicts(), key=lambda r: -r["total"])
    assert shown(page) == [(r["name"], r["run"]) for r in falling]
    page.evaluate(click)
    assert shown(page) == [(r["name"], r["run"]) for r in reversed(falling)]


def test_filters_are_comparisons_or_parts_of_the_text(page):
    page.evaluate("state.filters = { steps: '>= 200', name: 'COS' }; show()")
    kept = runs_where(lambda r: r["steps"] is not None and r["steps"] >= 200)
    assert sorted(shown(page)) == sorted(kept)


def test_a_click_marks_the_curve(page):
    page.evaluate("[...document.querySelectorAll('tbody tr')][5].click()")
    name, run = shown(page)[5]
    curves = page.evaluate(
        "report.figures.map((_, i) => document.getElementById(`family-${i}`).data.at(-1).y)"
    )
    (marked,) = [curve for curve in curves if len(curve)]
    entry = SWEEP.entries[name]
    length = entry.length
    positions = np.floor(np.arange(64) / 64 * length)
    np.testing.assert_allclose(marked, entry.schedule[run](positions), rtol=1e-6)
    assert page.evaluate("document.querySelectorAll('tr.marked').length") == 1


def test_ticked_rows_leave_as_a_sweep_file_with_the_same_bits(page, tmp_path):
    page.evaluate("URL.createObjectURL = (blob) => { window.saved = blob.text(); return '#'; }")
    page.evaluate(
        "for (const i of [121, 3, 120]) document.querySelectorAll('tbody input')[i].click()"
    )
    wanted = [shown(page)[i] for i in (3, 120, 121)]
    page.evaluate("document.getElementById('save').click()")
    (tmp_path / "s.json").write_text(page.evaluate("window.saved"))
    found = dl.load(tmp_path / "s.json")
    assert found.names == tuple(f"{name}.{run}" for name, run in wanted)
    for name, run in wanted:
        assert found[f"{name}.{run}"].ravel()[0] == SWEEP[name][run]
        columns = found.entries[f"{name}.{run}"].columns
        assert columns["peak"].tolist() == [SWEEP.entries[name].columns["peak"][run]]
    page.evaluate("state.chosen.clear(); state.filters = { peak: '> 0.6' }; show()")
    page.evaluate("document.getElementById('save').click()")
    (tmp_path / "f.json").write_text(page.evaluate("window.saved"))
    assert dl.load(tmp_path / "f.json").names == (f"{HOSTILE}.1",)
    page.evaluate("window.saved = null")
    assert page.errors == []


def test_names_are_nowhere_in_the_page_as_they_are(tmp_path):
    write_report(SWEEP, tmp_path / "r.html", title=HOSTILE)
    text = (tmp_path / "r.html").read_text()
    assert HOSTILE not in text
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in text
    assert not re.search(r"<(script|link|img)[^>]* (src|href)=", text[:3000])


def test_the_rows_are_the_selected_the_extreme_and_a_sample(monkeypatch):
    monkeypatch.setattr(rows, "MOST_ROWS", 60)
    found = rows.table_rows(SUMMARY, np.array([7, 99, 3]))
    assert found[:3].tolist() == [7, 99, 3]
    assert len(found) == len(set(found.tolist())) == 60
    for name in ("total", "mean", "peak", "final", "half_at"):
        for entry in ("cosine", HOSTILE):
            of_entry = np.flatnonzero(SUMMARY["name"] == entry)
            values = SUMMARY[name][of_entry]
            assert values.min() in SUMMARY[name][found]
            assert values.max() in SUMMARY[name][found]
    again = rows.table_rows(SUMMARY, np.array([7, 99, 3]))
    assert again.tolist() == found.tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"where": "total < 0"}, ValueError, "where must be a condition that holds for some run"),
        ({"where": "nope"}, ValueError, "where must be an SQL expression"),
        ({"path": "r.pdf"}, ValueError, r"path must be a \.html file, got r\.pdf"),
        ({"path": "none/r.html"}, FileNotFoundError, "path must be a file that can be written"),
    ],
)
def test_refusals_write_nothing(arguments, error, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        write_report(SWEEP, **({"path": "r.html"} | arguments))
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_page_and_never_over_another_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    SWEEP.save("s.toml")
    arguments = ["report", "s.toml", "-o", "r.html", "--limit", "2", "--select", "cos*"]
    assert CliRunner().invoke(main, arguments).output == "wrote r.html\n"
    text = (tmp_path / "r.html").read_text()
    assert "120 runs of 1 entries" in text
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 2
    assert "--overwrite" in again.output
    monkeypatch.setitem(__import__("sys").modules, "plotly.offline", None)
    without = CliRunner().invoke(main, [*arguments, "--overwrite"])
    assert "pip install 'decaylr[report]'" in without.output
    assert (tmp_path / "r.html").read_text() == text
