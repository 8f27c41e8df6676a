"""Errors as clients of the Messages API read them, and as its upstreams tell them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.anthropic_messages.failure import read_failure, write_failure
from planoai.apis.anthropic_messages.frames import FRAMES
from planoai.apis.dialect import Closing
from planoai.apis.framing.sse import parse_event
from planoai.apis.telling import MOST_TEXT
from planoai.conversation.failure import Failure


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (409, "invalid_request_error"),
        (413, "request_too_large"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_a_status_has_its_type(status: int, kind: str) -> None:
    body = json.loads(write_failure(Failure(status, "why"), "req_1"))

    assert body == {"type": "error", "error": {"type": kind, "message": "why"}, "request_id": "req_1"}


@given(st.integers(200, 599), st.binary(max_size=60))
def test_no_body_makes_reading_a_failure_raise(status: int, body: bytes) -> None:
    failure = read_failure(status, body)

    assert failure.status >= 400
    assert failure.message


def test_a_long_body_that_is_no_json_is_cut() -> None:
    assert len(read_failure(500, b"x" * 10_000).message) == MOST_TEXT


def test_frames_know_the_last_event() -> None:
    def closing(block: bytes) -> Closing:
        return FRAMES.closing(parse_event(block))

    assert closing(b'event: message_stop\ndata: {"type":"message_stop"}\n\n') is Closing.TERMINAL
    assert closing(b'data: {"type":"message_stop"}\n\n') is Closing.TERMINAL
    assert closing(FRAMES.write_failure(Failure(500, "x"), b"", b"")) is Closing.TERMINAL
    assert closing(b'event: message_delta\ndata: {"type":"message_delta"}\n\n') is Closing.OPEN
    assert closing(b'event: content_block_delta\ndata: {"delta":{"text":"message_stop"}}\n\n') is Closing.OPEN
    assert closing(b"data: [DONE]\n\n") is Closing.OPEN
    assert closing(b'data: {"error":{"message":"x","code":500}}\n\n') is Closing.TERMINAL
    assert closing(b"event: error\ndata: it broke\n\n") is Closing.TERMINAL
    assert closing(b'event: error\ndata: {"type":"err') is Closing.OPEN
    assert closing(b"event: error\n\n") is Closing.OPEN
    assert closing(FRAMES.ping) is Closing.OPEN


def test_frames_find_the_failure_that_an_event_tells() -> None:
    told = Failure(429, "slow down", "rate_limit_exceeded")

    assert FRAMES.failure(parse_event(FRAMES.write_failure(told, b"", b""))) == told
    assert FRAMES.failure(parse_event(b'event: error\ndata: it "error" broke\n\n')) is not None
    assert FRAMES.failure(parse_event(b'data: {"error":{"message":"x"}}\n\n')) == Failure(502, "x")
    assert FRAMES.failure(parse_event(b'data: {"error":{"message":"x","code":500}}\n\n')) == Failure(500, "x")
    assert FRAMES.failure(parse_event(b'data: {"error":{"message":"x","code":"429"}}\n\n')) == Failure(
        429, "x", "rate_limit_exceeded"
    )
    assert FRAMES.failure(parse_event(b'event: error\ndata: {"message":"x"}\n\n')) == Failure(502, "x")
    assert FRAMES.failure(parse_event(b"event: error\ndata: it broke\n\n")) == Failure(502, "it broke")
    assert FRAMES.failure(parse_event(b'event: message_start\ndata: {"message":{"error":1}}\n\n')) is None
    assert FRAMES.failure(parse_event(b'data: {"type":"content_block_delta","error":1}\n\n')) is None


def test_an_error_that_calls_itself_a_success_takes_the_status_of_its_type() -> None:
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'

    assert read_failure(200, body) == Failure(529, "Overloaded")


def test_an_error_member_of_another_shape_is_told_as_it_is() -> None:
    assert FRAMES.failure(parse_event(b'data: {"error":[1]}\n\n')) == Failure(502, '{"error":[1]}')
