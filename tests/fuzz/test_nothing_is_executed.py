"""Reading a file executes nothing: Python's own audit of one interpreter sees no such event."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import decaylr as dl
from tests.fuzz.targets import CORPUS

PROGRAM = """
import sys, json
from pathlib import Path
import decaylr as dl
from decaylr.convert import convert
from decaylr.plateau.scale import Plateau

ways = {
    "load": lambda: dl.load(file),
    "from_json": lambda: dl.from_json(Path(file).read_text()),
    "convert": lambda: convert(json.loads(Path(file).read_text())),
}
way, first, second = sys.argv[1:]
file = first
ways[way]()  # decaylr imports what it needs, once
file = second
seen = []
forbidden = ("exec", "compile", "import", "pickle.find_class", "marshal.loads", "os.", "open",
             "subprocess.", "socket.", "ctypes.", "shutil.", "code.")
sys.addaudithook(lambda event, arguments: seen.append((event, arguments)))
ways[way]()
events = [(event, arguments[0] if arguments else None) for event, arguments in seen]
print(json.dumps([(event, str(what)) for event, what in events if event.startswith(forbidden)]))
"""

HOSTILE = {
    "schedules": {
        "__import__('os').system('true')": {
            "name": "{0.__class__}", "source": "$(true)", "note": "!!python/object/apply:os.system",
            "constant": 0.5,
        }
    },
    "version": 1,
}  # fmt: skip


def events(way, first, file):
    command = [sys.executable, "-c", PROGRAM, way, str(first), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["phases.toml", "columns.toml"])
def test_sweep_files(name):
    file = CORPUS / "sweeps" / name
    assert events("load", file, file) == [["open", str(file)]]


def test_words_of_a_sweep_file_are_words(tmp_path):
    first, file = tmp_path / "first.json", tmp_path / "hostile.json"
    first.write_text(json.dumps({"version": 1, "schedules": {"a": {"constant": 0.5}}}))
    file.write_text(json.dumps(HOSTILE))
    assert events("load", first, file) == [["open", str(file)]]


def test_schedules(tmp_path):
    file = tmp_path / "schedule.json"
    file.write_text(dl.linear(0.0, 1.0, 9).then(dl.cosine(1.0, 0.0, 90)).to_json())
    assert events("from_json", file, file) == [["open", str(file)]]


@pytest.mark.parametrize("name", ["sequential", "keras", "deepspeed", "megatron", "timm"])
def test_configurations(name):
    file = CORPUS / "configurations" / f"{name}.json"
    assert events("convert", file, file) == [["open", str(file)]]
