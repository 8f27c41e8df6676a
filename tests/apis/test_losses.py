"""What an answer loses on its way to a client of another API is told, the same whether it goes as a stream or whole."""

from pathlib import Path

import pytest
from msgspec import Raw

from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Finished,
    PartAdded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
)
from planoai.conversation.fold import fold
from planoai.conversation.message import Audio, Citation, Image, Link, Opaque
from tests.apis import golden

EXTRAS = Raw(b'{"extra_content":{},"other":1}')

EVENTS: dict[str, list[Event]] = {
    "opaque": [PartAdded(Opaque("another_api", "hologram", Raw(b"{}")))],
    "image": [PartAdded(Image(Link("https://w.test/a.png")))],
    "audio": [PartAdded(Audio("wav", "AAAA"))],
    "words": [PartAdded(Audio("wav", "AAAA", "hello"))],
    "citation": [TextDelta("x"), Cited(Citation(title="a document", quote="y"))],
    "quote": [TextDelta("x"), Cited(Citation("https://w.test", "W", "y"))],
    "extras": [ToolStarted(0, "c", "f", extras=EXTRAS), ToolDelta(0, "{}")],
    "refusal": [RefusalDelta("I will "), RefusalDelta("not."), Finished("refusal")],
    "stop": [TextDelta("x"), Finished("stop_sequence", "END")],
    "proof": [ThinkingDelta("hm"), ThinkingSigned(encrypted="nobody knows whose")],
    "nothing": [TextDelta("x")],
}
TOLD: dict[str, dict[str, set[str]]] = {
    "openai_chat": {
        "opaque": {"output (hologram)"},
        "image": {"output (image)"},
        "audio": {"output (audio)"},
        "words": {"output (audio)"},
        "citation": {"output (citation)"},
        "quote": {"output (citation.quote)"},
        "extras": set(),
        "refusal": set(),
        "stop": {"stop_sequence"},
        "proof": {"output (proof of thinking)"},
        "nothing": set(),
    },
    "anthropic_messages": {
        "opaque": {"output (hologram)"},
        "image": {"output (image)"},
        "audio": {"output (audio)"},
        "words": {"output (audio)"},
        "citation": {"output (citation)"},
        "quote": set(),
        "extras": {"output (tool_use.other)"},
        "refusal": {"output (refusal, told as text)"},
        "stop": set(),
        "proof": {"output (proof of thinking)"},
        "nothing": set(),
    },
}


def lost_whole(client: str, events: list[Event]) -> set[str]:
    envelope = golden.envelope()
    golden.client_side(client).write_answer(fold(events), envelope)
    return set(envelope.lost)


def lost_in_a_stream(client: str, events: list[Event]) -> list[str]:
    envelope = golden.envelope()
    writer = golden.client_side(client).stream_writer(envelope)
    for event in events:
        writer.write([event])
    return envelope.lost


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("client", TOLD)
def test_what_is_not_said_is_told(client: str, kind: str) -> None:
    events = [Started("id", "m"), *EVENTS[kind], Ended()]

    assert lost_whole(client, events) == TOLD[client][kind]
    assert sorted(lost_in_a_stream(client, events)) == sorted(TOLD[client][kind])


@pytest.mark.parametrize("path", list(golden.streams()), ids=golden.name)
def test_a_stream_loses_what_a_whole_answer_loses(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    for client in golden.clients(path.parent.name):
        assert set(lost_in_a_stream(client, events)) == lost_whole(client, events), client
