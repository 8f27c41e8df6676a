"""Streams that are relayed: wherever they break off, the client can tell that they did."""

import json
from pathlib import Path

import pytest

from planoai.apis import DIALECTS
from planoai.apis.anthropic_messages.frames import FRAMES
from planoai.apis.carry import Carrier, Translated, Verbatim
from planoai.apis.framing.sse import SseReader
from planoai.conversation.failure import Failure
from tests.apis import golden

OURS = [path for path in golden.streams() if path.parent.name == "anthropic_messages"]


def kinds(stream: bytes) -> list[str]:
    reader = SseReader()
    events = reader.feed(stream)  # whole events only
    return [event.type or json.loads(event.data)["type"] for event in events if event.data]


@pytest.mark.parametrize("path", OURS, ids=golden.name)
def test_a_stream_cut_anywhere_ends_in_its_last_event_or_in_an_error(path: Path) -> None:
    stream = path.read_bytes()
    for cut in range(len(stream), -1, -1 - len(stream) // 500):
        carrier = Verbatim(FRAMES)
        carried = carrier.feed(stream[:cut])
        ending = carrier.close()

        assert stream.startswith(carried)
        assert carrier.done
        assert _terminal(carried + ending), cut


def _terminal(stream: bytes) -> bool:
    """Whether a client finds a last event that it can read, of an answer or of a failure."""
    for event in (reader := SseReader()).feed(stream) + reader.close():
        try:
            if json.loads(event.data or b"{}").get("type") in ("message_stop", "error"):
                return True
        except ValueError:
            continue
    return False


@pytest.mark.parametrize("path", OURS, ids=golden.name)
@pytest.mark.parametrize("size", [1, 5, 64])
def test_nothing_is_left_out_for_clients_of_this_dialect(path: Path, size: int) -> None:
    stream = path.read_bytes()
    carrier = Verbatim(FRAMES, hide_usage=True)
    carried = b"".join(carrier.feed(stream[start : start + size]) for start in range(0, len(stream), size))
    carried += carrier.close()

    whole = kinds(stream)
    end = whole.index("message_stop") + 1 if "message_stop" in whole else len(whole)
    assert kinds(carried)[: end - 1] == whole[: end - 1]
    assert kinds(carried)[-1] in ("message_stop", "error", *whole[end:])


@pytest.mark.parametrize("carrier", [Verbatim(FRAMES), Verbatim(FRAMES, hide_usage=True)], ids=["shown", "hidden"])
def test_a_failure_of_ours_is_told_in_the_clients_words(carrier: Carrier) -> None:
    begun = carrier.feed(b'event: message_start\ndata: {"type":"message_start"}\n\nevent: content_blo')

    ending = carrier.fail(Failure(504, "too slow"))

    assert kinds(begun + ending) == ["message_start", "error"]
    assert carrier.fail(Failure(504, "too slow")) == b""
    assert carrier.close() == b""


def test_a_translated_stream_that_fails_is_closed_like_one() -> None:
    side = DIALECTS["anthropic_messages"].client
    assert side is not None
    reader = DIALECTS["openai_chat"].upstream.stream_reader(golden.ENVELOPE)
    carrier = Translated(reader, side.stream_writer(golden.ENVELOPE), FRAMES.ping)
    assert carrier.ping() == b": keep-alive\n\n"
    begun = carrier.feed(b'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n')
    assert carrier.ping() == FRAMES.ping

    ending = carrier.fail(Failure(504, "too slow"))

    assert kinds(begun + ending)[-2:] == ["content_block_stop", "error"]
    assert carrier.done
