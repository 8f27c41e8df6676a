"""A body as fields, and values read with the place of what is wrong in them."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.fields import read, read_fields, without_ours
from planoai.errors import BadRequest


class Inner(msgspec.Struct):
    name: str


class Outer(msgspec.Struct):
    inner: list[Inner]
    count: int = 0


def test_the_bytes_of_every_value_survive() -> None:
    fields = read_fields(b'{"a": 1.50, "b": {"x":  [1e2]}, "c": "\\u00e9"}')

    assert {name: bytes(value) for name, value in fields.items()} == {
        "a": b"1.50",
        "b": b'{"x":  [1e2]}',
        "c": b'"\\u00e9"',
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"  ", "the body is empty"),
        (b"[]", "must be a JSON object"),
        (b'{"a":', "the body is not JSON"),
        (b'{"a":"\xff"}', "the body is not UTF-8: byte 6"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
    ids=["empty", "blank", "array", "cut", "bad UTF-8", "deep"],
)
def test_a_body_that_is_no_object_is_refused_with_the_reason(body: bytes, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        read_fields(body)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise_anything_else(body: bytes) -> None:
    with suppress(BadRequest):
        read_fields(body)


@pytest.mark.parametrize(
    ("raw", "param"),
    [
        (b'{"inner":[{"name":1}]}', "field.inner[0].name"),
        (b'{"inner":[{}]}', "field.inner[0].name"),
        (b'{"inner":[],"count":"x"}', "field.count"),
        (b"{}", "field.inner"),
        (b"[]", "field"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(raw: bytes, param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read(raw, Outer, "field")

    assert raised.value.param == param
    assert raised.value.message.startswith(param)


@pytest.mark.parametrize(("raw", "param"), [(b"{}", "inner"), (b'{"inner":[{}]}', "inner[0].name")])
def test_the_path_of_a_whole_body_begins_with_the_field(raw: bytes, param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read(raw, Outer, "")

    assert raised.value.param == param
    assert raised.value.message.startswith(f"{param}: ")


def test_what_speaks_to_the_gateway_does_not_go_on() -> None:
    fields = read_fields(
        b'{"model":"m","routing_preferences":[1],"metadata":{"plano_preference_config":"x","archgw_preference_config":"y","k":"v"}}'
    )
    kept = without_ours(fields)

    assert set(kept) == {"model", "metadata"}
    assert bytes(kept["metadata"]) == b'{"k":"v"}'


def test_metadata_that_spoke_only_to_the_gateway_is_left_out_whole() -> None:
    assert set(without_ours(read_fields(b'{"model":"m","metadata":{"plano_preference_config":1}}'))) == {"model"}


def test_fields_that_say_nothing_to_the_gateway_are_the_same_mapping() -> None:
    fields = read_fields(b'{"model":"m","metadata":{"k":"v"}}')

    assert without_ours(fields) is fields


def test_metadata_that_is_no_object_is_left_for_the_upstream_to_judge() -> None:
    fields = read_fields(b'{"metadata":"plano_preference_config"}')

    assert without_ours(fields) is fields


def test_very_many_fields_are_refused_before_they_fill_the_memory() -> None:
    body = b'{"messages":[],' + b",".join(b'"%d":1' % number for number in range(600_000)) + b"}"
    with pytest.raises(BadRequest, match="commas outside of its messages"):
        read_fields(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"messages":[%b]}' % b",".join([b'{"role":"user"}'] * 500_000),
        b'{"messages":[],"other":"%b"}' % (b"x" * 6_000_000),
        b'{"tools":[%b],"other":[%b]}' % (b",".join([b"{}"] * 200_000), b",".join([b'"%d"' % (10**50)] * 90_000)),
    ],
    ids=["many messages", "one large field nobody knows", "many tools, and a long list nobody knows"],
)
def test_a_large_body_of_few_fields_is_read(body: bytes) -> None:
    assert len(read_fields(body)) == len(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
