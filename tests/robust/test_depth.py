"""The deepest trees can be used on threads with small stacks; deeper ones are refused."""

import json
import pickle
import subprocess
import sys

import pytest

import decaylr as dl
from decaylr import convert
from decaylr.tree.flat import records, restored
from decaylr.tree.node import DEEPEST
from tests.paths import ROOT
from tests.robust.towers import LEVELS, on_a_small_stack, tower

CURVE = dl.linear(1.0, 0.0, 10)
TOO_DEEP = [DEEPEST + 1, 500, 5_000, 100_000]
NODE = {"linear": {"init_value": 1.0, "end_value": 0.0, "steps": 10}}


@pytest.mark.parametrize("kind", [*LEVELS, "mixed"])
def test_the_deepest_trees_do_all_that_others_do_on_a_stack_of_512_kib(kind):
    command = [sys.executable, "-m", "tests.robust.towers", kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"


def _json(levels, key):
    begin, end = {
        "of": ('{"negative": {"of": ', "}}"),
        "parts": ('{"sum": {"parts": [', f", {json.dumps(NODE)}]}}}}"),
    }[key]
    node = begin * levels + json.dumps(NODE) + end * levels
    return '{"version": 1, "schedule": ' + node + "}"


def _data(levels, key):
    node = NODE
    for _ in range(levels):
        node = {"negative": {"of": node}} if key == "of" else {"sum": {"parts": [node, NODE]}}
    return {"version": 1, "schedule": node}


@pytest.mark.parametrize("key", ["of", "parts"])
def test_data_of_the_greatest_depth_is_read(key):
    assert dl.from_dict(_data(DEEPEST - 1, key))(5) == dl.from_json(_json(DEEPEST - 1, key))(5)


@pytest.mark.parametrize("key", ["of", "parts"])
@pytest.mark.parametrize("levels", TOO_DEEP)
@pytest.mark.parametrize("way", ["from_dict", "from_json", "toml", "json file", "convert"])
def test_deeper_data_is_refused(tmp_path, way, levels, key):
    def read():
        if way == "from_dict":
            dl.from_dict(_data(levels - 1, key))
        elif way == "from_json":
            dl.from_json(_json(levels - 1, key))
        elif way == "convert":
            convert.convert(_data(levels - 1, key)["schedule"])
        else:
            dl.sweep.load(_sweep_file(tmp_path, way, levels, key))

    (error,) = on_a_small_stack(read)
    assert type(error) is ValueError, repr(error)[:200]
    assert "deep" in str(error)


def _sweep_file(folder, way, levels, key):
    node = json.loads(_json(1, key))["schedule"]
    assert node
    text = _json(levels - 1, key)
    node_text = text[text.index('"schedule": ') + len('"schedule": ') : -1]
    if way == "json file":
        path = folder / "deep.json"
        path.write_text('{"version": 1, "schedule": {"a": ' + node_text + "}}")
    else:
        path = folder / "deep.toml"
        path.write_text("version = 1\n[schedule]\na = " + node_text.replace(": ", " = ") + "\n")
    return path


@pytest.mark.parametrize("kind", LEVELS)
def test_a_level_more_is_refused_by_every_combinator(kind):
    curve = CURVE.reshape(1) if kind == "select" else CURVE
    full = tower(kind, curve)
    with pytest.raises(ValueError, match=f"^a schedule must be nested at most {DEEPEST} deep"):
        LEVELS[kind](LEVELS[kind](full, curve), curve)


def test_then_refuses_a_level_more():
    full = tower("negative", CURVE)
    with pytest.raises(ValueError, match=f"nested at most {DEEPEST} deep"):
        full.then(CURVE)


def test_a_pickle_of_a_deeper_tree_is_refused():
    full = tower("negative", CURVE)
    listed = records(full)
    listed.append(listed[-1]._replace(children=(len(listed) - 1,)))
    with pytest.raises(ValueError, match=f"nested at most {DEEPEST} deep"):
        restored(dl.Schedule, listed)


def test_a_part_that_is_used_twice_is_pickled_once():
    shared = dl.samples(list(range(1000)))
    once, twice = len(pickle.dumps(-shared)), len(pickle.dumps(shared * shared))
    assert twice < once + 200
    again = pickle.loads(pickle.dumps(shared * shared))
    assert again.children[0] is again.children[1]
