"""What the simulated model says, whichever API asks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.simulate.answer import answer, tokens
from planoai.simulate.ask import Ask, Result, Tool
from planoai.simulate.options import Options
from planoai.simulate.sample import sample
from planoai.simulate.window import Window

TOOLS = (Tool("a", {"type": "object", "properties": {"x": {"type": "integer"}}}), Tool("b"), Tool("c", custom=True))


def test_it_quotes_what_was_said_without_the_directive() -> None:
    assert answer(Ask("m", "Hi  [simulate words=2] you"), Options()).text == 'You said "Hi you".'
    assert answer(Ask("m"), Options()).text == "You said nothing."
    assert len(answer(Ask("m", "long " * 1000), Options()).text) < 250


def test_it_can_be_told_the_text_or_how_many_words() -> None:
    assert answer(Ask("m", "Hi"), Options(text="Yes.")).text == "Yes."
    assert len(answer(Ask("m", "Hi"), Options(words=1234)).text.split()) == 1234
    assert answer(Ask("m", "Hi"), Options(words=0)).pieces == ()


@pytest.mark.parametrize(
    ("ask", "wanted", "called"),
    [
        ({}, None, []),
        ({}, 2, ["a", "b"]),
        ({}, 9, ["a", "b", "c"]),
        ({"parallel": False}, 2, ["a"]),
        ({"choice": "none"}, 2, []),
        ({"choice": "any"}, None, ["a"]),
        ({"choice": "any"}, 0, ["a"]),
        ({"choice": "any", "forced": "b"}, 3, ["b"]),
        ({"results": (Result("a", "1"),)}, 2, []),
        ({"results": (Result("a", "1"),), "choice": "any"}, None, ["a"]),
    ],
)
def test_tools_are_called_when_told_or_forced(ask: dict[str, Any], wanted: int | None, called: list[str]) -> None:
    script = answer(Ask("m", "Hi", tools=TOOLS, **ask), Options(tools=wanted))
    assert [call.tool.name for call in script.calls] == called
    assert script.stop == ("tools" if called else "end")


def test_arguments_come_from_the_schema_and_custom_tools_get_text() -> None:
    script = answer(Ask("m", tools=TOOLS), Options(tools=3))
    assert [call.arguments for call in script.calls] == ['{"x":1}', "{}", "input for c"]


@pytest.mark.parametrize(
    ("ask", "called"),
    [
        ({}, [("b", "[1]")]),
        ({"parallel": False}, [("b", "[1]")]),
        ({"choice": "none"}, []),
        ({"results": (Result("a", "1"),)}, []),
        ({"choice": "any"}, [("b", "[1]")]),
        ({"choice": "any", "forced": "a"}, [("a", '{"x":1}')]),
        ({"tools": TOOLS[:1]}, []),
        ({"tools": TOOLS[:1], "choice": "any"}, [("a", '{"x":1}')]),
    ],
)
def test_one_tool_is_called_by_its_name(ask: dict[str, Any], called: list[tuple[str, str]]) -> None:
    script = answer(Ask("m", "Hi", **{"tools": TOOLS, **ask}), Options(tools=3, call="b", arguments="[1]"))
    assert [(call.tool.name, call.arguments) for call in script.calls] == called


def test_a_tool_called_by_its_name_gets_arguments_from_its_schema_unless_they_are_told() -> None:
    def arguments(options: Options) -> list[str]:
        return [call.arguments for call in answer(Ask("m", tools=TOOLS), options).calls]

    assert arguments(Options(call="a")) == ['{"x":1}']
    assert arguments(Options(call="c", arguments="plain")) == ["plain"]


@given(st.text(min_size=1, max_size=60).filter(lambda said: "[simulate" not in said), st.integers(0, 20))
def test_a_token_limit_is_never_passed(said: str, most: int) -> None:
    script = answer(Ask("m", said, most=most, thinks=True), Options())
    assert sum(tokens(text) for text in (script.thought, script.text)) <= most
    full = answer(Ask("m", said, thinks=True), Options())
    assert (script.stop == "length") is (script.pieces != full.pieces)
    assert (full.thought + full.text).startswith(script.thought + script.text)


def test_the_first_stop_string_in_the_text_ends_it() -> None:
    script = answer(Ask("m", "x", stops=("b", "a", "")), Options(text="xxabb"))
    assert (script.text, script.stop, script.matched) == ("xx", "sequence", "a")
    assert answer(Ask("m", "x", stops=("z",)), Options(text="xxabb")).stop == "end"


def test_usage_is_estimated_unless_it_is_told() -> None:
    usage = answer(Ask("m", "Hi", characters=41, thinks=True), Options(text="four" * 3, thinking="t")).usage
    assert (usage.input, usage.output, usage.reasoning) == (11, 4, 1)
    told = answer(Ask("m", "Hi"), Options(input=10, cached=4, written=3, output=9, reasoning=2)).usage
    assert (told.input, told.fresh, told.output, told.reasoning) == (10, 3, 9, 2)
    assert answer(Ask("m", "Hi"), Options(cached=500)).usage.input == 500


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["b"]}, {"b": "b"}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "a"}),
        ({"enum": ["x", "y"]}, "x"),
        ({"const": 4}, 4),
        ({"type": ["null", "integer"], "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "number", "multipleOf": 0.5, "minimum": 1.2}, 1.5),
        ({"type": "number", "maximum": 0.25}, 0.25),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, [True, True]),
        ({"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]}, "2026-01-01"),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "string", "minLength": 7}}}, "valuexx"),
        ({"type": "string", "maxLength": 2}, "va"),
    ],
)
def test_a_sample_fits_its_schema(schema: dict[str, Any], value: object) -> None:
    assert sample(schema) == value


def test_a_schema_that_contains_itself_ends() -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"next": {"$ref": "#"}, "all": {"type": "array", "items": {"$ref": "#"}}},
    }
    for required in ([], ["next", "all"]):
        assert len(json.dumps(sample(node | {"required": required}))) < 100_000


SCHEMA_KEYS = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "$ref",
    "anyOf",
    "allOf",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 99)
    | st.sampled_from(["object", "array", "string", "integer", "#", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SCHEMA_KEYS, "a"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(SCHEMA_KEYS), JSON))
def test_what_is_no_schema_still_gets_a_value(schema: dict[str, Any]) -> None:
    json.dumps(sample(schema))


def test_a_window_forgets_what_is_a_minute_old() -> None:
    window = Window()
    assert [window.admit(2, now) is not None for now in (0.0, 10.0, 20.0)] == [True, True, False]
    assert window.wait(2, 20.0) == 40
    allowance = window.admit(2, 60.0)
    assert allowance is not None
    assert (allowance.remaining, allowance.reset) == (0, 10.0)
    assert window.admit(0, 61.0) is None
    assert window.wait(0, 61.0) == 60
