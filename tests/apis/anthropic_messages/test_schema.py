"""Schemas that other APIs take, closed as Anthropic wants them, or left alone where that would change what they mean."""

import pytest
from msgspec import Raw

from planoai.apis.anthropic_messages.schema import closed

SAME = (
    '{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}',
    '{"type":"string"}',
    '{"type":"object", "properties":{},"additionalProperties":false,"allOf":[{"required":["a"]}]}',
    '{"const":{"type":"object"},"enum":[{"type":"object"}],"default":{"type":"object"}}',
    '{"type":"array","items":true}',
)
CLOSED = (
    ('{"type":"object","properties":{}}', '{"type":"object","properties":{},"additionalProperties":false}'),
    (
        '{"type":["object","null"],"properties":{"n":{"const":123456789012345678901234567890}}}',
        '{"type":["object","null"],"properties":{"n":{"const":123456789012345678901234567890}},"additionalProperties":false}',
    ),
    (
        '{"type":"array","items":{"anyOf":[{"type":"null"},{"type":"object","properties":{"x":{}}}]}}',
        '{"type":"array","items":{"anyOf":[{"type":"null"},{"type":"object","properties":{"x":{}},"additionalProperties":false}]}}',
    ),
    (
        '{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","properties":{"type":{"const":1.10}}}}}',
        '{"$ref":"#/$defs/A","$defs":{"A":{"type":"object","properties":{"type":{"const":1.10}},"additionalProperties":false}}}',
    ),
)
OPEN = (
    '{"type":"object"}',
    '{"type":"object","additionalProperties":{"type":"string"}}',
    '{"type":"object","properties":{"a":{}},"additionalProperties":true}',
    '{"type":"object","properties":{"m":{"type":"object"}},"additionalProperties":false}',
    '{"type":"array","items":[{"type":"object"}]}',
    '{"type":"object","properties":{"a":{}},"allOf":[{"properties":{"b":{}}}]}',
    '{"type":"object","properties":{"a":{}},"anyOf":[{"type":"object","properties":{"b":{}}}]}',
    '{"type":"object","properties":[]}',
    '{"items":' * 5000 + "{}" + "}" * 5000,
)


@pytest.mark.parametrize("schema", SAME)
def test_a_schema_that_is_closed_keeps_its_bytes(schema: str) -> None:
    assert closed(Raw(schema.encode())) == Raw(schema.encode())


@pytest.mark.parametrize(("schema", "expected"), CLOSED)
def test_what_is_left_unsaid_is_said(schema: str, expected: str) -> None:
    assert closed(Raw(schema.encode())) == Raw(expected.encode())


@pytest.mark.parametrize("schema", OPEN, ids=range(len(OPEN)))
def test_what_is_meant_to_be_open_is_not_closed(schema: str) -> None:
    assert closed(Raw(schema.encode())) is None


def test_a_schema_deeper_than_anybody_means_is_not_looked_through() -> None:
    """Every level would be read once for each above it."""
    schema = '{"type":"string"}'
    for _ in range(400):
        schema = '{"type":"object","properties":{"a":' + schema + "}}"

    assert closed(Raw(schema.encode())) is None
