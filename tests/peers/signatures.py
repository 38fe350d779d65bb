"""The signature of a library's function beside that of the function of the same name here."""

import inspect


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return {one.name: one.default for one in found}


def shown(default):
    return "nothing" if default is inspect.Parameter.empty else f"{default!r}"


def differences(live, ours):
    """In words, but for `base_lr` in the optimizer's place and `last_epoch` left out.

    The order of the parameters that both have must be the same.
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
