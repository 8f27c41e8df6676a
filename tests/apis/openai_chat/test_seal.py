"""Proofs of thinking in `thinking_blocks`: sealed, whoever issued them, and each back to whoever did."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT
from planoai.apis.seal import Proof, sealed
from planoai.conversation.event import (
    Ended,
    Event,
    PartAdded,
    PartEnded,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
)
from planoai.conversation.fold import Answer
from planoai.conversation.message import Message, Part, RedactedThinking, Thinking
from tests.apis import golden
from tests.apis.anthropic_messages.test_seal import thoughts

Json = dict[str, Any]

SIGNED = sealed(Proof("amazon_bedrock", "signature", "c2ln"))
HIDDEN = sealed(Proof("amazon_bedrock", "redacted", "aGlk"))
ENCRYPTED = sealed(Proof("openai", "encrypted", "gAAA", "rs_1"))


def told(*parts: Part) -> Json:
    assert DIALECT.client is not None
    answer = Answer("id", "m", Message("assistant", parts))
    found: Json = json.loads(DIALECT.client.write_answer(answer, golden.envelope()))
    message: Json = found["choices"][0]["message"]
    return message


def streamed(*events: Event) -> Json:
    """The message that a stream adds up to."""
    assert DIALECT.reform is not None
    stream = golden.write_stream(DIALECT.name, [*events, Ended()])
    found: Json = json.loads(DIALECT.reform.as_whole(stream, golden.envelope()))
    message: Json = found["choices"][0]["message"]
    return message


def read(message: Json) -> tuple[Part, ...]:
    assert DIALECT.client is not None
    return (
        DIALECT.client.read_request(read_fields(golden.compact({"model": "m", "messages": [message]})))
        .messages[0]
        .parts
    )


def events(part: Part) -> list[Event]:
    match part:
        case Thinking():
            said: list[Event] = [ThinkingDelta(part.text, summary=part.summary)] if part.text else []
            return [*said, ThinkingSigned(part.signature, part.encrypted, part.id, part.issuer), PartEnded()]
        case RedactedThinking():
            return [PartAdded(part)]
        case _:
            raise AssertionError(part)


@given(st.lists(thoughts, min_size=1, max_size=4))
def test_what_a_client_sends_back_is_what_it_was_given(parts: list[Part]) -> None:
    """Streamed or whole."""
    expected = [structs.replace(part, id=part.id or None) if isinstance(part, Thinking) else part for part in parts]

    assert list(read(told(*parts))) == expected
    assert list(read(streamed(*(event for part in parts for event in events(part))))) == expected


def test_a_proof_goes_as_it_is_where_nobody_knows_whose_it_is() -> None:
    assert told(Thinking("hm", "c2ln"), RedactedThinking("aGlk"))["thinking_blocks"] == [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "aGlk"},
    ]


def test_anthropics_proofs_are_marked_too() -> None:
    """A Chat client may ask any provider next, and finds no use in them itself."""
    message = told(Thinking("hm", "c2ln", issuer="anthropic"), RedactedThinking("aGlk", "anthropic"))

    assert message["thinking_blocks"] == [
        {"type": "thinking", "thinking": "hm", "signature": sealed(Proof("anthropic", "signature", "c2ln"))},
        {"type": "redacted_thinking", "data": sealed(Proof("anthropic", "redacted", "aGlk"))},
    ]


def test_the_plain_words_are_told_beside_the_proofs() -> None:
    message = streamed(
        ThinkingDelta("h", summary=True),
        ThinkingDelta("m", summary=True),
        ThinkingSigned(encrypted="gAAA", id="rs_1", issuer="openai"),
        TextDelta("x"),
    )

    assert message == {
        "role": "assistant",
        "content": "x",
        "reasoning_content": "hm",
        "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": ENCRYPTED}],
    }


def test_an_upstream_of_this_api_gets_its_own_and_nobody_elses() -> None:
    blocks = [
        {"type": "thinking", "thinking": "a", "signature": SIGNED},
        {"type": "redacted_thinking", "data": HIDDEN},
        {"type": "thinking", "thinking": "b", "signature": ENCRYPTED},
        {"type": "thinking", "thinking": "c", "signature": "c2ln"},
    ]
    body = {"messages": [{"role": "assistant", "content": "x", "thinking_blocks": blocks}]}
    fields, head = read_fields(golden.compact(body)), Head("m", stream=False)

    def sent(*proofs: str) -> list[Json]:
        adapted = DIALECT.upstream.adapt(fields, head, Accepts(proofs=proofs)).fields
        found: list[Json] = json.loads(bytes(adapted["messages"]))[0]["thinking_blocks"]
        return found

    assert sent("amazon_bedrock") == [{**blocks[0], "signature": "c2ln"}, {**blocks[1], "data": "aGlk"}, blocks[3]]
    assert sent("openai") == [blocks[3]]  # which encrypts nothing in this API
    assert sent() == [blocks[3]]
