"""`decaylr.torch.schedule`: values inside compiled code, in `vmap` and on devices."""

import numpy as np
import pytest

from tests.peers.installed import peer

torch = peer("torch")

import decaylr as dl  # noqa: E402
from decaylr.torch import schedule  # noqa: E402
from tests.training.schedules import SCHEDULES  # noqa: E402

MIXED = dl.stack(
    [
        dl.warmup_cosine(0.0, 1.0, 100, 100_000),
        dl.exponential(0.5, 0.999),
        dl.wsd(0.8, 20, 500, 200),
        dl.cyclic(0.1, 1.0, 20),
    ]
)
POSITIONS = np.unique([*range(50), *range(0, 3000, 37), 10**5, 2**24 + 1, 2**30, 2**31 - 1])


def assert_float32(got, expected, units=2.0):
    """Within float32 ulp of the core's values, which are all normal numbers."""
    assert got.dtype == torch.float32
    unit = np.spacing(np.abs(expected).astype(np.float32)).astype(np.float64)
    off = np.abs(got.numpy().astype(np.float64) - expected) / unit
    assert off.max() <= units


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "noam", "mirror", "restarts"])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_values_of_a_single_schedule(name, dtype):
    s = SCHEDULES[name]
    assert_float32(schedule(s)(torch.as_tensor(POSITIONS, dtype=dtype)), s(POSITIONS))


def test_positions_broadcast_against_the_batch():
    rates = schedule(MIXED)
    assert rates.shape == (4,)
    position = torch.arange(600)[:, None]
    assert_float32(rates(position), MIXED(position.numpy()))
    assert_float32(rates(torch.tensor(77)), MIXED(77))
    each = torch.tensor([3, 30, 300, 3000])
    assert_float32(rates(each), MIXED(each.numpy()))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_in_one_compiled_graph():
    rates = schedule(MIXED)

    @torch.compile(fullgraph=True)
    def update(parameters, count):
        return parameters - rates(count), count + 1

    parameters, count = torch.zeros(4), torch.tensor(0)
    for _ in range(5):
        parameters, count = update(parameters, count)
    expected = -MIXED.table(5).sum(axis=1)
    np.testing.assert_allclose(parameters.numpy(), expected, rtol=1e-6, atol=0)


def test_vmap_over_positions():
    position = torch.arange(40).reshape(8, 5)
    mapped = torch.func.vmap(torch.func.vmap(schedule(MIXED)))(position)
    assert mapped.shape == (8, 5, 4)
    assert_float32(mapped, MIXED(position.numpy()[..., None]))


def test_no_value_is_read_on_the_host():
    """On the meta device there are no values, so that any reading of one would raise."""
    rates = schedule(MIXED)
    got = rates(torch.zeros((7, 4), dtype=torch.int64, device="meta"))
    assert (got.device.type, got.shape, got.dtype) == ("meta", (7, 4), torch.float32)


def test_positions_are_kept_within_the_counter():
    rate = schedule(dl.linear(1.0, 0.5, 2**31 - 1))
    assert rate(torch.tensor([-5, 2**40])).tolist() == [1.0, 0.5]


def test_an_ending_that_raises_holds_the_last_value():
    rate = schedule(dl.linear(1.0, 0.5, 10).ending("raise"))
    assert rate(torch.tensor([5, 10, 11])).tolist() == [0.75, 0.5, 0.5]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: schedule(0.1), TypeError, "s must be a Schedule, got float"),
        (
            lambda: schedule(dl.step(1.0, 1.1, 0.99999)),
            ValueError,
            "s must be made of at most .* polynomials in every run, got more",
        ),
        (
            lambda: schedule(dl.constant(1.0))(torch.tensor(0.5)),
            TypeError,
            "position must be a tensor of integers, got torch.float32",
        ),
        (
            lambda: schedule(dl.constant(1.0))(3),
            TypeError,
            "position must be a tensor of integers, got int",
        ),
    ],
)
def test_refusals(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_one_position_in_a_compiled_step():
    """A position without axes, such as a counter: compilers may not read its value."""
    for s in (dl.warmup_cosine(0.0, 0.3, 4, 11), dl.linear([1.0, 7 / 3], 0.0, 11)):
        rate = schedule(s)
        compiled = torch.compile(rate, fullgraph=True, backend="aot_eager")
        for n in (0, 1, 5, 11, 40):
            position = torch.tensor(n)
            assert compiled(position).shape == s.shape
            np.testing.assert_array_equal(compiled(position), rate(position))
            np.testing.assert_allclose(rate(position), s(n), rtol=4 * 2.0**-23, atol=0)
