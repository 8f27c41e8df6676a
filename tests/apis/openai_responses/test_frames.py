"""What a stream says of its end, for relaying it without reading it."""

import json
from typing import Any

import pytest

from planoai.apis.carry import Verbatim
from planoai.apis.dialect import Closing
from planoai.apis.framing.sse import frame, parse_event
from planoai.apis.openai_responses.frames import FRAMES
from planoai.conversation.failure import CUT_SHORT, Failure
from tests.apis import golden
from tests.apis.openai_responses.test_stream_write import read, well_formed

CREATED: dict[str, Any] = {
    "type": "response.created",
    "sequence_number": 0,
    "response": {
        "id": "resp_7",
        "object": "response",
        "status": "in_progress",
        "model": "m",
        "output": [],
        "new": [1.50],
    },
}
DELTA: dict[str, Any] = {"type": "response.output_text.delta", "sequence_number": 41, "delta": "complete"}
COMPLETED = {"type": "response.completed", "sequence_number": 42, "response": {"id": "resp_7", "status": "completed"}}


def event(data: dict[str, Any]) -> bytes:
    return frame(json.dumps(data).encode(), str(data["type"]))


@pytest.mark.parametrize(
    ("data", "closing"),
    [
        (CREATED, Closing.OPEN),
        (DELTA, Closing.OPEN),
        (COMPLETED, Closing.TERMINAL),
        ({"type": "response.incomplete", "response": {}}, Closing.TERMINAL),
        ({"type": "response.failed", "response": {}}, Closing.TERMINAL),
        ({"type": "error", "code": "server_error", "message": "x"}, Closing.TERMINAL),
        ({"type": "response.output_item.done", "item": {"status": "completed"}}, Closing.OPEN),
        ({"type": 5}, Closing.OPEN),
    ],
)
def test_how_an_event_ends_a_stream(data: dict[str, Any], closing: Closing) -> None:
    assert FRAMES.closing(parse_event(event(data))) is closing


def test_an_event_may_be_named_in_either_place() -> None:
    assert FRAMES.closing(parse_event(b'event: response.completed\ndata: {"response":{}}\n\n')) is Closing.TERMINAL
    assert FRAMES.closing(parse_event(b'data: {"type":"response.completed"}\n\n')) is Closing.TERMINAL
    assert FRAMES.closing(parse_event(b"event: response.completed\ndata: no json\n\n")) is Closing.TERMINAL
    assert FRAMES.closing(parse_event(b": response.completed\n\n")) is Closing.OPEN


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": None},
            Failure(429, "slow", "rate_limit_exceeded"),
        ),
        (
            {"type": "error", "error": {"type": "server_error", "code": "insufficient_quota", "message": "pay"}},
            Failure(429, "pay", "insufficient_quota"),
        ),
        (
            {"type": "response.failed", "response": {"error": {"code": "context_length_exceeded", "message": "long"}}},
            Failure(400, "long", "context_length_exceeded"),
        ),
        (COMPLETED, None),
        (DELTA, None),
    ],
)
def test_the_failure_that_an_event_tells(data: dict[str, Any], failure: Failure | None) -> None:
    assert FRAMES.failure(parse_event(event(data))) == failure


def test_a_failure_in_the_words_of_chat() -> None:
    found = FRAMES.failure(parse_event(b'data: {"error":{"message":"gone","code":"server_error"}}\n\n'))

    assert found == Failure(500, "gone", "server_error")
    assert not FRAMES.is_usage(parse_event(event(COMPLETED)))


def test_the_response_that_had_begun_fails() -> None:
    told = read(FRAMES.write_failure(Failure(429, "slow down"), event(CREATED), event(DELTA)))

    [failed] = told
    assert (failed["type"], failed["sequence_number"]) == ("response.failed", 42)
    assert failed["response"] == {
        **CREATED["response"],
        "status": "failed",
        "error": {"code": "rate_limit_exceeded", "message": "slow down"},
    }


def test_a_response_that_had_not_begun_begins_and_fails() -> None:
    told = read(FRAMES.write_failure(CUT_SHORT, b"", b""))

    well_formed(told)
    assert told[-1]["response"]["error"]["code"] == CUT_SHORT.code


@pytest.mark.parametrize("last", [b"", b"data: x\n\n", b'data: {"type":"x","sequence_number":"9"}\n\n'])
def test_a_last_event_without_a_number(last: bytes) -> None:
    [failed] = read(FRAMES.write_failure(CUT_SHORT, event(CREATED), last))

    assert failed["sequence_number"] == 1


def test_a_cut_stream_that_is_relayed_fails_under_its_own_id() -> None:
    carrier = Verbatim(FRAMES)
    told = read(carrier.feed(event(CREATED) + event(DELTA)) + carrier.close())

    assert carrier.failed
    assert [each["type"] for each in told] == ["response.created", "response.output_text.delta", "response.failed"]
    assert told[-1]["response"]["id"] == "resp_7"


def test_a_complete_stream_is_relayed_as_it_is() -> None:
    """Also one that never says `[DONE]`, and one that does."""
    stream = event(CREATED) + event(DELTA) + event(COMPLETED)
    for more in (b"", b"data: [DONE]\n\n"):
        carrier = Verbatim(FRAMES)
        assert (carrier.feed(stream + more) + carrier.close()).startswith(stream)
        assert carrier.done
        assert not carrier.failed


def test_our_own_streams_end_as_frames_say() -> None:
    for path in golden.ROOT.glob("streams/*/*.to_openai_responses.sse"):
        carrier = Verbatim(FRAMES)
        stream = path.read_bytes()
        assert carrier.feed(stream) + carrier.close() == stream, path
