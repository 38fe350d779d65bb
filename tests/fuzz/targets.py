"""What is fuzzed: each target reads one random input and refuses it as documented or obeys laws.

A target is a function of a random generator. It returns whether the input was accepted; an
exception that it lets through is a fault of decaylr.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import decaylr as dl
from decaylr.checks import real_array
from decaylr.convert import convert, written
from decaylr.plateau.scale import Plateau
from decaylr.tree.flat import Record
from tests.fuzz import laws
from tests.fuzz.mutate import changed, changed_text
from tests.fuzz.trees import tree
from tests.paths import ROOT
from tests.peers.installed import peer

CORPUS = Path(__file__).parent / "corpus"
WRITTEN = ROOT / "tests/notation/written.json"
REFUSALS = (TypeError, ValueError)


@cache
def corpus(folder: str) -> list[tuple[str, Any]]:
    """The text and the content of each file of a folder of the corpus; of every kind of node."""
    if folder == "schedules":
        texts = [case["json"] for case in json.loads(WRITTEN.read_text())["schedules"].values()]
        return [(text, json.loads(text)) for text in texts]
    files = sorted((CORPUS / folder).iterdir())
    return [(file.read_text(), _content(file)) for file in files]


def _content(file: Path) -> Any:
    text = file.read_text()
    return tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)


def _document(folder: str, random: Random) -> Any:
    documents = [content for _, content in corpus(folder)]
    return changed(random.choice(documents), random, documents)


def from_dict(random: Random) -> bool:
    document = _document("schedules", random)
    try:
        schedule = dl.from_dict(document)
    except REFUSALS:
        return False
    laws.hold(schedule, random)
    return True


def from_json(random: Random) -> bool:
    text, _ = random.choice(corpus("schedules"))
    try:
        if random.random() < 0.5:
            text = changed_text(text, random)
        else:
            text = json.dumps(_document("schedules", random))
    except (RecursionError, ValueError):  # of json.dumps: no text to read
        return False
    try:
        schedule = dl.from_json(text.encode("utf-8", "surrogatepass") if len(text) % 2 else text)
    except REFUSALS:
        return False
    laws.hold(schedule, random)
    return True


@cache
def _folder() -> Path:
    """A folder for files that targets write; it goes with the process."""
    name = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, name)
    return Path(name)


def _loaded(text: str, suffix: str, random: Random) -> bool:
    file = _folder() / f"sweep{suffix}"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        sweep = dl.load(file)
    except REFUSALS:
        return False
    for name in sweep.names[:3]:
        laws.hold(sweep[name], random)
    if sweep.schedule.size <= laws.LARGEST:
        again = _folder() / random.choice(["again.toml", "again.json"])
        try:
            sweep.save(again)
        except ValueError as error:
            if "surrogates" not in str(error):
                raise
            return True
        assert dl.load(again).schedule == sweep.schedule
    return True


def sweep_toml(random: Random) -> bool:
    text = random.choice([text for text, _ in corpus("sweeps")])
    return _loaded(changed_text(text, random), ".toml", random)


def sweep_json(random: Random) -> bool:
    try:
        text = json.dumps(_document("sweeps", random))
    except (RecursionError, ValueError):
        return False
    return _loaded(text, ".json", random)


def configuration(random: Random) -> bool:
    document = _document("configurations", random)
    try:
        made = convert(document, value=random.choice(["lr", "lr", "momentum", "weight_decay"]))
    except REFUSALS:
        return False
    if isinstance(made, Plateau):
        assert Plateau.from_dict(made.to_dict()) == made
        return True
    laws.hold(made, random)
    try:
        written(made, "keras")
    except REFUSALS:
        return True
    return True


def combined(random: Random) -> bool:
    try:
        schedule = tree(random)
    except (*REFUSALS, IndexError):
        return False
    laws.hold(schedule, random)
    return True


def plateau_state(random: Random) -> bool:
    plateau = Plateau(dl.constant([0.1, 0.2]), patience=1)
    plateau.update([1.0, 2.0])
    before = plateau.state_dict()
    plain = {name: getattr(v, "tolist", lambda v=v: v)() for name, v in before.items()}
    try:
        plateau.load_state_dict(changed(plain, random, [plain]))
    except REFUSALS:
        after = plateau.state_dict()
        assert str(after) == str(before), (before, after)
        return False
    plateau.update([1.0, 2.0])
    return True


def torch_state(random: Random) -> bool:
    """A state of `decaylr.torch.Scheduler`, as a checkpoint holds it."""
    schedulers = _schedulers()
    scheduler, state = random.choice(schedulers)
    before = scheduler.position, scheduler.get_last_lr()
    try:
        scheduler.load_state_dict(changed(state, random, [state for _, state in schedulers]))
    except REFUSALS:
        assert (scheduler.position, scheduler.get_last_lr()) == before
        return False
    scheduler.load_state_dict(state)
    return True


@cache
def _schedulers() -> list[tuple[Any, dict[str, Any]]]:
    """A scheduler with a plain schedule and one with a plateau, each with its state."""
    torch = peer("torch")
    made = []
    for schedule in (dl.linear(1.0, 0.0, 100), Plateau(dl.cosine(1.0, 0.1, 50), patience=1)):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.9)
        scheduler = dl.torch.Scheduler(
            optimizer, {"lr": schedule, "momentum": dl.constant(0.9)}, on_change="checkpoint"
        )
        scheduler.seek(7)
        made.append((scheduler, scheduler.state_dict()))
    return made


def restored(random: Random) -> bool:
    """Records of a pickle: those that no schedule has are refused before the core reads them."""
    restore, (records,) = random.choice(_plain_schedules()).__reduce__()
    plain = [_plain(record) for record in records]
    document = changed(plain, random, [plain])
    try:
        records = [_record(*fields) for fields in document]
    except (AttributeError, TypeError, ValueError):  # no arrays to begin with
        return False
    try:
        made = restore(records)
    except ValueError:
        return False
    laws.hold(made, random)
    return True


def _plain(record: Record) -> list[Any]:
    arrays = {name: array.tolist() for name, array in record.parameters.items()}
    return [record.kind, arrays, record.options, list(record.children), list(record.shape)]


def _record(kind: Any, parameters: Any, options: Any, children: Any, shape: Any) -> Record:
    arrays = {name: real_array(name, value) for name, value in parameters.items()}
    return Record(kind, arrays, options, tuple(children), tuple(shape), {})


@cache
def _plain_schedules() -> list[dl.Schedule]:
    return [dl.from_dict(content) for _, content in corpus("schedules")]


TARGETS: dict[str, Callable[[Random], bool]] = {
    target.__name__: target
    for target in (
        from_dict,
        from_json,
        sweep_toml,
        sweep_json,
        configuration,
        combined,
        plateau_state,
        torch_state,
        restored,
    )
}
