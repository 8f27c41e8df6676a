"""Schemas for servers that know as much of them as OpenAPI 3.0."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.openai_chat.schemas import plain

KEYWORDS = ("type", "const", "enum", "$schema", "$id", "exclusiveMinimum", "description", "required", "default")
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
NAMES = st.sampled_from((*KEYWORDS, "properties", "items", "a"))


def nested(schemas: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.dictionaries(NAMES, schemas, max_size=3)
    return st.dictionaries(st.sampled_from(KEYWORDS), SCALARS, max_size=4).flatmap(
        lambda simple: st.fixed_dictionaries(
            {},
            optional={
                "properties": named,
                "$defs": named,
                "patternProperties": named,
                "items": schemas,
                "anyOf": st.lists(schemas, max_size=3),
                "additionalProperties": st.booleans() | schemas,
                "$ref": st.just("#/$defs/a"),
                "examples": st.lists(schemas, max_size=2),
            },
        ).map(lambda more: {**simple, **more})
    )


SCHEMAS = st.recursive(SCALARS | st.just({"type": "string"}), nested, max_leaves=12)


def raw(schema: Any) -> Raw:
    return Raw(json.dumps(schema).encode())


def plained(schema: Any) -> tuple[Any, tuple[str, ...]]:
    written, lost = plain(raw(schema))
    return json.loads(bytes(written)), lost


@given(SCHEMAS)
def test_what_is_plain_stays_as_it_is(schema: Any) -> None:
    once, lost = plain(raw(schema))
    again = Raw(bytes(once))
    assert plain(again) == (again, ())
    assert plain(again)[0] is again
    if not lost and b'"const"' not in bytes(raw(schema)):
        assert json.loads(bytes(once)) == schema


@given(SCHEMAS)
def test_every_path_that_is_told_leads_to_something(schema: Any) -> None:
    for path in plained(schema)[1]:
        steps = path.replace("[", ".[").split(".")
        value = schema
        for step in steps:
            value = value[int(step[1:-1])] if step.startswith("[") else value[step]


@pytest.mark.parametrize("name", ["$id", "const", "exclusiveMinimum", "additionalProperties"])
def test_a_property_may_have_any_name(name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "object"}}, "required": [name], "enum": [{name: {}}]}
    assert plained(schema) == (schema, ())


def test_one_value_is_a_list_of_one() -> None:
    assert plained({"const": {"const": 1}}) == ({"enum": [{"const": 1}]}, ())
    assert plained({"const": 1, "enum": [1, 2]}) == ({"enum": [1, 2]}, ())


def test_the_yes_or_no_of_openapi_is_not_the_number_of_json_schema() -> None:
    assert plained({"minimum": 1, "exclusiveMinimum": True}) == ({"minimum": 1, "exclusiveMinimum": True}, ())
    assert plained({"minimum": 1, "exclusiveMinimum": 0}) == ({"minimum": 1}, ("exclusiveMinimum",))


def test_nothing_stands_beside_a_reference_but_what_it_refers_to() -> None:
    schema = {"$ref": "#/$defs/a", "title": "t", "$defs": {"a": {"$comment": "c"}}}
    assert plained(schema) == ({"$ref": "#/$defs/a", "$defs": {"a": {}}}, ("title", "$defs.a.$comment"))


def test_numbers_stay_as_they_were_written() -> None:
    assert bytes(plain(Raw(b'{"$id":"x","maximum":1.50}'))[0]) == b'{"maximum":1.50}'


@pytest.mark.parametrize("schema", [b"true", b"null", b'"text"', b"[1]", b'{"properties":[1],"items":7,"anyOf":{}}'])
def test_what_is_no_schema_is_left_for_the_upstream_to_judge(schema: bytes) -> None:
    given = Raw(schema)
    assert plain(given) == (given, ())


def test_what_is_nested_very_deeply_stays_as_it_is() -> None:
    deep = Raw(b'{"items":' * 500 + b'{"$id":1}' + b"}" * 500)
    assert plain(deep) == (deep, ())
