"""Which optimizers of PyTorch take a step that is linear in the rate, member by member."""

from __future__ import annotations

from torch import optim

# Decoupled weight decay, momentum, AMSGrad and the rest change nothing here: with everything
# else fixed, each of these moves a parameter by its rate times something without the rate,
# element by element, and keeps the rate out of its state.
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
    "ASGD": "its decay of parameters and its averages keep the rate in their state",
    "Rprop": "its rate is only the first of step sizes that adapt",
    "Adafactor": "its rate is capped, and its factored moments mix the members",
    "Muon": "it orthogonalises whole matrices, which mixes the members",
    "LBFGS": "its directions and line search mix the members",
    "SparseAdam": "its sparse gradients have rows that are not the members",
}


def expect_linear(optimizer: optim.Optimizer) -> None:
    """Refuse an optimizer whose members cannot be given rates of their own, with the reason."""
    if type(optimizer) in LINEAR:
        return
    name = type(optimizer).__name__
    reason = REASONS.get(name, "whether its step is linear in the rate is not known")
    known = ", ".join(sorted(kind.__name__ for kind in LINEAR))
    raise ValueError(f"optimizer must be one of {known}, got {name}: {reason}")
