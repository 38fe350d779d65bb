"""The JSON schema of `to_dict`: it accepts what is written, and the file is the generated one."""

import json

import jsonschema
import pytest
from hypothesis import given

import decaylr as dl
from decaylr.tree.node import KINDS
from tests.reports import schema
from tests.strategies.curves import examples
from tests.strategies.trees import trees

VALIDATOR = jsonschema.Draft202012Validator(schema.schema())


def test_the_file_is_what_the_command_writes():
    assert schema.FILE.read_text(encoding="utf-8") == schema.text()


def test_the_schema_is_one_and_has_every_kind():
    jsonschema.Draft202012Validator.check_schema(schema.schema())
    assert {*KINDS} <= {*schema.schema()["$defs"]}


@examples(150)
@given(drawn=trees())
def test_it_accepts_what_is_written(drawn):
    VALIDATOR.validate(json.loads(drawn.schedule.to_json()))


WRONG = [
    {"version": 2},
    {"version": 1, "schedule": {"lin": {}}},
    {"version": 1, "schedule": {"linear": {"init_value": 1, "end_value": 0}}},
    {"version": 1, "schedule": {"linear": {"init_value": 1, "end_value": 0, "step": 3}}},
    {"version": 1, "schedule": {"linear": {"init_value": "1", "end_value": 0, "steps": 3}}},
    {"version": 1, "schedule": {"sum": {"parts": []}}},
    {"version": 1, "schedule": {"negative": {}}},
    {"version": 1, "schedule": {"constant": {"value": 1, "steps": [[]]}}},
]


@pytest.mark.parametrize("data", WRONG)
def test_what_from_dict_refuses_is_invalid(data):
    assert not VALIDATOR.is_valid(data)
    with pytest.raises((TypeError, ValueError)):
        dl.from_dict(data)
