"""Schemas that OpenAI takes as strict, and those it answers with 400."""

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from planoai.apis.openai_chat.strict import qualifies

TEXT = {"type": "string"}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def holds(schema: Any) -> bool:
    return qualifies(Raw(msgspec.json.encode(schema)))


@pytest.mark.parametrize(
    "schema",
    [
        closed(),
        closed(a=TEXT, b={"type": ["integer", "null"], "minimum": 0}),
        closed(a={"anyOf": [TEXT, {"type": "null"}], "title": "A"}),
        closed(a={"type": "array", "items": closed(b={"enum": [1, "x"]}), "maxItems": 3}),
        {**closed(a={"$ref": "#/$defs/A"}), "$defs": {"A": closed(b={"type": "string", "format": "date"})}},
    ],
)
def test_closed_objects_qualify(schema: Any) -> None:
    assert holds(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": TEXT}, "required": [], "additionalProperties": False},
        {"type": "object", "properties": {"a": TEXT}, "required": ["a"]},
        {"type": "object", "additionalProperties": TEXT},
        closed(a={"type": "object"}),
        closed(a={"type": ["object", "null"]}),
        closed(a={"type": "array", "items": {"type": "object", "properties": {}}}),
        closed(a={"type": "string", "default": "x"}),
        closed(a={"type": "string", "format": "uri"}),
        closed(a={"allOf": [TEXT]}),
        closed(a={"$ref": "#/$defs/A", "description": "x"}),
        closed(a={}),
        closed(a=True),
        {**closed(), "$defs": {"A": {"type": "object"}}},
        {"anyOf": [closed()]},
        {**closed(), "properties": []},
        {"type": "array", "items": TEXT},
        "x",
    ],
)
def test_others_do_not(schema: Any) -> None:
    assert not holds(schema)


def test_a_schema_nested_too_deeply_does_not() -> None:
    schema: dict[str, Any] = closed()
    for _ in range(12):
        schema = closed(a=schema)

    assert not holds(schema)
    assert not qualifies(Raw(b"[" * 3000))
