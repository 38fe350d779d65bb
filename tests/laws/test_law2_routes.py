"""Law 2: every route (call, table, cursor, blocks) returns bit-identical values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.compare import same
from tests.routes import one_by_one
from tests.strategies.curves import CURVES, curves, examples
from tests.strategies.trees import batches, trees

many = examples(300)
several = examples(100)

starts = st.one_of(
    st.integers(0, 400), st.integers(0, 2**50), st.integers(0, 50).map(lambda e: 2**e - 3)
).map(lambda start: max(start, 0))
strides = st.one_of(st.just(1), st.integers(1, 70), st.integers(1, 2**40))


@st.composite
def windows(draw, longest=150):
    """A start near a boundary, a stride and a number of positions."""
    steps = draw(st.integers(1, longest))
    return draw(starts), draw(strides), steps


def grid(window):
    start, stride, steps = window
    return [start + k * stride for k in range(steps)]


@pytest.mark.parametrize("name", sorted(CURVES))
@several
@given(data=st.data())
def test_table_of_a_curve_is_its_values(name, data):
    s = data.draw(curves(name)).schedule
    start = data.draw(starts)
    length = float(s.length)
    if length < 2**50 and data.draw(st.booleans()):
        start = max(0, int(length) - data.draw(st.integers(0, 200)))
    same(s.table(260, start=start), one_by_one(s, range(start, start + 260)))


@many
@given(drawn=trees(), window=windows())
def test_table_and_call(drawn, window):
    s, positions = drawn.schedule, grid(window)
    start, stride, steps = window
    expected = one_by_one(s, positions)
    same(s.table(steps, start=start, stride=stride), expected)
    same(s(np.array(positions)), expected)
    same([s(np.int64(p)) for p in positions[:5]], expected[:5])


@many
@given(drawn=batches(), window=windows(60))
def test_batch_and_single_runs(drawn, window):
    s, positions = drawn.schedule, grid(window)
    start, stride, steps = window
    expected = one_by_one(s, positions)
    same(s.table(steps, start=start, stride=stride), expected)
    same(s(np.array(positions)[:, None]).T, expected)
    same(s(positions[0]), expected[:, 0])
    for run in range(len(s)):
        same(s[run].table(steps, start=start, stride=stride), expected[run])
        same(s[run : run + 1](positions[-1]), expected[run : run + 1, -1])


@many
@given(drawn=batches(largest=6), window=windows(), threads=st.integers(1, 3))
def test_layouts_threads_and_out(drawn, window, threads):
    s = drawn.schedule
    start, stride, steps = window
    options = {"start": start, "stride": stride, "threads": threads}
    expected = s.table(steps, start=start, stride=stride)
    same(s.table(steps, **options), expected)
    same(s.table(steps, layout="steps", **options), expected.T)
    out = np.full((len(s), steps), np.nan)
    assert s.table(steps, out=out, **options) is out
    same(out, expected)
    by_steps = np.full((steps, len(s)), np.nan)
    assert s.table(steps, out=by_steps, layout="steps", **options) is by_steps
    same(by_steps, expected.T)


@many
@given(drawn=batches(), window=windows(), layout=st.sampled_from(["runs", "steps"]))
def test_float32_is_rounded_once(drawn, window, layout):
    start, stride, steps = window
    options = {"start": start, "stride": stride, "layout": layout}
    full = drawn.schedule.table(steps, **options)
    half = drawn.schedule.table(steps, dtype=np.float32, **options)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(half.view(np.int32), full.astype(np.float32).view(np.int32))


@many
@given(drawn=batches(), start=starts, block=st.integers(1, 40))
def test_pieces_of_a_table(drawn, start, block):
    s = drawn.schedule
    whole = s.table(150, start=start)
    pieces = [s.table(min(block, 150 - k), start=start + k) for k in range(0, 150, block)]
    same(np.concatenate(pieces, axis=-1), whole)
    for size in (8 * block, 8 * 150 * 2):
        filled = np.full_like(whole, np.nan)
        for index, piece in s.blocks(150, size, start=start):
            filled[index] = piece
        same(filled, whole)


@many
@given(drawn=trees() | batches(), start=starts, others=st.lists(starts, max_size=4))
def test_cursor(drawn, start, others):
    s = drawn.schedule
    cursor = s.cursor(start)
    assert cursor.position == start
    same(cursor.value, s(start))
    for k in range(1, 70):
        cursor.step()
        same(cursor.value, s(start + k))
    for position in others:
        cursor.seek(position)
        same(cursor.value, s(position))
    walked = [value for value, _ in zip(s.cursor(start), range(20), strict=False)]
    same(np.array(walked), np.moveaxis(s.table(20, start=start), -1, 0))


@many
@given(drawn=trees() | batches(), position=starts)
def test_whole_float_is_the_integer(drawn, position):
    s = drawn.schedule
    position = min(position, 2**53)
    same(s(float(position)), s(position))
    same(s(np.array([position], np.float64)), s(np.array([position])))
    same(s(np.float32(position % 2**24)), s(position % 2**24))
    same(s(np.uint8(position % 256)), s(position % 256))


@many
@given(drawn=trees(), whole=st.integers(0, 2**40), share=st.floats(0.0, 1.0))
def test_fractions_in_arrays_and_alone(drawn, whole, share):
    s = drawn.schedule
    position = whole + share
    same(s(np.array([position, position, float(whole)])), [s(position), s(position), s(whole)])
    batch = dl.stack([s, s])
    same(batch(position), [s(position)] * 2)


@many
@given(parts=st.lists(trees(), min_size=2, max_size=4), window=windows(80))
def test_stacks_of_anything(parts, window):
    singles = [part.schedule for part in parts]
    start, stride, steps = window
    expected = np.array([s.table(steps, start=start, stride=stride) for s in singles])
    stacked = dl.stack(singles)
    same(stacked.table(steps, start=start, stride=stride), expected)
    joined = dl.concatenate([s.reshape(1) for s in singles])
    same(joined.table(steps, start=start, stride=stride), expected)
    same(stacked[::-1].table(steps, start=start, stride=stride), expected[::-1])
    pairs = dl.stack([stacked, stacked[::-1]])
    same(pairs.table(steps, start=start, stride=stride), [expected, expected[::-1]])
    same(pairs.ravel()(start), np.concatenate([expected[:, 0], expected[::-1, 0]]))


@many
@given(drawn=batches(), seed=st.integers(0, 2**32 - 1), start=starts)
def test_picked_runs(drawn, seed, start):
    s = drawn.schedule
    rng = np.random.default_rng(seed)
    whole = s.table(40, start=start)
    order = rng.integers(0, len(s), 7)
    same(s[order].table(40, start=start), whole[order])
    mask = rng.random(len(s)) < 0.7
    if mask.any():
        same(s[mask].table(40, start=start), whole[mask])
    tiled = s[order.reshape(7, 1)]
    same(tiled.table(40, start=start, layout="steps"), np.moveaxis(whole[order][:, None], -1, 0))
    swapped = s.replace_run(0, s[-1])
    same(swapped(start), [whole[-1, 0], *whole[1:, 0]])


@many
@given(drawn=trees() | batches(), window=windows(40), data=st.data())
def test_copies_give_the_same_bits(drawn, window, data):
    start, stride, steps = window
    s = drawn.schedule
    again = dl.from_json(s.to_json())
    assert again == s
    same(again.table(steps, start=start, stride=stride), s.table(steps, start=start, stride=stride))
    rebuilt = eval(repr(s), vars(dl) | {"array": np.array, "inf": np.inf})
    assert rebuilt == s
    same(rebuilt(start), s(start))


def test_long_rows_shared_between_threads():
    s = dl.stack(
        [
            dl.cosine(1.0, 0.1, 90_000),
            dl.exponential(1.0, 0.9999),
            dl.polynomial(1.0, 0.0, 70_001, 1.7),
            dl.step(1.0, 1000, 0.9),
            dl.linear(0.0, 1.0, 100).then(dl.cosine(1.0, 0.0, 99_900)),
        ]
    )
    expected = s.table(100_003, threads=1)
    for threads in (2, 3, 8):
        same(s.table(100_003, threads=threads), expected)
        same(s.table(100_003, threads=threads, layout="steps"), expected.T)
    positions = np.random.default_rng(1).integers(0, 100_003, 5000)
    same(s(positions[:, None]).T, expected[:, positions])


@many
@given(drawn=trees() | batches(), start=starts, steps=st.integers(1, 200))
def test_folds_agree_with_the_table_for_every_thread_count(drawn, start, steps):
    s = drawn.schedule
    table = s.table(steps, start=start)
    one = s.fold(steps, start=start, threads=1)
    for threads in (1, 2, 3):
        again = s.fold(steps, start=start, threads=threads)
        same(again.total, one.total)
        same(again.annealing(0.9), one.annealing(0.9))
        same(again.totals_at([start, start + steps - 1]), one.totals_at([start, start + steps - 1]))
    same(one.initial, table[..., 0])
    same(one.final, table[..., -1])
    same(one.peak, table.max(axis=-1))
    np.testing.assert_array_equal(one.peak_at, start + table.argmax(axis=-1))
    below = (table < 0.25 * table.max(axis=-1, keepdims=True)).mean(axis=-1)
    np.testing.assert_allclose(one.spent(0.25), below, rtol=1e-15, atol=0)
    exact = np.vectorize(math.fsum, signature="(n)->()")(table)
    largest = np.abs(table).sum(axis=-1)
    finite = np.isfinite(exact)  # schedules that grow without bound have an infinite total
    for total in (one.total, one.totals_at([start + steps - 1])[..., 0]):
        same(total[~finite], exact[~finite])
        assert np.all(np.abs(total[finite] - exact[finite]) <= 1e-13 * largest[finite])


def mixed(runs):
    """Runs of four families in one batch, each run with different parameters."""
    rate = np.linspace(0.5, 1.0, runs)
    return dl.concatenate(
        [
            dl.exponential(rate, 1.0 - 0.01 * rate),
            dl.linear(rate, 0.0, 100.0 + 300.0 * rate),
            dl.cosine(rate, 0.01, 500),
            dl.step(rate, 70, 0.5),
        ]
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("runs", "steps"), [(31, 521), (67, 530), (2, 1300), (75, 3), (1, 1030), (500, 1)]
)
def test_layout_of_many_tiles(runs, steps, dtype):
    s = mixed(runs)
    expected = np.array([[run(p) for p in range(9, 9 + steps)] for run in s]).astype(dtype)
    for threads in (1, 2):
        options = {"start": 9, "dtype": dtype, "threads": threads}
        same(s.table(steps, **options), expected)
        same(s.table(steps, layout="steps", **options), expected.T)


def test_runs_in_any_order():
    s = mixed(6)[[5, 0, 1, 2, 23, 12, 13, 14, 7, 7, 6, 18]]
    expected = np.array([[run(p) for p in range(130)] for run in s])
    same(s.table(130), expected)
    same(s(77), expected[:, 77])


@pytest.mark.parametrize("start", [0, 61, 2**63 - 140])
def test_cursor_beyond_what_it_looks_ahead(start):
    s = mixed(3)
    cursor, alone = s.cursor(start), s[4].cursor(start)
    for position in range(start, start + 139):
        assert (cursor.position, alone.position) == (position, position)
        same(cursor.value, s(position))
        assert alone.value == s[4](position)
        assert not cursor.value.flags.writeable
        cursor.step()
        alone.step()
    cursor.seek(17)
    same(cursor.value, s(17))
    cursor.step()
    same(cursor.value, s(18))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("runs", "steps"), [(600, 36_001), (200_000, 107), (1, 9_000_017)])
@pytest.mark.parametrize("offset", [0, 1, 5])
@pytest.mark.parametrize("layout", ["runs", "steps"])
def test_tables_that_no_cache_holds(runs, steps, dtype, offset, layout):
    rate = np.linspace(0.5, 1.0, runs)
    s = dl.concatenate([dl.exponential(rate, 0.999), dl.inverse(rate[:1], 0.3, power=0.7)])
    buffer = np.full(s.size * steps + 2 * offset, -1.0, dtype)
    inside = buffer[offset : buffer.size - offset]
    out = inside.reshape((s.size, steps) if layout == "runs" else (steps, s.size))
    s.table(steps, start=3, dtype=dtype, out=out, layout=layout)
    inside = out if layout == "runs" else out.T
    assert np.all(buffer[:offset] == -1.0)
    assert np.all(buffer[buffer.size - offset :] == -1.0)
    for run in (0, runs // 2, runs - 1, runs):
        np.testing.assert_array_equal(inside[run], s[run].table(steps, start=3, dtype=dtype))
    some = np.random.default_rng(5).integers(0, steps, 50)
    expected = np.stack([s(int(p) + 3) for p in some], axis=1).astype(dtype)
    np.testing.assert_array_equal(inside[:, some], expected)


@pytest.mark.parametrize("every", [0.5, 6.3, 1000.0])
def test_plateaus_among_the_last_positions(every):
    """Doubles are 1024 apart there: a plateau ends where the nearest double's quotient changes."""
    start = 2**63 - 3000
    for s in (
        dl.inverse(1.0, 0.3).staircase(every),
        dl.step(1.0, every, 0.999),
        dl.step(1.0, 1e300, 0.5),
    ):
        table = s.table(2900, start=start)
        assert table.tolist() == [s(start + k) for k in range(2900)]


@pytest.mark.parametrize("rise", [False, True])
@pytest.mark.parametrize("power", [0.5, 0.37, 1.7, 3.2])
def test_blocks_of_any_power_that_the_end_cuts(power, rise):
    rng = np.random.default_rng(7)
    for steps in (*rng.uniform(3.0, 900.0, 20), *rng.integers(2, 900, 20)):
        s = dl.polynomial(*rng.uniform(0.0, 1.0, 2), steps, power, rise=rise)
        assert s.table(950).tolist() == [s(p) for p in range(950)]


def side_by_side(name, runs):
    """More runs than the core evaluates at once, of all magnitudes, some out of the usual range."""
    rng = np.random.default_rng(5)
    init = rng.uniform(0.1, 1.0, runs)
    end = rng.uniform(-0.2, 1.5, runs)
    steps = rng.integers(1, 700, runs)
    init[7], end[9], end[11] = 0.0, init[9], 0.0
    extreme = init.copy()
    extreme[100], extreme[101] = 1e-305, 1e305
    return {
        "exponential": lambda: dl.exponential(init, rng.uniform(0.9, 1.01, runs)),
        "exponential of any size": lambda: dl.exponential(extreme, rng.uniform(1e-9, 3.0, runs)),
        "clipped exponential": lambda: dl.exponential(init, 0.99, end_value=0.05),
        "cosine": lambda: dl.cosine(init, end, steps),
        "cosine with fractional steps": lambda: dl.cosine(init, end, steps + 0.25),
        "cosine of any size": lambda: dl.cosine(
            extreme, end, steps * 2.0 ** rng.integers(0, 60, runs)
        ),
        "cosine with an exponent": lambda: dl.cosine(init, end, steps, exponent=1.5),
        "warmup and cosine": lambda: dl.warmup_cosine(0.0, init, 100, 500),
        "product": lambda: dl.cosine(init, end, steps) * dl.exponential(1.0, 0.99),
    }[name]()


SIDE_BY_SIDE = (
    "exponential",
    "exponential of any size",
    "clipped exponential",
    "cosine",
    "cosine with fractional steps",
    "cosine of any size",
    "cosine with an exponent",
    "warmup and cosine",
    "product",
)


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_runs_side_by_side_are_the_runs_one_by_one(name):
    s = side_by_side(name, 150)
    for start in (0, 5, 60, 127, 400, 2**53 - 3):
        expected = s.table(9, start=start)
        same(s.table(9, start=start, layout="steps"), expected.T)
        same(s[3:140].table(9, start=start, layout="steps"), expected[3:140].T)
        cursor = s.cursor(start)
        for k in range(9):
            same(s(start + k), expected[:, k])
            same(cursor.value, expected[:, k])
            cursor.step()
    one_by_one = [[s[r](p) for r in range(s.size)] for p in (0, 63, 130)]
    same(np.stack([s(p) for p in (0, 63, 130)]), one_by_one)
