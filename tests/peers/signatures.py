"""Compare the signature of a library's function with that of the same function in decaylr."""

import inspect


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in found}


def shown(default):
    return "nothing" if default is inspect.Parameter.empty else f"{default!r}"


def differences(live, ours):
    """The differences in words, except `base_lr` instead of the optimizer and no `last_epoch`.

    The common parameters must be in the same order.
    """
    theirs, mine = parameters(live), parameters(ours)
    theirs.pop("last_epoch", None)
    if "optimizer" in theirs and ("base_lr" not in theirs and "base_lr" in mine):
        default = theirs["optimizer"]
        theirs = {"base_lr" if k == "optimizer" else k: v for k, v in theirs.items()}
        assert theirs["base_lr"] is default
    both = [name for name in mine if name in theirs]
    assert both == [name for name in theirs if name in mine]
    found = {f"+{name}" for name in mine if name not in theirs}
    found |= {f"-{name}" for name in theirs if name not in mine}
    return found | {
        f"{name}={shown(mine[name])} instead of {shown(theirs[name])}"
        for name in both
        if shown(mine[name]) != shown(theirs[name])
    }
