"""Calls of every form, against the plain reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_tools
from planoai.signals.calls import Call, read_call
from tests.signals.corpus import conversations
from tests.signals.test_strict_json import VALUES

NAMES = st.sampled_from(["get", "", " set ", "\u3000list\x1c", "é", "a b"])
KEYS = st.sampled_from(["name", "function", "arguments", "args", "other"])
BARE = st.builds(
    lambda name, inner, ending: f"{name}({inner}{ending}",
    NAMES,
    VALUES.map(json.dumps) | st.sampled_from(["", "x=1", "((", "\x85{}\xa0", '{"b":1,"a":[2,{"d":1,"c":2}]}']),
    st.sampled_from([")", "))", "", ") ", ")\n"]),
)
FORMS = st.dictionaries(KEYS, VALUES | NAMES).map(json.dumps) | VALUES.map(json.dumps) | BARE | NAMES | st.text()


def _read(value: str) -> tuple[str, str, object, str]:
    """Name, text and object of a call, and the name that the failure detector tells."""
    call = read_call(value)
    arguments = call.given if isinstance(call.given, dict) else None
    return call.name, call.text, repr(arguments), call.name if call.structured else "unknown"


def _theirs(value: str) -> tuple[str, str, object, str]:
    call = plain_tools.read_call(0, value)
    return call.name, call.text, repr(call.arguments), plain_tools.tool_name(value)


@given(FORMS)
def test_a_call_of_any_form_is_read_as_the_plain_reader_reads_it(value: str) -> None:
    assert _read(value) == _theirs(value)


def test_the_calls_of_the_corpus_are_read_as_the_plain_reader_reads_them() -> None:
    values = {row.value for each in conversations() for row in each.rows if row.role == "function_call"}
    assert len(values) > 1000
    assert [value for value in values if _read(value) != _theirs(value)] == []


@given(FORMS, FORMS)
def test_a_call_repeats_another_where_the_plain_ones_are_equal(a: str, b: str) -> None:
    equal = plain_tools.equal(plain_tools.read_call(0, a), plain_tools.read_call(0, b))
    assert read_call(a).repeats(read_call(b)) is equal
    assert read_call(a).repeats(read_call(a))


@pytest.mark.parametrize(
    ("value", "call", "text"),
    [
        ('{"name":"f","arguments":{"b":1,"a":{"d":1,"c":2}}}', ("f", True), '{"a":{"d":1,"c":2},"b":1}'),
        ('{"function":"f","args":"x"}', ("f", True), "x"),
        ('{"name":null,"function":"f"}', ("unknown", True), ""),
        ('{"name":"f","arguments":null,"args":"x"}', ("f", True), "null"),
        ('{"name":"f","arguments":[1.0, 1e16]}', ("f", True), "[1.0,1e16]"),
        ('f( {"b":1,"a":2} )', ("f", False), '{"a":2,"b":1}'),
        ("f(x) ", ("f", False), "(x) "),
        ("(x)", ("(x)", False), ""),
        (" f \u3000", ("f", False), ""),
        ('["f(1)"]', ('["f', False), '(1)"]'),
    ],
)
def test_a_call_has_its_name_and_the_text_of_its_arguments(value: str, call: tuple[str, bool], text: str) -> None:
    read = read_call(value)
    assert ((read.name, read.structured), read.text) == (call, text)


def test_objects_are_compared_as_objects_and_with_anything_else_as_text() -> None:
    nested = [Call("f", {"a": {"b": 1, "c": 2}}), Call("f", {"a": {"c": 2, "b": 1}})]
    written = Call("f", '{"a":{"b":1,"c":2}}')
    assert nested[0].repeats(nested[1])
    assert nested[0].repeats(written)
    assert not nested[1].repeats(written)
    assert not nested[0].repeats(Call("g", nested[0].given))


@pytest.mark.parametrize("opening", ['{"name":"f","arguments":', "[", "f(", '{"a":[{"name":'])
def test_a_call_nested_without_end_is_read_as_a_name_and_text(opening: str) -> None:
    value = opening * 100_000
    read = read_call(value)
    assert not read.structured
    assert read.name + read.text == value
