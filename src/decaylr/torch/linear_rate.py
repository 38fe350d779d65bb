"""The optimizers of PyTorch whose step is elementwise and proportional to the learning rate."""

from __future__ import annotations

from torch import optim

# Each of these changes every element of a parameter by the rate times a number that does not
# depend on the rate, and has no rate in its state. That holds with all of their options, such as
# momentum, weight decay and AMSGrad.
LINEAR: frozenset[type[optim.Optimizer]] = frozenset(
    {
        optim.SGD,
        optim.Adam,
        optim.AdamW,
        optim.RMSprop,
        optim.Adagrad,
        optim.Adadelta,
        optim.Adamax,
        optim.NAdam,
        optim.RAdam,
    }
)

REASONS: dict[str, str] = {
    "ASGD": "its state (averages and decay of the parameters) depends on the rate",
    "Rprop": "its rate is only the initial value of adaptive step sizes",
    "Adafactor": "its rate is capped, and its factored moments mix the members",
    "Muon": "it orthogonalises whole matrices, which mixes the members",
    "LBFGS": "its search directions and line search mix the members",
    "SparseAdam": "the rows of its sparse gradients are not the members",
}


def expect_linear(optimizer: optim.Optimizer) -> None:
    """Raise ValueError, with the reason, unless members can have different learning rates."""
    if type(optimizer) in LINEAR:
        return
    name = type(optimizer).__name__
    reason = REASONS.get(name, "it is not known whether its step is linear in the rate")
    known = ", ".join(sorted(kind.__name__ for kind in LINEAR))
    raise ValueError(f"optimizer must be one of {known}, got {name}: {reason}")
