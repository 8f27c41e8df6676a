"""What a frame of a Chat stream says of its end, and of failures in it."""

import pytest

from planoai.apis.dialect import Closing
from planoai.apis.framing.sse import frame, parse_event
from planoai.apis.openai_chat.frames import FRAMES
from planoai.conversation.failure import Failure


@pytest.mark.parametrize(
    ("data", "closing"),
    [
        (b"[DONE]", Closing.TERMINAL),
        (b'{"error":{"message":"no","code":"server_error"}}', Closing.TERMINAL),
        (b'{"object":"error","message":"no","code":400}', Closing.TERMINAL),
        (b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', Closing.COMPLETE),
        (b'{"choices":[{"delta":{},"finish_reason":"error","error":{"message":"no"}}]}', Closing.TERMINAL),
        (b'{"choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]}', Closing.TERMINAL),
        (b'{"choices":[],"usage":{"prompt_tokens":1}}', Closing.COMPLETE),
        (b'{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}', Closing.OPEN),
        (b'{"choices":[{"index":0,"delta":{"content":"[DONE]"},"finish_reason":""}]}', Closing.OPEN),
        (b'{"choices":[],"prompt_filter_results":[]}', Closing.OPEN),
        (b'{"choices":[],"usage":null,"error":null}', Closing.OPEN),
        (b"not JSON", Closing.OPEN),
        (b"\xff", Closing.OPEN),
        (b"", Closing.OPEN),
    ],
)
def test_the_last_event_says_whether_the_answer_is_whole(data: bytes, closing: Closing) -> None:
    assert FRAMES.closing(parse_event(frame(data))) is closing


def test_an_event_called_error_is_the_last_one() -> None:
    event = parse_event(frame(b'{"message":"overloaded","code":503}', "error"))

    assert FRAMES.closing(event) is Closing.TERMINAL
    assert FRAMES.failure(event) == Failure(503, "overloaded")


def test_a_failure_written_is_a_failure_read() -> None:
    written = FRAMES.write_failure(Failure(429, "slow down", "rate_limit_exceeded"), b"", b"")

    assert FRAMES.failure(parse_event(written)) == Failure(429, "slow down", "rate_limit_exceeded")
    assert written.endswith(b"\n\n")


def test_usage_alone_is_there_only_because_it_was_asked_for() -> None:
    assert FRAMES.is_usage(parse_event(frame(b'{"choices":[],"usage":{"total_tokens":1}}')))
    assert not FRAMES.is_usage(parse_event(frame(b'{"choices":[],"usage":null}')))
    assert not FRAMES.is_usage(parse_event(frame(b'{"choices":[{"index":0}],"usage":{"total_tokens":1}}')))
    assert not FRAMES.is_usage(parse_event(FRAMES.done))


def test_the_last_frame_is_known_by_its_last_words() -> None:
    assert FRAMES.last_words in FRAMES.done
    assert FRAMES.closing(parse_event(FRAMES.done)) is Closing.TERMINAL
