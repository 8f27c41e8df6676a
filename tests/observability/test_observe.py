"""From bytes that were shipped to what an exchange was."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis import DIALECTS
from planoai.conversation.usage import Usage
from planoai.observability.lens import Lens
from planoai.observability.observation import Observation
from planoai.observability.observe import Observer, observe
from planoai.observability.record import Piece
from planoai.pricing.price import Price
from planoai.pricing.prices import Own, Prices
from tests.apis import golden
from tests.observability.facts import attempt, closed, opened

STREAM = b"text/event-stream; charset=utf-8"
JSON = b"application/json"

CHAT = b"""{"id":"c1","object":"chat.completion","model":"gpt-5-2026","choices":[{"index":0,"message":{"role":"assistant",\
"content":"Hi"},"finish_reason":"length"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,\
"prompt_tokens_details":{"cached_tokens":4}}}"""
MESSAGES = b"""{"id":"m1","type":"message","role":"assistant","model":"claude-5","content":[{"type":"text","text":"Hi"}],\
"stop_reason":"end_turn","usage":{"input_tokens":8,"cache_read_input_tokens":4,"output_tokens":3}}"""


def streamed(dialect: str, chunks: list[bytes]) -> Observation:
    first, *more = chunks
    tried = attempt(dialect)
    pieces = [Piece(1, first, STREAM, tried), *(Piece(1, each) for each in more)]
    return observe(opened(), pieces, closed(1, tried))


def whole(dialect: str, body: bytes, content: bytes = JSON, status: int = 200) -> Observation:
    tried = attempt(dialect, status=status)
    return observe(opened(), [Piece(1, body, content, tried)], closed(1, tried))


@pytest.mark.no_cover
@pytest.mark.parametrize("path", list(golden.streams()), ids=golden.name)
@settings(max_examples=4)
@given(data=st.data())
def test_a_stream_folds_to_what_it_told_wherever_it_is_cut(path: Path, data: st.DataObject) -> None:
    events = json.loads(golden.beside(path, ".events.json").read_bytes())
    stream = golden.bytes_of(path)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    seen = streamed(path.parent.name, chunks)

    told = {event["type"]: event for event in events}  # the last of each
    assert seen.usage == (msgspec.convert(told["usage_told"]["usage"], Usage) if "usage_told" in told else None)
    assert seen.finish == told.get("finished", {}).get("reason")
    assert seen.model == told.get("started", {}).get("model", "")
    assert seen.whole is (events[-1]["type"] == "ended")


@pytest.mark.parametrize(
    ("dialect", "body", "model", "finish"),
    [("openai_chat", CHAT, "gpt-5-2026", "length"), ("anthropic_messages", MESSAGES, "claude-5", "stop")],
    ids=["openai_chat", "anthropic_messages"],
)
def test_a_whole_answer_tells_the_same(dialect: str, body: bytes, model: str, finish: str) -> None:
    seen = whole(dialect, body)

    assert (seen.model, seen.finish, seen.whole) == (model, finish, True)
    assert seen.usage == Usage(fresh=8, cache_read=4, output=3)


def test_the_upstreams_dialect_reads_its_bytes_whatever_the_client_speaks() -> None:
    seen = whole("anthropic_messages", MESSAGES)

    assert seen.opened.dialect == "openai_chat"
    assert seen.usage is not None


@pytest.mark.parametrize(
    ("body", "content", "status"),
    [
        (b"<html>", b"text/html", 200),
        (b"", JSON, 200),
        (b"{}", JSON, 200),
        (b"[" * 100_000, JSON, 200),
        (b"\xff\xfe", STREAM, 200),
        (CHAT, JSON, 429),
        (CHAT, STREAM, 200),
    ],
    ids=["html", "nothing", "empty_object", "deep", "no_text", "refused", "not_a_stream"],
)
def test_what_is_no_answer_tells_nothing(body: bytes, content: bytes, status: int) -> None:
    seen = whole("openai_chat", body, content, status)

    assert (seen.usage, seen.model, seen.whole) == (None, "", False)


@given(
    st.sampled_from([*DIALECTS, "", "unknown"]),
    st.sampled_from([STREAM, JSON, b"application/vnd.amazon.eventstream", b""]),
    st.lists(st.none() | st.binary(max_size=60) | st.sampled_from([CHAT, MESSAGES, b"data: {}\n\n"]), max_size=6),
    st.booleans(),
)
def test_no_bytes_make_it_raise(dialect: str, content: bytes, chunks: list[bytes | None], begun: bool) -> None:
    observer = Observer(opened(), Lens())
    for place, chunk in enumerate(chunks):
        observer.piece(Piece(1, chunk, content, attempt(dialect) if begun and not place else None))

    assert observer.close(closed()).closed == closed()


def test_usage_told_before_a_hole_is_kept_and_nothing_after_it_is_believed() -> None:
    stream = (golden.ROOT / "streams/anthropic_messages/text.sse").read_bytes()
    begin = stream.index(b"event: content_block_start")
    tried = attempt("anthropic_messages")

    seen = observe(
        opened(), [Piece(1, stream[:begin], STREAM, tried), Piece(1, None), Piece(1, stream[begin:])], closed(1, tried)
    )

    assert seen.usage is not None
    assert seen.usage.input > 0
    assert (seen.finish, seen.whole) == (None, False)


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        ("openai_chat", b"-1"),
        ("openai_chat", b"9" * 40),
        ("anthropic_messages", b"-1"),
        ("anthropic_messages", b"9" * 10),
        ("anthropic_messages", b"9" * 400),
    ],
    ids=["chat-negative", "chat-40", "messages-negative", "messages-10", "messages-400"],
)
def test_a_usage_that_can_not_be_is_none(dialect: str, told: bytes) -> None:
    body = CHAT if dialect == "openai_chat" else MESSAGES
    tried = attempt(dialect, full_name="openai/gpt-5")
    lens = Lens(prices=Prices(Own(prices={"openai/gpt-5": Price(1.0, 2.0)}), []))

    piece = Piece(1, body.replace(b'_tokens":3', b'_tokens":' + told), JSON, tried)
    seen = observe(opened(), [piece], closed(1, tried), lens)

    assert (seen.usage, seen.cost, seen.whole) == (None, None, True)


@pytest.mark.parametrize(("wanted", "told"), [(10**40, 2**63 - 1), (1024, 1024)])
def test_a_limit_of_the_client_is_told_as_far_as_others_can_take_it(wanted: int, told: int) -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":%d}' % wanted
    asked = structs.replace(opened(body=body), dialect="anthropic_messages")

    seen = observe(asked, [], closed()).asked

    assert seen is not None
    assert (seen.max_tokens, seen.unread) == (told, "")


def test_the_bodies_are_not_kept() -> None:
    seen = observe(opened(body=b"x" * 100), [], closed())

    assert seen.opened == opened()


def test_one_whose_worker_died_is_lost_with_what_was_known_of_it() -> None:
    observer = Observer(opened(at=100.0), Lens())
    stream = (golden.ROOT / "streams/anthropic_messages/text.sse").read_bytes()
    observer.piece(Piece(1, stream[: len(stream) // 2], STREAM, attempt("anthropic_messages")))

    seen = observer.lose(107.5)

    assert (seen.closed.outcome, seen.closed.status, seen.closed.ended) == ("lost", 0, 7.5)
    assert seen.chosen == attempt("anthropic_messages")
    assert seen.usage is not None
    assert not seen.whole
