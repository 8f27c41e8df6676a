"""Carriers keep one promise: a stream that did not end well never looks as if it had."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis import DIALECTS
from planoai.apis.carry import Carrier, Verbatim
from planoai.apis.dialect import Frames
from planoai.conversation.event import Failed, UsageTold
from planoai.conversation.failure import CUT_SHORT, Failure
from tests.apis import golden
from tests.apis.carriers import carry, ended_well, filtered, translated, verbatim

VERBATIM = list(golden.verbatim_streams())
TIMEOUT = Failure(504, "the upstream was silent for too long", "upstream_timeout")


@pytest.mark.parametrize("path", VERBATIM, ids=golden.name)
def test_verbatim_a_client_reads_what_the_upstream_said(path: Path) -> None:
    dialect, stream = path.parent.name, golden.bytes_of(path)
    carried = golden.read_stream(dialect, [carry(verbatim(dialect), stream)])
    direct = golden.read_stream(dialect, [stream])

    assert ended_well(carried) == ended_well(direct)
    if ended_well(direct):
        assert carried == direct


@given(st.data())
def test_a_failure_of_ours_is_the_last_thing_said(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(VERBATIM))
    dialect, stream = path.parent.name, golden.bytes_of(path)
    cut = data.draw(st.integers(0, len(stream)))
    carrier = data.draw(st.sampled_from([verbatim(dialect), filtered(dialect), translated(dialect, dialect)]))

    carried = carrier.feed(stream[:cut])
    was_done = carrier.done
    carried += carrier.fail(TIMEOUT)

    events = golden.read_stream(dialect, [carried])
    assert carrier.done
    assert carrier.feed(stream) == carrier.close() == carrier.ping() == b""
    if not was_done:
        assert isinstance(events[-1], Failed) or ended_well(golden.read_stream(dialect, [stream[:cut]]))


def test_verbatim_says_done_with_the_last_frame_even_when_more_follows_in_the_chunk() -> None:
    carrier = verbatim("openai_chat")
    whole = b'data: {"choices":[]}\n\ndata: [DONE]\n\n'

    assert carrier.feed(whole + b": bye\n\ndata: {}\n\n") == whole
    assert carrier.done
    assert carrier.feed(b"data: late\n\n") == b""
    assert carrier.close() == b""


@pytest.mark.parametrize("carrier", [verbatim("openai_chat"), translated("openai_chat", "anthropic_messages")])
def test_a_failure_after_the_last_frame_is_nobodys(carrier: Carrier) -> None:
    chunk = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

    assert carrier.feed(chunk) + carrier.close()
    assert carrier.fail(TIMEOUT) == b""
    assert not carrier.failed


def test_verbatim_adds_the_last_frame_that_an_upstream_forgot() -> None:
    chunk = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n: still here\n\n'

    assert carry(verbatim("openai_chat"), chunk) == chunk + b"data: [DONE]\n\n"


def test_half_an_event_does_not_go_on_before_the_failure_that_cut_it() -> None:
    whole = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    carrier = verbatim("openai_chat")

    assert carrier.feed(whole + b'data: {"choices":[{"index":0,"del') == whole
    ending = carrier.close()
    assert ending.startswith(b'data: {"error":')
    assert CUT_SHORT.message.encode() in ending


def test_an_event_in_pieces_goes_on_when_it_is_whole() -> None:
    event = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    carrier = verbatim("openai_chat")

    assert b"".join(carrier.feed(event[at : at + 1]) for at in range(len(event) - 1)) == b""
    assert carrier.feed(event[-1:]) == event


def test_verbatim_adds_nothing_to_an_error_of_the_upstream() -> None:
    chunk = b'data: {"error":{"message":"no","type":"server_error","param":null,"code":null}}\n\n'

    assert carry(verbatim("openai_chat"), chunk) == chunk


def test_filtered_leaves_out_the_usage_that_was_not_asked_for() -> None:
    stream = (golden.ROOT / "streams/openai_chat/text.sse").read_bytes()
    carried = carry(filtered("openai_chat"), stream)

    assert not any(isinstance(event, UsageTold) for event in golden.read_stream("openai_chat", [carried]))
    assert carried.endswith(b"data: [DONE]\n\n")
    assert carried in stream or len(carried) < len(stream)


def test_filtered_keeps_usage_that_stands_beside_a_choice() -> None:
    stream = (golden.ROOT / "streams/openai_chat/usage_on_every_chunk.sse").read_bytes()

    assert carry(filtered("openai_chat"), stream) == stream


@pytest.mark.parametrize("dialect", [each.name for each in DIALECTS.values() if each.client])
def test_a_ping_is_a_comment_before_the_first_event_and_never_within_an_event(dialect: str) -> None:
    carrier, ping = verbatim(dialect), golden.client_side(dialect).frames.ping
    assert carrier.ping() == b": keep-alive\n\n"

    carrier.feed(b'event: x\ndata: {"type":"x"}\n\n')
    assert carrier.ping() == ping

    assert carrier.feed(b"data: {") == b""  # kept back, so the client is between two events
    assert carrier.ping() == ping


def test_a_translated_stream_is_kept_alive_from_its_start_to_its_end() -> None:
    carrier = translated("openai_chat", "anthropic_messages")
    assert carrier.ping() == b": keep-alive\n\n"

    stream = (golden.ROOT / "streams/openai_chat/text.sse").read_bytes()
    carrier = translated("openai_chat", "openai_chat")
    carrier.feed(stream[:400])
    assert carrier.ping() == b": keep-alive\n\n"

    carrier.feed(stream[400:])
    assert carrier.done
    assert carrier.ping() == b""


FIRST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason": "stop"}]}\n\n'
SECOND = b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}\n\n'
MORE = b'data: {"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":null}]}\n\n'
NOTHING = b'data: {"choices":[],"prompt_filter_results":[]}\n\n'


@pytest.mark.parametrize("stream", [FIRST + NOTHING, FIRST + NOTHING.strip()])
def test_an_answer_is_complete_whatever_comes_after_the_model_has_stopped(stream: bytes) -> None:
    carried = carry(verbatim("openai_chat"), stream)

    assert carried.endswith(b"data: [DONE]\n\n")
    assert ended_well(golden.read_stream("openai_chat", [stream]))


@pytest.mark.parametrize(
    ("stream", "complete"),
    [(MORE + FIRST, False), (FIRST + MORE, False), (FIRST + SECOND, True), (SECOND + FIRST + NOTHING, True)],
)
def test_several_answers_are_complete_when_each_is(stream: bytes, *, complete: bool) -> None:
    carrier = Verbatim(golden.client_side("openai_chat").frames, choices=2)

    assert carry(carrier, stream).endswith(b"data: [DONE]\n\n") is complete


def remembering() -> Frames:
    """A dialect whose failures repeat how the stream began and what it said last."""

    def write(failure: Failure, first: bytes, last: bytes) -> bytes:
        return b"|".join([str(failure.status).encode(), first, last])

    return replace(golden.client_side("openai_chat").frames, write_failure=write)


EVENTS = [b'data: {"choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n' % number for number in range(3)]


@pytest.mark.parametrize("count", range(1, 4))
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_failure_is_written_with_the_first_and_the_last_event_that_went_out(count: int, step: int) -> None:
    stream = b": hello\n\n" + b"".join(EVENTS[:count]) + b": bye\n\ndata: {"
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    cut, broken = Verbatim(remembering()), Verbatim(remembering())
    told = b"|".join([EVENTS[0], EVENTS[count - 1]])

    assert carry(cut, *pieces).endswith(b"502|" + told)
    for piece in pieces:
        broken.feed(piece)
    assert broken.fail(TIMEOUT) == b"504|" + told


def test_a_failure_before_any_event_is_written_with_none() -> None:
    assert carry(Verbatim(remembering()), b": hello\n\ndata: {") == b": hello\n\n502||"
    assert Verbatim(remembering()).fail(TIMEOUT) == b"504||"


def test_an_event_that_is_kept_from_the_client_is_not_the_last_one() -> None:
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
    carrier = Verbatim(remembering(), hide_usage=True)
    carrier.feed(EVENTS[0] + usage)

    assert carrier.fail(TIMEOUT) == b"504|" + EVENTS[0] + b"|" + EVENTS[0]
