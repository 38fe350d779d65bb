"""Pictures show the values of the schedules."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

import decaylr as dl
from decaylr.pictures.svg import schedule_svg
from decaylr.plot import plot_schedule, plot_sweep
from decaylr.sweep import Entry, Sweep


def axes():
    return Figure().subplots()


def entry(name, schedule, length, unit="step"):
    return Entry(name, schedule, unit, float(length))


def svg_of(schedule):
    html = schedule_svg(schedule)
    return ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])


def polylines(schedule):
    found = svg_of(schedule).findall("{http://www.w3.org/2000/svg}polyline")
    return [
        np.array([pair.split(",") for pair in line.get("points").split()], float) for line in found
    ]


def test_a_single_schedule_is_one_line_of_its_values():
    schedule = dl.cosine(0.1, 0.0, 100)
    ax = schedule.plot(axes(), label="cosine")
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), np.arange(101))
    np.testing.assert_array_equal(line.get_ydata(), schedule(np.arange(101)))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cosine"]


def test_a_small_batch_is_one_line_a_run():
    schedule = dl.linear([[1.0, 2.0], [3.0, 4.0]], 0.0, 8)
    ax = plot_schedule(schedule, axes())
    drawn = np.array([line.get_ydata() for line in ax.get_lines()])
    np.testing.assert_array_equal(drawn, schedule.table(9).reshape(4, 9))


def test_a_large_batch_is_a_median_with_a_band():
    schedule = dl.constant(np.arange(101.0))
    ax = plot_schedule(schedule, axes(), steps=5)
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), np.full(6, 50.0))
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (10.0, 90.0)


def test_an_endless_schedule_is_drawn_over_three_of_its_times():
    ax = plot_schedule(dl.exponential(0.1, 0.9, 10), axes())
    assert ax.get_lines()[0].get_xdata()[-1] == 30


def test_without_axes_a_figure_is_made():
    from matplotlib import pyplot

    ax = plot_schedule(dl.linear(1.0, 0.0, 4))
    pyplot.close(ax.figure)
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), [1, 0.75, 0.5, 0.25, 0])


def test_steps_must_be_a_count():
    with pytest.raises(ValueError, match=r"`?steps`? must be"):
        plot_schedule(dl.linear(1.0, 0.0, 4), axes(), steps=0)


def test_a_sweep_is_drawn_over_its_peak_and_its_length(tmp_path):
    sweep = Sweep.of((entry("long", dl.linear(5.0, 1.0, 4000), 4000),))
    (ax,) = plot_sweep(sweep, tmp_path / "one.png").get_axes()
    (line,) = ax.get_lines()
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (0, 1)
    assert (line.get_ydata()[0], line.get_ydata()[-1]) == (1.0, 0.2)
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_positions_are_drawn_by_unit(tmp_path):
    sweep = Sweep.of(
        (
            entry("a", dl.linear(5.0, 1.0, 4000), 4000),
            entry("b", dl.linear(5.0, 1.0, 90), 90, "epoch"),
        )
    )
    axes = plot_sweep(sweep, tmp_path / "two.svg", x="position").get_axes()
    titles = [ax.get_title(loc="left") for ax in axes]
    assert titles == ["linear, by epoch", "linear, by step"]
    assert [ax.get_lines()[0].get_xdata()[-1] for ax in axes] == [90, 4000]


def test_curves_that_look_alike_share_a_line_and_its_label(tmp_path):
    sweep = Sweep.of(
        (
            entry("b", dl.cosine(1.0, 0.0, 100), 100),
            entry("a", dl.cosine(3.0, 0.0, 5000), 5000),
            entry("c", dl.cosine(1.0, 0.5, 100), 100),
        )
    )
    (ax,) = plot_sweep(sweep, tmp_path / "p.pdf").get_axes()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["c", "a, b"]


def test_a_name_is_drawn_letter_by_letter(tmp_path):
    names = ("_hidden", "cost $a_$", r"$\frac$")
    entries = [
        entry(name, dl.linear(1.0, end, 100), 100)
        for name, end in zip(names, (0.6, 0.3, 0.0), strict=True)
    ]
    (ax,) = plot_sweep(Sweep.of(tuple(entries)), tmp_path / "p.png").get_axes()
    texts = ax.get_legend().get_texts()
    assert tuple(text.get_text() for text in texts) == names
    assert not any(text.get_parse_math() for text in texts)
    colors = [[line.get_color() for line in lines.get_lines()] for lines in (ax, ax.get_legend())]
    np.testing.assert_array_equal(colors[0], colors[1])


def test_a_panel_has_at_most_twelve_curves_and_none_is_lost(tmp_path):
    entries = [
        entry(f"n{i}", dl.cosine(1.0, end, 100), 100) for i, end in enumerate(np.arange(30) / 40)
    ]
    panels = plot_sweep(Sweep.of(tuple(entries)), tmp_path / "p.png").get_axes()
    assert [len(ax.get_lines()) for ax in panels] == [10, 10, 10]
    names = {t.get_text() for ax in panels for t in ax.get_legend().get_texts()}
    assert names == {f"n{i}" for i in range(30)}


@pytest.mark.parametrize(
    ("schedule", "scale"),
    [
        (dl.exponential(1.0, 0.9, 1), "log"),
        (dl.cosine(1.0, 0.0, 100), "linear"),
        (dl.linear(1.0, 0.0, 10), "linear"),  # zero for most of the length: no logarithmic axis
    ],
)
def test_the_axis_fits_the_values(tmp_path, schedule, scale):
    sweep = Sweep.of((entry("one", schedule, 100),))
    (ax,) = plot_sweep(sweep, tmp_path / "p.png").get_axes()
    assert ax.get_yscale() == scale


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_the_axis_can_be_chosen(tmp_path, scale):
    sweep = Sweep.of((entry("one", dl.linear(1.0, 0.0, 10), 10),))
    (ax,) = plot_sweep(sweep, tmp_path / "p.png", y=scale).get_axes()
    assert ax.get_yscale() == scale


def test_a_batch_in_a_sweep_is_a_band_with_its_number_of_runs(tmp_path):
    ends = np.linspace(0.0, 1.0, 5001)
    sweep = Sweep.of((entry("many", dl.linear(1.0, ends, 10), 10),))
    (ax,) = plot_sweep(sweep, tmp_path / "p.png").get_axes()
    assert ax.get_legend().get_texts()[0].get_text() == "many (5,001 runs)"
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata()[-1], 0.5, rtol=1e-3, atol=0)
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(heights.min(), 0.1, rtol=5e-3, atol=0)


def test_other_axes_are_refused(tmp_path):
    sweep = Sweep.of((entry("one", dl.linear(1.0, 0.0, 10), 10),))
    with pytest.raises(ValueError, match="x must be one of"):
        plot_sweep(sweep, tmp_path / "p.png", x="time")
    with pytest.raises(ValueError, match="y must be one of"):
        plot_sweep(sweep, tmp_path / "p.png", y="sqrt")


def test_an_inline_picture_follows_the_curve():
    (points,) = polylines(dl.linear(2.0, 0.0, 50))
    assert len(points) == 51
    x, y = points.T
    assert (x[0], x[-1]) == (62.0, 408.0)
    assert (y[0], y[-1]) == (12.0, 154.0)  # the peak at the top, zero at the bottom
    np.testing.assert_allclose(np.diff(y), 142 / 50, rtol=0.04, atol=0)


def test_an_inline_picture_has_at_most_20_curves_of_200_points():
    schedule = dl.cosine(np.linspace(1, 2, 500).reshape(5, 100), 0.0, 10_000)
    lines = polylines(schedule)
    assert (len(lines), {len(line) for line in lines}) == (20, {200})
    assert "20 of 500 runs" in schedule._repr_html_()


def test_an_inline_picture_names_the_ends_of_its_axes():
    texts = [t.text for t in svg_of(dl.linear(0.25, -0.5, 1200)) if t.tag.endswith("text")]
    assert texts == ["0.25", "-0.5", "0", "1,200"]


@pytest.mark.parametrize(
    "schedule",
    [
        dl.constant(0.0),
        dl.constant(3.0),
        dl.piecewise_constant([3], [-1.7e308, 1.7e308]),
        dl.constant(5e-324),
    ],
)
def test_an_inline_picture_of_extreme_values_has_finite_points(schedule):
    assert all(np.isfinite(line).all() for line in polylines(schedule))


def test_an_inline_picture_escapes_its_text():
    html = dl.interpolate([0, 10], [1.0, 2.0], kind="linear")._repr_html_()
    assert re.search(r"<code>[^<>]*</code>", html)


@pytest.mark.parametrize("lengths", [100, [50, 100]])
def test_a_schedule_that_refuses_later_positions_is_drawn_to_its_end(lengths):
    refusing, held = (dl.cosine(0.1, 0.0, lengths).ending(mode) for mode in ("raise", "hold"))
    lines = [s.plot(axes()).get_lines() for s in (refusing, held)]
    for found, want in zip(*lines, strict=True):
        np.testing.assert_array_equal(found.get_xdata(), np.arange(101))
        np.testing.assert_array_equal(found.get_ydata(), want.get_ydata())
    for found, want in zip(polylines(refusing), polylines(held), strict=True):
        np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize("schedule", [dl.exponential(1.0, 10.0, 1), dl.exponential(-1.0, 1e300)])
def test_values_that_overflow_are_left_out_of_the_picture(schedule):
    html = schedule._repr_html_()
    points = html.split('points="')[1].split('"')[0].split()
    assert 1 <= len(points) < 1000
    assert not {"nan", "inf"} & set(",".join(points).split(","))
