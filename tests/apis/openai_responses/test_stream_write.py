"""A Responses stream is well formed whatever the events are, and says what the whole answer says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, structs

from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import SseReader
from planoai.apis.openai_responses.request_read import ENCRYPTED
from planoai.apis.openai_responses.response_write import write_answer
from planoai.apis.openai_responses.stream_read import ResponsesStreamReader
from planoai.apis.openai_responses.stream_write import ResponsesStreamWriter
from planoai.apis.seal import Proof, sealed
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    PartAdded,
    PartEnded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.fold import Answer, fold
from planoai.conversation.message import Citation, RedactedThinking, Refusal, Text, Thinking, ToolCall
from planoai.conversation.request import CustomTool, FunctionTool, Request
from planoai.conversation.usage import Usage
from tests.apis.anthropic_messages.events import between, last
from tests.apis.golden import envelope

WANTED = Request("m", (), "openai_responses", include=(ENCRYPTED,))
SEED = envelope().seed

_TERMINAL = ("response.completed", "response.incomplete", "response.failed")


def asking(request: Request = WANTED, **echo: Raw) -> Envelope:
    return structs.replace(envelope(), request=request, echo=echo, issuer="anthropic")


def written(events: list[Event], given: Envelope | None = None) -> list[Any]:
    """The data of every event; comments are left out."""
    return read(ResponsesStreamWriter(given or envelope()).write(events))


def read(stream: bytes) -> list[Any]:
    told = []
    for event in SseReader().feed(stream):
        if event.data:
            told.append(json.loads(event.data))
            assert event.type == told[-1]["type"]
        else:
            assert event.raw == b": keep-alive\n\n"
    return told


def kinds(told: list[Any]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in told]


def well_formed(told: list[Any]) -> None:
    """What clients rely on."""
    assert kinds(told)[:2] == ["created", "in_progress"]
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    assert [event["type"] in _TERMINAL for event in told] == [False] * (len(told) - 1) + [True]
    assert {event["response"]["id"] for event in told if "response" in event} == {told[0]["response"]["id"]}
    added: list[Any] = []
    done: dict[int, Any] = {}
    parts: dict[tuple[int, int], str] = {}
    for event in told[2:-1]:
        kind, index = event["type"].removeprefix("response."), event["output_index"]
        if kind == "output_item.added":
            assert index == len(added)
            added.append(event["item"])
            continue
        assert index not in done, "nothing follows the end of an item"
        item = added[index]
        if kind == "output_item.done":
            done[index] = event["item"]
            assert (event["item"]["id"], event["item"]["type"]) == (item["id"], item["type"])
            continue
        assert event["item_id"] == item["id"]
        if kind == "content_part.added":
            assert item["type"] == "message"
            parts[index, event["content_index"]] = event["part"]["type"]
        elif kind.startswith(("output_text.", "refusal.")):
            expected = "refusal" if kind.startswith("refusal.") else "output_text"
            assert parts[index, event["content_index"]] == expected
        elif kind.startswith(("function_call_arguments.", "custom_tool_call_input.")):
            assert item["type"] == ("function_call" if kind.startswith("function") else "custom_tool_call")
    assert sorted(done) == list(range(len(added)))
    assert told[-1]["response"]["output"] == [done[index] for index in range(len(added))]
    assert len({item["id"] for item in added}) == len(added)
    calls = [item["call_id"] for item in added if "call_id" in item]
    assert len(set(calls)) == len(calls)


def grown(told: list[Any]) -> dict[tuple[int, str], str]:
    """What the deltas of every item add up to, by the kind of the delta."""
    texts: dict[tuple[int, str], str] = {}
    for event in told:
        if event["type"].endswith(".delta"):
            place = (event["output_index"], event["type"].removesuffix(".delta").removeprefix("response."))
            texts[place] = texts.get(place, "") + event["delta"]
    return texts


streams = st.lists(between, max_size=14)


@given(streams, last, st.lists(between, max_size=3))
def test_whatever_the_events_the_stream_is_well_formed(events: list[Event], end: Event, late: list[Event]) -> None:
    told = written([*events, end, *late], asking())

    well_formed(told)
    response = told[-1]["response"]
    assert (response["status"] == "failed") == isinstance(end, Failed)
    if isinstance(end, Failed):
        assert response["error"] == {"code": "server_error", "message": end.failure.message}
    else:
        assert response["error"] is None
        assert (response["incomplete_details"] is None) == (response["status"] == "completed")


@given(streams, last)
def test_what_grew_is_what_is_done(events: list[Event], end: Event) -> None:
    told = written([*events, end], asking())

    texts = grown(told)
    for index, item in enumerate(told[-1]["response"]["output"]):
        match item["type"]:
            case "message":
                parts = item["content"]
                said = "".join(part["text"] for part in parts if part["type"] == "output_text")
                refused = "".join(part["refusal"] for part in parts if part["type"] == "refusal")
                assert (texts.get((index, "output_text"), ""), texts.get((index, "refusal"), "")) == (said, refused)
            case "function_call":
                assert texts.get((index, "function_call_arguments"), "") == item["arguments"]
            case "custom_tool_call":
                assert texts.get((index, "custom_tool_call_input"), "") == item["input"]
            case other:
                assert other == "reasoning"
                thought = "".join(piece["text"] for piece in item["summary"])
                assert texts.get((index, "reasoning_summary_text"), "") == thought


def _says_something(event: Event) -> bool:
    """Of the content; an empty delta only says where a part ends, which nobody promises."""
    match event:
        case Started() | Finished():
            return False
        case TextDelta() | RefusalDelta() | ThinkingDelta():
            return bool(event.text)
        case ThinkingSigned():
            return bool(event.signature)
        case _:
            return True


@given(streams, st.sampled_from(["stop", "length", "refusal", "tool_calls"]))
def test_a_stream_ends_with_what_the_whole_answer_says(between: list[Event], reason: Any) -> None:
    """Thoughts aside, which a stream tells as summaries; and arguments that come behind the end of their call, which only whole answers have."""
    content = [event for event in between if _says_something(event)]
    events = [Started("resp_1", "m2"), *content, Finished(reason), Ended()]
    given, also_given = asking(), asking()
    told = written(events, given)[-1]["response"]
    whole = json.loads(write_answer(fold(events), also_given))

    for response in (told, whole):
        for item in response["output"]:
            if item["type"] == "reasoning":
                item["said"] = [piece["text"] for piece in item.pop("summary") or item.pop("content", [])]
                item.pop("content", None)
            item.pop("arguments", None)
            item.pop("input", None)
    assert told == whole
    assert sorted(given.lost) == sorted(also_given.lost)


@given(streams)
def test_what_was_written_is_read_back(between: list[Event]) -> None:
    events = [*(event for event in between if not isinstance(event, PartAdded)), Ended()]
    stream = ResponsesStreamWriter(asking()).write(events)
    reader = ResponsesStreamReader(envelope())
    back = fold([*reader.feed(stream), *reader.close()])

    assert back.complete
    assert gist(back) == gist(fold(events))


def gist(answer: Answer) -> object:
    parts = answer.message.parts
    calls = [(part.name, part.custom) for part in parts if isinstance(part, ToolCall)]
    said = "".join(part.text for part in parts if isinstance(part, Text))
    refused = "".join(part.text for part in parts if isinstance(part, Refusal))
    thought = "".join(part.text for part in parts if isinstance(part, Thinking))
    return said, refused, thought, calls


def test_text_then_two_tools_is_numbered_as_it_should_be() -> None:
    told = written(
        [
            Started("chatcmpl-1", "gpt"),
            TextDelta("Hi"),
            ToolStarted(0, "call_a", "f"),
            ToolDelta(0, '{"x":1}'),
            ToolStarted(1, "call_b", "g"),
            ToolDelta(1, "{}"),
            Finished("tool_calls"),
            UsageTold(Usage(1, 2, 3, 4, 1)),
            Ended(),
        ]
    )

    arguments = ["function_call_arguments.delta", "function_call_arguments.done"]
    assert kinds(told) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        *("output_item.added", *arguments, "output_item.done") * 2,
        "completed",
    ]
    assert [event["output_index"] for event in told[2:-1]] == [0] * 6 + [1] * 4 + [2] * 4
    well_formed(told)
    assert told[-1]["response"]["usage"] == {
        "input_tokens": 6,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 3},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 10,
    }


def test_calls_grow_side_by_side() -> None:
    told = written(
        [
            ToolStarted(0, "a", "f"),
            ToolStarted(1, "b", "g"),
            ToolDelta(1, '{"y"'),
            ToolDelta(0, '{"x":1}'),
            ToolDelta(1, ":2}"),
            Ended(),
        ]
    )

    well_formed(told)
    deltas = [(event["output_index"], event["delta"]) for event in told if "delta" in event]
    assert deltas == [(1, '{"y"'), (0, '{"x":1}'), (1, ":2}")]
    assert [item["arguments"] for item in told[-1]["response"]["output"]] == ['{"x":1}', '{"y":2}']


def test_text_amid_a_call_loses_none_of_its_arguments() -> None:
    told = written(
        [
            ToolStarted(0, "a", "f"),
            ToolDelta(0, '{"x":'),
            TextDelta("Wait."),
            ToolDelta(0, "1}"),
            TextDelta(" Done."),
            Ended(),
        ]
    )

    well_formed(told)
    call, message = told[-1]["response"]["output"]
    assert call["arguments"] == '{"x":1}'
    assert message["content"][0]["text"] == "Wait. Done."


def test_text_after_a_tool_is_a_new_message() -> None:
    told = written([TextDelta("a"), ToolStarted(0, "c", "f"), ToolDelta(0, "{}"), PartEnded(), TextDelta("b"), Ended()])

    assert [item["type"] for item in told[-1]["response"]["output"]] == ["message", "function_call", "message"]
    well_formed(told)


def test_a_call_without_arguments_has_an_empty_object() -> None:
    told = written([ToolStarted(0, "c", "f"), Ended()])

    assert [event["delta"] for event in told if "delta" in event] == ["{}"]
    assert told[-1]["response"]["output"][0]["arguments"] == "{}"


def test_tools_are_called_by_the_names_they_were_offered_under() -> None:
    offered = (
        FunctionTool("spawn"),
        FunctionTool("spawn", namespace="agents"),
        CustomTool("apply_patch", namespace="files"),
    )
    told = written(
        [
            ToolStarted(0, "a", "agents__spawn"),
            ToolStarted(1, "b", "spawn"),
            ToolStarted(2, "c", "apply_patch", custom=True),
            ToolDelta(2, "*** Begin\n"),
            Ended(),
        ],
        asking(structs.replace(WANTED, tools=offered)),
    )

    items = told[-1]["response"]["output"]
    assert [(item["name"], item.get("namespace")) for item in items] == [
        ("spawn", "agents"),
        ("spawn", None),
        ("apply_patch", "files"),
    ]
    assert items[2]["id"].startswith("ctc_")
    assert items[2]["input"] == "*** Begin\n"
    assert "custom_tool_call_input.delta" in kinds(told)
    assert "custom_tool_call_input.done" in kinds(told)


def test_ids_of_calls_are_never_told_twice() -> None:
    told = written([ToolStarted(0, "a", "f"), ToolStarted(1, "a", "f"), ToolStarted(2, "", "f"), Ended()])

    well_formed(told)
    assert told[-1]["response"]["output"][0]["call_id"] == "a"


def test_what_was_asked_is_said_again() -> None:
    echo = {
        "tools": Raw(b'[{"type":"function",\r\n "name":"f","parameters":{"b":1.50,"a":12345678901234567890}}]'),
        "instructions": Raw(b'"Be brief."'),
        "temperature": Raw(b"null"),
        "store": Raw(b"false"),
    }
    stream = ResponsesStreamWriter(asking(WANTED, **echo)).write([TextDelta("x"), Ended()])

    told = read(stream)
    repeated = b'"tools":[{"type":"function","name":"f","parameters":{"b":1.50,"a":12345678901234567890}}]'
    assert stream.count(repeated) == 3
    for event in (told[0], told[1], told[-1]):
        response = event["response"]
        assert (response["instructions"], response["temperature"], response["store"]) == ("Be brief.", 1.0, False)
        assert response["previous_response_id"] is None
        assert response["tool_choice"] == "auto"
        assert response["parallel_tool_calls"] is True
    assert (
        json.loads(write_answer(fold([TextDelta("x"), Ended()]), asking(WANTED, **echo)))["tools"]
        == told[0]["response"]["tools"]
    )


def test_the_id_of_a_response_is_kept() -> None:
    assert {e["response"]["id"] for e in written([Started("resp_1"), Ended()])} == {"resp_1"}
    assert {e["response"]["id"] for e in written([Started("chatcmpl-1"), Ended()])} == {f"resp_{SEED}"}


def test_a_citation_is_about_its_own_text() -> None:
    link = Citation("https://w.test", "W", start=14, end=15)
    told = written([TextDelta("See both. "), PartEnded(), TextDelta("And W."), Cited(link), Cited(Citation()), Ended()])

    [added] = [event for event in told if event["type"] == "response.output_text.annotation.added"]
    assert added["content_index"] == 1
    assert added["annotation"] == {
        "type": "url_citation",
        "start_index": 4,
        "end_index": 5,
        "url": "https://w.test",
        "title": "W",
    }
    assert told[-1]["response"]["output"][0]["content"][1]["annotations"] == [added["annotation"]]


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        ("stop", "completed", None),
        ("stop_sequence", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("context_full", "incomplete", "max_output_tokens"),
        ("tool_calls", "completed", None),
        ("refusal", "incomplete", "content_filter"),
        ("filtered", "incomplete", "content_filter"),
        ("pause", "completed", None),
        ("malformed", "completed", None),
    ],
)
def test_how_an_answer_ended(reason: Any, status: str, why: str | None) -> None:
    told = written([TextDelta("x"), Finished(reason), Ended()])[-1]

    assert told["type"] == f"response.{status}"
    assert told["response"]["status"] == status
    assert told["response"]["incomplete_details"] == (why and {"reason": why})


def test_a_refusal_in_words_is_a_whole_answer() -> None:
    told = written([RefusalDelta("No."), Finished("refusal"), Ended()])[-1]["response"]

    assert told["status"] == "completed"
    assert told["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure(429, "slow down"), "rate_limit_exceeded"),
        (Failure(400, "too long", "context_length_exceeded"), "context_length_exceeded"),
        (Failure(402, "pay"), "insufficient_quota"),
        (Failure(429, "pay", "insufficient_quota"), "insufficient_quota"),
        (Failure(529, "busy"), "server_error"),
        (Failure(400, "bad"), "invalid_prompt"),
    ],
)
def test_clients_are_told_by_a_code_why_it_failed(failure: Failure, code: str) -> None:
    told = written([Failed(failure)])

    assert kinds(told) == ["created", "in_progress", "failed"]
    assert told[-1]["response"]["error"] == {"code": code, "message": failure.message}


def test_what_is_open_when_it_fails_is_incomplete() -> None:
    told = written([TextDelta("a"), ToolStarted(0, "c", "f"), ToolDelta(0, '{"x'), Failed(Failure(502, "gone"))])

    well_formed(told)
    assert [item["status"] for item in told[-1]["response"]["output"]] == ["completed", "incomplete"]
    assert told[-1]["response"]["output"][1]["arguments"] == '{"x'


THOUGHT: list[Event] = [
    ThinkingDelta("Let me"),
    ThinkingDelta(" see."),
    ThinkingSigned(signature="c2", issuer="anthropic"),
    ThinkingSigned(signature="ln", issuer="anthropic"),
    PartEnded(),
    PartAdded(RedactedThinking("ZW5j", "anthropic")),
    ThinkingSigned(encrypted="Z0FB", id="rs_9", issuer="azure_openai"),
    PartEnded(),
    TextDelta("Four."),
    Ended(),
]


def test_proofs_of_thinking_travel_with_their_issuer() -> None:
    given = asking()
    told = written(THOUGHT, given)

    well_formed(told)
    assert [item.get("encrypted_content") for item in told[-1]["response"]["output"]] == [
        sealed(Proof("anthropic", "signature", "c2ln")),
        sealed(Proof("anthropic", "redacted", "ZW5j")),
        sealed(Proof("azure_openai", "encrypted", "Z0FB", "rs_9")),
        None,
    ]
    assert given.lost == []


def test_proofs_that_were_not_asked_for_are_lost() -> None:
    given = asking(structs.replace(WANTED, include=()))
    told = written(THOUGHT, given)

    well_formed(told)
    assert [item["type"] for item in told[-1]["response"]["output"]] == ["reasoning", "message"]
    assert "encrypted_content" not in told[-1]["response"]["output"][0]
    assert given.lost == ["output (proof of thinking)"] * 3


@pytest.mark.parametrize("issuer", ["", "openai"])
def test_openais_own_proofs_need_no_mark(issuer: str) -> None:
    told = written([ThinkingSigned(encrypted="Z0FB", issuer=issuer), Ended()], asking())

    [item] = told[-1]["response"]["output"]
    assert item == {"id": f"rs_{SEED}0000", "type": "reasoning", "summary": [], "encrypted_content": "Z0FB"}


def test_a_proof_with_an_id_of_its_own_keeps_it() -> None:
    told = written([ThinkingSigned(encrypted="Z0FB", id="rs_9", issuer="openai"), Ended()], asking())

    [item] = told[-1]["response"]["output"]
    assert item["encrypted_content"] == sealed(Proof("openai", "encrypted", "Z0FB", "rs_9"))


def test_a_thought_and_its_summary_are_two_items() -> None:
    told = written([ThinkingDelta("a"), ThinkingDelta("b", summary=True), ThinkingDelta("c", summary=True), Ended()])

    summaries = [item["summary"][0]["text"] for item in told[-1]["response"]["output"]]
    assert summaries == ["a", "bc"]


def test_a_silent_stream_is_kept_alive_once_it_has_begun() -> None:
    writer = ResponsesStreamWriter(envelope())

    assert writer.write([KeptAlive()]) == b""
    writer.write([Started()])
    assert writer.write([KeptAlive()]) == b": keep-alive\n\n"


def test_what_the_issuer_of_a_call_wants_back_goes_along() -> None:
    given = asking()
    extras = Raw(b'{"extra_content":{"a":\n1},"caller":{}}')
    told = written([ToolStarted(0, "c", "f", extras=extras), Ended()], given)

    assert told[2]["item"]["extra_content"] == {"a": 1}
    assert given.lost == ["output (function_call.caller)"]


def test_names_and_places_that_no_frame_could_hold() -> None:
    stream = ResponsesStreamWriter(envelope()).write([ToolStarted(0, "%d\n", "é\n%s"), TextDelta("100 %d\n"), Ended()])

    [call, message] = read(stream)[-1]["response"]["output"]
    assert (call["call_id"], call["name"]) == ("%d\n", "é\n%s")
    assert message["content"][0]["text"] == "100 %d\n"
