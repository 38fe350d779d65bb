"""`from_training_arguments` compared with the schedules that transformers creates."""

import numpy as np
import pytest

from decaylr.compat.transformers import from_training_arguments
from decaylr.plateau import Plateau
from tests.peers.installed import peer
from tests.peers.live_torch import optimizer, stepped

optimization = peer("transformers.optimization")


@pytest.mark.parametrize(
    ("arguments", "warmup"),
    [
        ({}, 0),
        ({"learning_rate": 0.1, "warmup_steps": 7}, 7),
        ({"warmup_steps": 0.101, "lr_scheduler_type": "cosine"}, 11),
        ({"warmup_steps": 5, "lr_scheduler_type": "polynomial", "output_dir": "out"}, 5),
        (
            {
                "lr_scheduler_type": "cosine_with_min_lr",
                "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
                "warmup_steps": 3,
            },
            3,
        ),
    ],
)
def test_as_the_trainer_makes_it(arguments, warmup):
    base = arguments.get("learning_rate", 5e-5)
    live = optimizer(base)
    scheduler = optimization.get_scheduler(
        arguments.get("lr_scheduler_type", "linear"),
        live,
        num_warmup_steps=warmup,
        num_training_steps=100,
        scheduler_specific_kwargs=arguments.get("lr_scheduler_kwargs"),
    )
    expected = stepped(scheduler, 120)
    by_steps = from_training_arguments(arguments, 100)
    assert by_steps == from_training_arguments(arguments | {"max_steps": 100})
    got = by_steps.table(len(expected))
    np.testing.assert_allclose(got, np.ravel(expected), rtol=1e-9, atol=1e-17 * base)


def test_a_metric_driven_one():
    made = from_training_arguments({"lr_scheduler_type": "reduce_lr_on_plateau"}, 100)
    assert isinstance(made, Plateau)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"warmup_ratio": 0.1}, ValueError, "arguments must be one of .*got 'warmup_ratio'"),
        ({"lr_scheduler_type": "warp"}, ValueError, "name must be one of"),
        ({"warmup_steps": -1}, ValueError, "warmup_steps must be"),
        ({"warmup_steps": [1, 2]}, TypeError, "warmup_steps must be one number"),
    ],
)
def test_refusals(arguments, error, text):
    with pytest.raises(error, match=text):
        from_training_arguments(arguments, 100)


def test_a_length_is_needed():
    with pytest.raises(ValueError, match="num_training_steps must be given where max_steps"):
        from_training_arguments({})
    with pytest.raises(TypeError, match="arguments must be a mapping, got list"):
        from_training_arguments([], 10)
