"""A compiled optimizer step with a schedule is compiled only once."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.torch import Scheduler
from decaylr.torch.tensors import fill
from tests.torch.optimizers import parameter, torch

# Warnings caused by torch.compile itself.
pytestmark = pytest.mark.filterwarnings("ignore")

dynamo = torch._dynamo


def compilations(scheduled, steps=12, backend="eager"):
    """The number of compilations, and the weight after each step."""
    dynamo.reset()
    count = 0

    def counted(graph, inputs):
        nonlocal count
        count += 1
        return graph.forward

    optimizer, scheduler = scheduled
    step = torch.compile(optimizer.step, backend=counted if backend == "eager" else backend)
    weight = optimizer.param_groups[0]["params"][0]
    seen = []
    for _ in range(steps):
        weight.grad = torch.ones_like(weight)
        step()
        scheduler.step()
        seen.append(weight.detach().clone().numpy().copy())
    return count, np.array(seen)


def sgd(rate, make):
    optimizer = torch.optim.SGD([parameter()], lr=rate, foreach=True)
    return optimizer, make(optimizer)


FALLING = dl.cosine(0.5, 0.0, 20)


def theirs(optimizer):
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: FALLING(t) / 0.5)


def test_a_float_rate_is_compiled_a_second_time_by_torch():
    """After the second compilation, the rate is an input of the program."""
    count, _ = compilations(sgd(0.5, theirs))
    assert count == 2


@pytest.mark.parametrize("backend", ["eager", "inductor"])
def test_a_tensor_rate_is_compiled_once(backend):
    rate = torch.tensor(0.5)
    count, seen = compilations(sgd(rate, lambda o: Scheduler(o, FALLING)), backend=backend)
    expected = 1.0 - np.cumsum(FALLING.table(12))
    np.testing.assert_allclose(seen[:, 0], expected, rtol=1e-5, atol=0)
    if backend == "eager":
        assert count == 1


def test_weight_decay_as_a_tensor_too():
    optimizer = torch.optim.AdamW(
        [parameter()], lr=torch.tensor(0.1), capturable=True, foreach=True
    )
    scheduler = Scheduler(optimizer, dl.cosine([0.1], 0.0, 20))
    count, _ = compilations((optimizer, scheduler))
    assert count == 1


class Watch(torch.utils._python_dispatch.TorchDispatchMode):
    """Records the names of the operations that run."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.seen.append(str(function))
        return function(*args, **(kwargs or {}))


def test_one_copy_to_the_device_for_all_groups():
    """Uses the meta device, which has no values but counts copies like any other device."""
    rates = [torch.empty((), device="meta") for _ in range(200)]
    with Watch() as watch:
        fill(rates, [0.1] * 200)
    assert sum("_to_copy" in name for name in watch.seen) == 1
    assert sum("_foreach_copy_" in name for name in watch.seen) == 1


def test_rates_of_the_host_are_filled_in_place():
    groups = [{"params": [parameter()]} for _ in range(30)]
    optimizer = torch.optim.AdamW(groups, lr=torch.tensor(0.1), capturable=True)
    scheduler = Scheduler(optimizer, dl.linear(np.linspace(0.1, 1.0, 30), 0.0, 100))
    with Watch() as watch:
        scheduler.step()
    assert set(watch.seen) == {"aten.fill_.Scalar"}
    expected = dl.linear(np.linspace(0.1, 1.0, 30), 0.0, 100)(1).astype(np.float32)
    found = [float(group["lr"]) for group in optimizer.param_groups]
    np.testing.assert_array_equal(found, expected)
