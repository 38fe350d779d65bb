"""Law 5: errors say what to write instead, where another library or a typing error shows it."""

import inspect
import re
import subprocess
import sys

import pytest

import decaylr as dl
from decaylr.checks import NAMES_ELSEWHERE, did_you_mean

S = dl.cosine(0.3, 0.03, 7)
HINTS = [
    (lambda: S[3], IndexError, "call it, schedule(3)"),
    (lambda: dl.concatenate([S, S]), ValueError, "stack takes single schedules"),
    (lambda: dl.exponential(0.3, 0.9).then(S), ValueError, "join takes boundaries"),
    (lambda: dl.wsd(0.3, 1, 2, 3).replace(peak_value=3), TypeError, "call its recipe again"),
    (lambda: S.replace(T_max=70), ValueError, "did you mean 'steps'?"),
    (lambda: S.replace(eta_min=0.0), ValueError, "did you mean 'end_value'?"),
    (lambda: S.replace(stepz=70), ValueError, "did you mean 'steps'?"),
    (lambda: dl.from_dict({"version": 1, "schedule": {"cosin": {}}}), ValueError, "'cosine'?"),
    (lambda: dl.Plateau(S).step(0.7), AttributeError, "use update(metric)"),
    (lambda: S.get_last_lr(), AttributeError, "use schedule(position)"),
    (lambda: S.save("x.json"), AttributeError, "use to_json() or to_dict()"),
    (lambda: S.step(), AttributeError, "decaylr.torch.Scheduler"),
    (
        lambda: dl.CosineAnnealingLR,
        AttributeError,
        "decaylr.compat.torch.CosineAnnealingLR is that",
    ),
    (lambda: dl.exponential_decay, AttributeError, "decaylr.compat.optax.exponential_decay"),
    (lambda: dl.save, AttributeError, "to_json"),
]


@pytest.mark.parametrize("case", range(len(HINTS)))
def test_the_error_says_what_to_write(case):
    call, error, hint = HINTS[case]
    with pytest.raises(error, match=re.escape(hint)):
        call()


@pytest.mark.parametrize("name", ["tabel", "colour", "_private", "__array__"])
def test_other_attributes_are_missing_as_usual(name):
    for owner in (S, dl.Plateau(S), dl):
        assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=f"'Schedule' object has no attribute '{name}'$"):
        getattr(S, name)


def test_a_name_that_resembles_none_has_no_hint():
    assert did_you_mean("zzz", ("steps", "end_value")) == ""
    assert did_you_mean("T_max", ("gamma",)) == ""


def test_names_of_other_libraries_stand_for_parameters_of_ours():
    ours = {
        p
        for name in dl.__all__
        if callable(getattr(dl, name))
        for p in inspect.signature(getattr(dl, name)).parameters
    }
    assert {name for names in NAMES_ELSEWHERE.values() for name in names} <= ours


@pytest.mark.parametrize("library", ["torch", "keras", "jax"])
def test_an_adapter_without_its_library_says_what_to_install(library):
    program = f"import sys; sys.modules[{library!r}] = None; import decaylr.{library}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    needed = f"decaylr.{library} needs {library}: pip install 'decaylr[{library}]'"
    assert last == f"ModuleNotFoundError: {needed}"


def test_dir_lists_public_names_alone():
    listed = [name for name in dir(dl) if not name.startswith("__")]
    assert {"cosine", "Sweep", "torch", "compat"} <= {*listed}
    assert not {"checks", "tree", "Any", "import_module", "TYPE_CHECKING", "_engine"} & {*listed}
    assert [name for name in listed if not _found(name)] == []


def _found(name):
    """Whether decaylr has a name; an adapter's library may be missing."""
    try:
        return hasattr(dl, name)
    except ModuleNotFoundError as error:
        return not error.name.startswith("decaylr")


def test_help_shows_no_name_of_our_own():
    for name in dl.__all__:
        value = getattr(dl, name)
        if inspect.isfunction(value):
            hints = {str(p.annotation) for p in inspect.signature(value).parameters.values()}
            assert not {h for h in hints if re.search(r"\bReal\b", h)}, name
