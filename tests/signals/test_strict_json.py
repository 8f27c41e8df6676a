"""JSON as the reference takes it, by either reader, against the plain one that reads all of it slowly."""

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.signals import plain_tools
from planoai.signals.signal import Json
from planoai.signals.strict_json import NotStrict, compact, read_json, same

NUMBERS = (
    st.integers()
    | st.integers(-(2**66), 2**66)
    | st.sampled_from([2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**18, 10**19])
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5) | st.sampled_from(["-0", '"', "\\", "[", "{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
PIECES = [
    "0",
    "-",
    "-0",
    "1",
    "9" * 19,
    ".",
    "e",
    "E+",
    "400",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    '"',
    "\\",
    "\\ud800",
    "\\u",
]
PIECES += ["NaN", "Infinity", "true", "nul", "null", " ", "\n", "\x0b", "\xa0", "\x00", "\x7f", "\ufeff", "\ud800", "é"]

REFUSED = [
    "",
    "NaN",
    "-Infinity",
    "1e400",
    "9" * 5000,
    "01",
    "1.",
    ".5",
    "+1",
    "1 2",
    "[1,]",
    "{'a':1}",
    "\ufeff1",
    "\xa01",
]
REFUSED += ['["-0", "\\ud800"]', '"\\ud800"', '"\\udc00x"', '"\ud800"', '"\x1f"', '"\\x"', "nul", "-", '"', "[", "}"]


def ours(text: str) -> str:
    """The value with its types, and the order of its keys."""
    try:
        return repr(read_json(text))
    except NotStrict:
        return "refused"


def theirs(text: str) -> str:
    try:
        return repr(plain_tools.read_json(text))
    except plain_tools.Bad:
        return "refused"


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_any_json_is_read_as_the_plain_reader_reads_it(value: Json, indent: int | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert ours(text) == theirs(text)
    assert ours(text) != "refused"


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(max_size=8))
def test_what_is_hardly_json_is_refused_where_the_plain_reader_refuses_it(text: str) -> None:
    assert ours(text) == theirs(text)


@given(VALUES, st.data())
def test_json_that_is_cut_or_mended_is_read_as_the_plain_reader_reads_it(value: Json, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=False)
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.sampled_from(["", *PIECES])) + text[at + data.draw(st.integers(0, 1)) :]
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("-0", "-0.0"),
        ("[-0,-0.0,-0e1]", "[-0.0, -0.0, -0.0]"),
        ('"-0"', "'-0'"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9.223372036854776e+18"),
        ("9" * 300, "1e+300"),
        ("1e-400", "0.0"),
        ('{"a":1,"b":2,"a":3}', "{'a': 3, 'b': 2}"),
        (" \t\r\n1\n", "1"),
        ('"\\ud83d\\ude00"', "'😀'"),
    ],
)
def test_what_others_read_otherwise_is_read_as_the_reference_does(text: str, read: str) -> None:
    assert ours(text) == theirs(text) == read


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_json_is_refused(text: str) -> None:
    assert ours(text) == theirs(text) == "refused"


@pytest.mark.parametrize(
    "nested",
    [
        lambda n: "[" * n + "]" * n,
        lambda n: '{"a":' * n + "1" + "}" * n,
        lambda n: ('[{"a":' * n)[: 6 * (n // 2) + n % 2] + "0" + "]" * (n % 2) + "}]" * (n // 2),
        lambda n: "[[]," * (n - 1) + "[]" + "]" * (n - 1),
        lambda n: "[" * n + '"[{\\"[["' + "]" * n,
    ],
)
def test_the_deepest_that_is_read_has_127_levels(nested: Callable[[int], str]) -> None:
    assert ours(nested(127)) == theirs(nested(127)) != "refused"
    assert ours(nested(128)) == theirs(nested(128)) == "refused"


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, '"' + "[" * 1_000_000, '"' + '\\"[' * 300_000],
)
def test_hostile_nesting_is_refused(text: str) -> None:
    assert ours(text) == "refused"


def test_brackets_inside_strings_and_beside_each_other_open_no_level() -> None:
    wide = '{"a":"' + "[{" * 200_000 + '\\"' + "[" * 200 + '","b":[' + ",".join(["[]"] * 50_000) + "]}"
    assert ours(wide) == theirs(wide) != "refused"


@given(VALUES, VALUES)
@example({"a": 1, "b": [1.0]}, {"b": [1.0], "a": 1})
@example([True], [1])
@example({"a": 1}, {"a": 1.0})
@example(-0.0, 0.0)
@example({"a": None}, {})
def test_values_are_the_same_where_the_plain_ones_are(a: Json, b: Json) -> None:
    assert same(a, b) is plain_tools.same(a, b)
    assert same(a, a)


def test_numbers_are_the_same_only_with_their_types() -> None:
    assert same({"a": [1], "b": -0.0}, {"b": 0.0, "a": [1]})
    assert not same(1, 1.0)
    assert not same(1, True)
    assert not same([1, 2], [2, 1])


def test_json_is_written_without_spaces_and_with_the_shortest_floats() -> None:
    assert compact({"b": [1e16, 1e-05, "é/"], "a": None}) == '{"b":[1e16,0.00001,"é/"],"a":null}'
