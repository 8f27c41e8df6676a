"""What the bodies of errors say, in every shape that was met."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.telling import MOST_TEXT, Told, told, told_in

EXTRA = {"type": "extra_forbidden", "loc": ["body", "messages", 0, "name"], "msg": "Extra inputs are not permitted"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"message": "no", "type": "t", "code": "c", "param": "p"}}, Told("no", "t", "c", "p")),
        ([{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}], Told("no", code=400, status="INVALID_ARGUMENT")),
        ({"error": "no"}, Told("no")),
        ({"message": "no", "type": "t"}, Told("no", "t")),
        ({"Message": "no"}, Told("no")),
        ({"detail": "no"}, Told("no")),
        ({"detail": [EXTRA, {"msg": "b"}]}, Told("body.messages.0.name: Extra inputs are not permitted; b")),
        ({"message": {"detail": [EXTRA]}}, Told("body.messages.0.name: Extra inputs are not permitted")),
        ({"error": {"type": "t", "message": ""}}, Told('{"error":{"type":"t","message":""}}', "t")),
        ({"teapot": True}, Told('{"teapot":true}')),
        ("no", Told("no")),
        (None, Told()),
    ],
    ids=str,
)  # fmt: skip
def test_the_words_of_an_error_are_found(body: Any, expected: Told) -> None:
    assert told_in(msgspec.json.encode(body)) == expected


def test_what_is_no_json_is_quoted() -> None:
    assert told_in(b" <html>down</html>\n") == Told("<html>down</html>")
    assert told_in(b"\xff") == Told("\N{REPLACEMENT CHARACTER}")
    assert told_in(b"") == Told()
    assert told_in(b"{" * 5000) == Told("{" * MOST_TEXT)


def test_words_are_not_looked_for_without_end() -> None:
    deep = b'{"detail":' + b"[" * 900 + b'"x"' + b"]" * 900 + b"}"
    assert told_in(deep).message == deep.decode()


def test_no_more_is_quoted_than_can_be_read() -> None:
    long = "x" * 9000
    assert [len(told(value).message) for value in (long, {"detail": [{"msg": long}] * 9})] == [MOST_TEXT] * 2
    assert len(told_in(long.encode()).message) == MOST_TEXT


@given(st.binary(max_size=50) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "message", "detail", "loc", "msg", "code"]), inner),
).map(lambda value: msgspec.json.encode(value)))  # fmt: skip
def test_no_body_is_too_odd(body: bytes) -> None:
    assert isinstance(told_in(body).message, str)
