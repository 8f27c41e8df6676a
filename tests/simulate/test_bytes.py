"""Byte for byte: what each API's answers look like on the wire, plain and streamed, held against files read by eye."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from planoai.simulate.answer import answer
from planoai.simulate.dialect import Dialect, Refusing, Turn
from planoai.simulate.directive import changed as optioned
from planoai.simulate.ids import Ids
from planoai.simulate.options import Options
from planoai.simulate.problem import Problem
from planoai.simulate.reading import Received
from planoai.simulate.routes import CHAT, CONVERSE, CONVERSE_STREAM, MESSAGES, RESPONSES
from planoai.simulate.vendors import Allowance
from tests.simulate.decoder import decoded
from tests.simulate.requests import CHAT_TOOLS, CONVERSE_TOOLS, MESSAGES_TOOLS, RESPONSES_TOOLS

GOLDEN = Path(__file__).parent / "golden"
NOW = 1_767_225_600
OPTIONS = ["thinking=Hmm.", "text=Sure.", "tools=1", "input=100", "cached=30", "written=20", "chunk=16"]

MESSAGE = [{"role": "user", "content": "Hello"}]
REQUESTS: dict[str, tuple[Dialect, dict[str, Any]]] = {
    "chat": (
        CHAT,
        {
            "model": "gpt-5",
            "messages": MESSAGE,
            "tools": CHAT_TOOLS,
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    ),
    "messages": (
        MESSAGES,
        {"model": "claude", "max_tokens": 99, "messages": MESSAGE, "tools": MESSAGES_TOOLS, "stream": True},
    ),
    "responses": (RESPONSES, {"model": "gpt-5", "input": "Hello", "tools": RESPONSES_TOOLS[:1], "stream": True}),
}


def turn(dialect: Dialect, request: dict[str, Any], options: Options, model: str = "") -> Turn:
    headers = {"anthropic-version": "2023-06-01"}
    ask = dialect.read(Received(msgspec.json.encode(request), model, headers))
    ids = Ids("seed")
    return Turn(ask, answer(ask, options), options, ids, dialect.new_id(ids), NOW)


def streamed(dialect: Dialect, given: Turn) -> bytes:
    return b"".join(frame.data for frame in dialect.stream(given))


@pytest.mark.parametrize("api", REQUESTS)
def test_a_stream_is_what_the_file_says(api: str) -> None:
    dialect, request = REQUESTS[api]
    given = turn(dialect, request, optioned(Options(), OPTIONS, "test"))
    assert streamed(dialect, given).decode() == (GOLDEN / f"{api}.sse").read_text()


@pytest.mark.parametrize("api", REQUESTS)
def test_a_plain_answer_is_what_the_file_says(api: str) -> None:
    dialect, request = REQUESTS[api]
    request = {name: value for name, value in request.items() if not name.startswith("stream")}
    given = turn(dialect, request, optioned(Options(), OPTIONS, "test"))
    assert dialect.whole(given).decode() == (GOLDEN / f"{api}.json").read_text()


def converse(*options: str, **more: Any) -> Turn:
    request = {
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "toolConfig": {"tools": CONVERSE_TOOLS},
        **more,
    }
    return turn(CONVERSE_STREAM, request, optioned(Options(), options, "test"), "claude")


def test_converse_frames_hold_what_the_service_sends() -> None:
    frames = decoded(streamed(CONVERSE_STREAM, converse(*OPTIONS)))
    assert {headers[":message-type"] for headers, _ in frames} == {"event"}
    assert {headers[":content-type"] for headers, _ in frames} == {"application/json"}
    assert all(list(payload) == sorted(payload) and payload.pop("p") for _, payload in frames)
    signature = frames[2][1]["delta"]["reasoningContent"].pop("signature")
    assert len(signature) > 100
    call = frames[6][1]["start"]["toolUse"].pop("toolUseId")
    assert call.startswith("tooluse_")
    assert [(headers[":event-type"], payload) for headers, payload in frames] == [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hmm."}}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {}}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Sure."}}),
        ("contentBlockStop", {"contentBlockIndex": 1}),
        ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"name": "get_weather"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"city":"city"}'}}}),
        ("contentBlockStop", {"contentBlockIndex": 2}),
        ("messageStop", {"stopReason": "tool_use"}),
        (
            "metadata",
            {
                "metrics": {"latencyMs": 420},
                "usage": {
                    "cacheReadInputTokens": 30,
                    "cacheWriteInputTokens": 20,
                    "inputTokens": 50,
                    "outputTokens": 7,
                    "serverToolUsage": {},
                    "totalTokens": 107,
                },
            },
        ),
    ]


def test_a_plain_converse_answer_has_the_same_content() -> None:
    body = msgspec.json.decode(CONVERSE.whole(converse(*OPTIONS)))
    reasoning, text, call = body["output"]["message"]["content"]
    assert reasoning["reasoningContent"]["reasoningText"]["text"] == "Hmm."
    assert text == {"text": "Sure."}
    assert (call["toolUse"]["name"], call["toolUse"]["input"]) == ("get_weather", {"city": "city"})
    assert (body["stopReason"], body["usage"]["totalTokens"]) == ("tool_use", 107)


def test_converse_names_the_stop_string_to_those_who_ask() -> None:
    limits = {"inferenceConfig": {"stopSequences": ["ell"]}}
    body = msgspec.json.decode(CONVERSE.whole(converse(**limits)))
    assert (body["stopReason"], "additionalModelResponseFields" in body) == ("stop_sequence", False)
    asked = converse(**limits, additionalModelResponseFieldPaths=["/stop_sequence"])
    assert msgspec.json.decode(CONVERSE.whole(asked))["additionalModelResponseFields"] == {"stop_sequence": "ell"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, "throttlingException"), (503, "serviceUnavailableException"), (418, "modelStreamErrorException")],
)
def test_an_exception_ends_a_converse_stream(status: int, kind: str) -> None:
    given = converse()
    refusing = Refusing(Problem(status), given.ids, Allowance(), "claude", NOW)
    ((headers, payload),) = decoded(CONVERSE_STREAM.broken(given, refusing, 3))
    assert (headers[":message-type"], headers[":exception-type"]) == ("exception", kind)
    assert payload["message"]


def test_an_error_in_a_response_is_an_error_event_and_a_failed_response() -> None:
    given = turn(*REQUESTS["responses"], Options())
    refusing = Refusing(Problem(429), given.ids, Allowance(), "gpt-5", NOW)
    error, failed, rest = RESPONSES.broken(given, refusing, 7).decode().split("\n\n")
    assert rest == ""
    assert error.startswith(
        'event: error\ndata: {"type":"error","sequence_number":7,"error":{"message":"Rate limit reached for gpt-5'
    )
    body = msgspec.json.decode(failed.partition("data: ")[2])
    assert (body["type"], body["sequence_number"]) == ("response.failed", 8)
    assert (body["response"]["status"], body["response"]["error"]["code"]) == ("failed", "rate_limit_exceeded")
    assert body["response"]["id"] == given.id


def test_azure_begins_with_a_chunk_without_choices() -> None:
    dialect, request = REQUESTS["chat"]
    given = turn(dialect, request, Options(), model="gpt-5")
    first, second, *_ = (
        msgspec.json.decode(frame.data[6:]) for frame in dialect.stream(given) if b"[DONE]" not in frame.data
    )
    assert (first["choices"], first["id"], list(first)[-1]) == ([], "", "prompt_filter_results")
    assert second["choices"][0]["content_filter_results"] == {}


def test_two_answers_have_different_ids() -> None:
    for dialect in (CHAT, MESSAGES, RESPONSES, CONVERSE):
        assert dialect.new_id(Ids("a")) != dialect.new_id(Ids("b"))
        assert dialect.new_id(Ids("a")) == dialect.new_id(Ids("a"))


@pytest.mark.parametrize("api", REQUESTS)
def test_how_long_the_chunks_are_changes_nothing_else(api: str) -> None:
    dialect, request = REQUESTS[api]
    options = optioned(Options(), ["words=9", "thinking"], "test")
    for size in (1, 7, 1000):
        given = turn(dialect, request, replace(options, chunk=size))
        contents = sum(frame.content for frame in dialect.stream(given))
        lengths = [len(given.script.thought), len(given.script.text)]
        assert contents == sum(-(-length // size) for length in lengths)
