"""Density images: counts and extremes against a plain loop, spikes, quantiles."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.report.density import QUANTILES, WIDTH, density
from decaylr.report.scale import BINS, Scale, scale_of
from decaylr.sweep import Entry

RNG = np.random.default_rng(8)
LENGTHS = RNG.choice([1, 3, 100, 255, 256, 257, 700, 1001], 60)
SPIKES = np.tile(np.linspace(0.3, 0.7, 900), (40, 1))
SPIKES[np.arange(40), RNG.integers(0, 900, 40)] = RNG.choice([0.05, 0.95], 40)
ENTRIES = [
    Entry(
        "own", dl.cosine(RNG.uniform(0.1, 0.9, 60), 0.03, LENGTHS), own_lengths=True, length=1001.0
    ),
    Entry("spikes", dl.samples(SPIKES), length=900.0),
    Entry("epochs", dl.linear([0.7, 0.2], 0.1, [9.5, 7 / 3]), unit="epoch", length=9.5),
]
LOG = Scale(1e-3, 1.0, True)
LINEAR = Scale(-0.1, 0.8, False)


def of_each_column(entry, run):
    """The least and the largest value of a run in each column, from single positions."""
    length = float(entry.schedule[run].length) if entry.own_lengths else entry.length
    if entry.unit == "epoch":
        positions = [length * k / 2048 for k in range(2048)]
    else:
        positions = list(range(int(np.ceil(length))))
    values = [entry.schedule[run](p) for p in positions]
    for column in range(WIDTH):
        begin, end = (c * len(values) // WIDTH for c in (column, column + 1))
        shown = values[begin:end] if len(values) > WIDTH else [values[begin]]
        yield min(shown), max(shown)


def bin_of(edges, value):
    found = 0
    while found < BINS - 1 and value >= edges[found + 1]:
        found += 1
    return found


@pytest.mark.parametrize("scale", [LOG, LINEAR], ids=["log", "linear"])
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_every_pixel_counts_the_runs_that_pass_through_it(entry, scale):
    counts = np.zeros((BINS, WIDTH), np.int64)
    low, high = np.full(WIDTH, np.inf), np.full(WIDTH, -np.inf)
    tops = [[] for _ in range(WIDTH)]
    edges = scale.edges
    for run in range(entry.schedule.size):
        for column, (least, most) in enumerate(of_each_column(entry, run)):
            begin, end = (
                min(max(int(np.searchsorted(edges, v, "right")) - 1, 0), BINS - 1)
                for v in (least, most)
            )
            counts[begin : end + 1, column] += 1
            low[column], high[column] = min(low[column], least), max(high[column], most)
            tops[column].append(end)
    image = density([entry], scale)
    np.testing.assert_array_equal(image.counts, counts)
    np.testing.assert_array_equal(image.low, low)
    np.testing.assert_array_equal(image.high, high)
    middles = np.sqrt(edges[1:] * edges[:-1]) if scale.logarithmic else (edges[1:] + edges[:-1]) / 2
    for quantile, share in zip(image.quantiles, QUANTILES, strict=True):
        wanted = [sorted(c)[int(np.ceil(share * len(c))) - 1] for c in tops]
        np.testing.assert_array_equal(quantile, middles[wanted])


def test_blocks_and_families_add_up(monkeypatch):
    whole = density(ENTRIES, LOG)
    monkeypatch.setattr("decaylr.report.density.BLOCK", 3000)
    cut = density(ENTRIES, LOG)
    np.testing.assert_array_equal(cut.counts, whole.counts)
    np.testing.assert_array_equal(cut.quantiles, whole.quantiles)
    parts = [density([entry], LOG).counts for entry in ENTRIES]
    np.testing.assert_array_equal(whole.counts, sum(parts))


@pytest.mark.parametrize("scale", [LOG, LINEAR, Scale(0.1, 0.7, True), Scale(0.0, 0.3, False)])
def test_bins_begin_exactly_at_their_edges(scale):
    edges = scale.edges
    values = np.concatenate([edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])
    assert scale.bins(values).tolist() == [bin_of(edges, value) for value in values.tolist()]


def test_scales_fit_the_values():
    wide = scale_of(np.array([1e-4, 0.1]), 1e-9)
    assert (wide.logarithmic, wide.low, wide.high) == (True, pytest.approx(1e-6), 0.1)
    assert scale_of(np.array([0.3, 0.7]), 0.01) == Scale(0.0, 0.7, False)
    assert scale_of(np.array([0.1, 9.0]), -0.3) == Scale(-0.3, 9.0, False)
    assert scale_of(np.array([0.0]), 0.0) == Scale(0.0, 1.0, False)
    assert scale_of(np.array([-0.1]), -0.7) == Scale(-0.7, 0.0, False)
