"""`Population`: stacked models train exactly as separate models do."""

import numpy as np
import pytest

from tests.peers.installed import peer

torch = peer("torch")

import decaylr as dl  # noqa: E402
from decaylr.torch import Population, Scheduler  # noqa: E402

MEMBERS = 64
STEPS = 12
optim = torch.optim
OPTIMIZERS = [
    (optim.SGD, {}),
    (optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (optim.Adam, {"weight_decay": 0.01}),
    (optim.Adam, {"amsgrad": True}),
    (optim.AdamW, {"weight_decay": 0.1}),
    (optim.RMSprop, {"momentum": 0.5, "centered": True}),
    (optim.Adagrad, {"lr_decay": 0.01}),
    (optim.Adadelta, {}),
    (optim.Adamax, {}),
    (optim.NAdam, {}),
    (optim.RAdam, {}),
    (optim.SGD, {"momentum": 0.9, "dampening": 0.5}),
    (optim.SGD, {"maximize": True}),
    (optim.Adam, {"foreach": True}),
    (optim.AdamW, {"fused": True}),
    (optim.RAdam, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    (optim.NAdam, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
]


def batch():
    """A schedule for each member, with peaks over four decades."""
    return dl.warmup_cosine(0.0, np.geomspace(1e-4, 1.0, MEMBERS), 4, 20)


def stacked():
    weights = torch.randn(MEMBERS, 3, generator=torch.Generator().manual_seed(0))
    return weights.double().requires_grad_()


def loss(weights):
    """A sum over members, so each member has the same gradient as when trained alone."""
    return 0.1 * ((weights - 1.0) ** 2).sum() + torch.sin(weights).sum()


@pytest.mark.parametrize(("kind", "options"), OPTIMIZERS)
def test_as_separate_trainings(kind, options):
    together = stacked()
    population = Population(kind([together], lr=1.0, **options), batch())
    for _ in range(STEPS):
        population.zero_grad()
        loss(together).backward()
        population.step()
    for member, (row, schedule) in enumerate(zip(stacked(), batch(), strict=True)):
        alone = row.detach().clone().requires_grad_()
        optimizer = kind([alone], lr=1.0, **options)
        scheduler = Scheduler(optimizer, schedule)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss(alone).backward()
            optimizer.step()
            scheduler.step()
        np.testing.assert_allclose(
            together[member].detach().numpy(), alone.detach().numpy(), rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_rates_above_1_and_few_digits(dtype):
    """All members step at the largest rate; each is within one ulp of its separate training."""
    rates = dl.constant([0.5, 3.0, 40.0])
    together = torch.zeros(3, 2, dtype=dtype, requires_grad=True)
    population = Population(optim.SGD([together], lr=1.0), rates)
    alone = [torch.zeros(2, dtype=dtype, requires_grad=True) for _ in range(3)]
    singles = [optim.SGD([w], lr=r) for w, r in zip(alone, (0.5, 3.0, 40.0), strict=True)]
    for _ in range(3):
        for weight in (together, *alone):
            weight.grad = torch.full_like(weight, -0.25)
        population.step()
        for optimizer in singles:
            optimizer.step()
    unit = torch.finfo(dtype).eps
    for member, weight in enumerate(alone):
        torch.testing.assert_close(together[member], weight, rtol=3 * unit, atol=0)


def test_a_metric_for_each_member():
    falls = dl.Plateau(dl.constant([1.0, 1.0, 1.0]), factor=0.5, patience=0)
    weights = torch.zeros(3, 2, requires_grad=True)
    optimizer = optim.SGD([weights], lr=1.0)
    with pytest.raises(TypeError, match="schedule must be a Schedule, got Plateau"):
        Population(optimizer, falls)
    population = Population(optimizer, falls.schedule)
    expected = np.zeros(3)
    for metrics in ([1.0, 1.0, 1.0], [2.0, 0.5, 2.0], [3.0, 0.4, 1.5]):
        falls.update(metrics)
        for member, rate in enumerate(falls.value(0)):
            population.replace_run(member, dl.constant(rate))
        weights.grad = torch.full_like(weights, -1.0)
        population.step()
        expected += falls.value(0)
    np.testing.assert_array_equal(weights.detach().numpy()[:, 0], expected)
    assert expected.tolist() == [1.75, 3.0, 1.75]


def test_a_stopped_population_continues():
    def trained(population, weights, steps):
        for _ in range(steps):
            population.zero_grad()
            loss(weights).backward()
            population.step()

    whole = stacked()
    trained(Population(optim.Adam([whole], lr=1.0), batch()), whole, STEPS)
    first = stacked()
    before = Population(optim.Adam([first], lr=1.0), batch())
    trained(before, first, 5)
    second = first.detach().clone().requires_grad_()
    after = Population(optim.Adam([second], lr=1.0), batch())
    after.load_state_dict(before.state_dict())
    assert after.position == 5
    trained(after, second, STEPS - 5)
    np.testing.assert_array_equal(second.detach().numpy(), whole.detach().numpy())


def test_a_copy_takes_over_weights_state_and_history():
    weights = stacked()
    population = Population(optim.Adam([weights], lr=1.0), batch())
    loss(weights).backward()
    for _ in range(3):
        population.step()
    tail = dl.constant(0.25)
    population.replace_run(7, tail, source=2)
    np.testing.assert_array_equal(weights[7].detach().numpy(), weights[2].detach().numpy())
    moments = population.optimizer.state[weights]["exp_avg"]
    np.testing.assert_array_equal(moments[7].numpy(), moments[2].numpy())
    assert population.rates[7] == 0.25
    replay = population.history(7)
    assert [replay(p) for p in range(5)] == [*batch()[2].table(3), 0.25, 0.25]


@pytest.mark.parametrize(
    ("optimizer", "reason"),
    [
        (lambda w: optim.ASGD([w], lr=1.0), "depends on the rate"),
        (lambda w: optim.Rprop([w], lr=1.0), "initial value of adaptive"),
        (lambda w: optim.Adafactor([w], lr=1.0), "factored moments mix"),
        (lambda w: optim.LBFGS([w], lr=1.0), "line search mix"),
    ],
)
def test_other_optimizers_are_refused_with_the_reason(optimizer, reason):
    with pytest.raises(ValueError, match=f"optimizer must be one of .*{reason}"):
        Population(optimizer(stacked()), batch())


def test_parameters_without_members_are_refused():
    with pytest.raises(ValueError, match=r"param_groups\[0\]\['params'\]\[0\] must be of shape"):
        Population(optim.SGD([torch.ones(3, requires_grad=True)], lr=1.0), batch())
