"""What the four APIs call the same things, as tables: why an answer ended, what it consumed, what went wrong.

The rows of an API that is not among DIALECTS are left out; they join in as soon as it is.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis import DIALECTS
from planoai.conversation.event import (
    Ended,
    Event,
    Finished,
    FinishReason,
    Started,
    TextDelta,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.fold import fold
from planoai.conversation.usage import Usage
from planoai.errors import (
    BadRequest,
    Misconfigured,
    NotFound,
    PlanoError,
    TooLarge,
    UnknownModel,
    UnknownResponse,
    Unsupported,
    UnsupportedMedia,
    UpstreamTimeout,
    UpstreamUnreachable,
    UpstreamUnreadable,
    WrongMethod,
)
from planoai.gateway.failing import failure_of
from tests.apis import golden
from tests.apis.spoken import NATURAL, Say, stream, whole

Json = dict[str, Any]
CLIENTS = [each.name for each in DIALECTS.values() if each.client is not None]

# dialect -> what it says -> why the answer ended
TOLD: dict[str, dict[str | None, FinishReason]] = {
    "openai_chat": {
        "stop": "stop",
        "length": "length",
        "tool_calls": "tool_calls",
        "function_call": "tool_calls",
        "content_filter": "filtered",
        "something_new": "stop",
        "": "stop",
    },
    "anthropic_messages": {
        "end_turn": "stop",
        "stop_sequence": "stop_sequence",
        "max_tokens": "length",
        "model_context_window_exceeded": "context_full",
        "tool_use": "tool_calls",
        "refusal": "refusal",
        "pause_turn": "pause",
        "something_new": "stop",
        None: "stop",
    },
    "openai_responses": {
        "completed": "stop",
        "incomplete/max_output_tokens": "length",
        "incomplete/content_filter": "filtered",
    },
    "bedrock_converse": {
        "end_turn": "stop",
        "stop_sequence": "stop_sequence",
        "max_tokens": "length",
        "model_context_window_exceeded": "context_full",
        "tool_use": "tool_calls",
        "guardrail_intervened": "filtered",
        "content_filtered": "filtered",
        "malformed_model_output": "malformed",
        "malformed_tool_use": "malformed",
        "something_new": "stop",
    },
}
_CALLS = {"tool_calls", "function_call", "tool_use"}
ROWS = [(name, word, reason) for name in DIALECTS for word, reason in TOLD[name].items()]


class Written(NamedTuple):
    chat: str
    messages: str
    responses: str


# Why the answer ended -> what every client is told. It is the same for an answer that holds a call where the reason is another.
WRITTEN: dict[FinishReason, Written] = {
    "stop": Written("stop", "end_turn", "completed"),
    "stop_sequence": Written("stop", "stop_sequence", "completed"),
    "length": Written("length", "max_tokens", "incomplete/max_output_tokens"),
    "context_full": Written("length", "model_context_window_exceeded", "incomplete/max_output_tokens"),
    "tool_calls": Written("tool_calls", "tool_use", "completed"),
    "filtered": Written("content_filter", "refusal", "incomplete/content_filter"),
    "refusal": Written("content_filter", "refusal", "incomplete/content_filter"),
    "pause": Written("stop", "pause_turn", "completed"),
    "malformed": Written("stop", "end_turn", "completed"),
}


def read(dialect: str, say: Say, *, streamed: bool) -> list[Event]:
    if streamed:
        return golden.read_stream(dialect, [stream(dialect, say)])
    return DIALECTS[dialect].upstream.read_answer(whole(dialect, say), golden.envelope())


def written(client: str, events: list[Event], *, streamed: bool) -> list[Json]:
    """The JSON that a client gets: one body, or that of every event."""
    if not streamed:
        answer: Json = json.loads(golden.client_side(client).write_answer(fold(events), golden.envelope()))
        return [answer]
    lines = golden.write_stream(client, events).decode().splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != "[DONE]"]


def answer(reason: FinishReason) -> list[Event]:
    events: list[Event] = [Started("id", "m"), TextDelta("Hello")]
    if reason == "tool_calls":
        events += [ToolStarted(0, "call_1", "get_time"), ToolDelta(0, "{}")]
    return [*events, UsageTold(Usage(fresh=3, output=2)), Finished(reason), Ended()]


def ended(client: str, told: list[Json]) -> str:
    """What a client reads as the reason why an answer ended."""
    last = next(reversed(list(_endings(client, told))))
    return f"{last['status']}/{last['incomplete_details']['reason']}" if isinstance(last, dict) else last


def _endings(client: str, told: list[Json]) -> Iterator[Any]:
    for each in told:
        match client:
            case "openai_chat":
                yield from (choice["finish_reason"] for choice in each["choices"] if choice["finish_reason"])
            case "anthropic_messages":
                found = each.get("delta", each).get("stop_reason")
                if found:
                    yield found
            case _:
                response = each.get("response", each)
                if response.get("incomplete_details"):
                    yield response
                elif response.get("status") in ("completed", "failed", "incomplete"):
                    yield response["status"]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("dialect", "word", "reason"), ROWS)
def test_what_an_upstream_says_is_understood(
    dialect: str, word: str | None, reason: FinishReason, streamed: bool
) -> None:
    events = read(dialect, Say(word, called=word in _CALLS), streamed=streamed)
    assert isinstance(events[-1], Ended)
    assert fold(events).finish == reason


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_that_ends_naturally_after_a_call_waits_for_its_result(dialect: str, streamed: bool) -> None:
    assert fold(read(dialect, Say(NATURAL[dialect], called=True), streamed=streamed)).finish == "tool_calls"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("reason", WRITTEN)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_told_in_its_own_word(client: str, reason: FinishReason, streamed: bool) -> None:
    words = dict(zip(("openai_chat", "anthropic_messages", "openai_responses"), WRITTEN[reason], strict=True))
    assert ended(client, written(client, answer(reason), streamed=streamed)) == words[client]


def test_no_reason_is_without_a_row() -> None:
    assert set(WRITTEN) == set(get_args(FinishReason))
    assert set(TOLD) >= set(DIALECTS)


# What a usage is called by each API: OpenAI counts cached tokens inside its input, the others beside it.


def _in_openais_words(usage: Usage, into: str, out: str) -> Json:
    return {
        f"{into}_tokens": usage.fresh + usage.cache_read + usage.cache_write,
        f"{into}_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        f"{out}_tokens": usage.output,
        f"{out}_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.fresh + usage.cache_read + usage.cache_write + usage.output,
    }


def _chat(usage: Usage) -> Json:
    return _in_openais_words(usage, "prompt", "completion")


def _responses(usage: Usage) -> Json:
    return _in_openais_words(usage, "input", "output")


def _messages(usage: Usage) -> Json:
    return {
        "input_tokens": usage.fresh,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation_input_tokens": usage.cache_write,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
    }


def _converse(usage: Usage) -> Json:
    """It does not tell what was thought."""
    return {
        "inputTokens": usage.fresh,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write,
        "outputTokens": usage.output,
        "totalTokens": usage.fresh + usage.cache_read + usage.cache_write + usage.output,
    }


COUNTED: dict[str, Callable[[Usage], Json]] = {
    "openai_chat": _chat,
    "anthropic_messages": _messages,
    "openai_responses": _responses,
    "bedrock_converse": _converse,
}
COUNTS = st.integers(0, 10**6)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """What was thought is part of what came out; what xAI leaves out of its totals looks different and has its own tests."""
    output = draw(COUNTS)
    return Usage(draw(COUNTS), draw(COUNTS), draw(COUNTS), output, draw(st.integers(0, output)))


def holds(told: Json, expected: Json) -> bool:
    """A count of nothing may be left out."""
    return all(
        holds(told.get(name) or {}, value) if isinstance(value, dict) else (told.get(name) or 0) == value
        for name, value in expected.items()
    )


def counts(client: str, told: list[Json]) -> Json:
    """Of a stream, what the last event that tells of each says."""
    found: Json = {}
    for each in told:
        inner = each.get("response") or each.get("message") or each
        found |= inner.get("usage") or {}
    assert found, client
    return found


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("upstream", DIALECTS)
@given(usage=usages())
def test_no_token_is_counted_twice_or_lost(upstream: str, client: str, streamed: bool, usage: Usage) -> None:
    events = read(upstream, Say(NATURAL[upstream], usage=COUNTED[upstream](usage)), streamed=streamed)
    known = usage if upstream != "bedrock_converse" else Usage(*_without_reasoning(usage))
    assert fold(events).usage == known
    assert holds(counts(client, written(client, events, streamed=streamed)), COUNTED[client](known))


def _without_reasoning(usage: Usage) -> tuple[int, int, int, int]:
    return usage.fresh, usage.cache_read, usage.cache_write, usage.output


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("upstream", DIALECTS)
def test_an_answer_without_counts_is_an_answer(upstream: str, streamed: bool) -> None:
    events = read(upstream, Say(NATURAL[upstream]), streamed=streamed)
    for client in CLIENTS:
        assert written(client, events, streamed=streamed)
    assert fold(events).complete


class Wrong(NamedTuple):
    openai: str
    code: str | None
    anthropic: str


ERRORS = {  # status -> the type of the error as OpenAI's APIs call it, its code, and as Anthropic's calls it
    400: Wrong("invalid_request_error", None, "invalid_request_error"),
    401: Wrong("authentication_error", "invalid_api_key", "authentication_error"),
    402: Wrong("insufficient_quota", None, "billing_error"),
    403: Wrong("permission_error", None, "permission_error"),
    404: Wrong("not_found_error", None, "not_found_error"),
    413: Wrong("invalid_request_error", None, "request_too_large"),
    422: Wrong("invalid_request_error", None, "invalid_request_error"),
    429: Wrong("rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
    500: Wrong("server_error", None, "api_error"),
    502: Wrong("server_error", None, "api_error"),
    503: Wrong("server_error", None, "overloaded_error"),
    504: Wrong("server_error", None, "timeout_error"),
    529: Wrong("server_error", None, "overloaded_error"),
}


def body_of(client: str, failure: Failure) -> Json:
    told: Json = json.loads(golden.client_side(client).write_failure(failure, "req_1"))
    return told


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("client", CLIENTS)
def test_an_error_has_the_shape_and_the_type_its_client_knows(client: str, status: int) -> None:
    told, wrong = body_of(client, Failure(status, "what happened")), ERRORS[status]
    if client == "anthropic_messages":
        error = {"type": wrong.anthropic, "message": "what happened"}
        assert told == {"type": "error", "error": error, "request_id": "req_1"}
    else:
        assert told == {"error": {"message": "what happened", "type": wrong.openai, "param": None, "code": wrong.code}}


SHAPES: dict[str, object] = {  # what upstreams, clouds and proxies send as the body of an error
    "OpenAI": {"error": {"message": "what happened", "type": "t", "param": None, "code": None}},
    "Anthropic": {"type": "error", "error": {"type": "t", "message": "what happened"}},
    "Bedrock": {"message": "what happened"},
    "another of AWS": {"Message": "what happened"},
    "FastAPI": {"detail": "what happened"},
    "a word": {"error": "what happened"},
    "Google": [{"error": {"code": 400, "message": "what happened", "status": "INVALID_ARGUMENT"}}],
    "text": "what happened",
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("upstream", DIALECTS)
def test_what_an_upstream_says_of_an_error_is_found_in_any_shape(upstream: str, shape: str, status: int) -> None:
    said = SHAPES[shape]
    body = said.encode() if isinstance(said, str) else golden.compact(said)
    failure = DIALECTS[upstream].upstream.read_failure(status, body, "")
    assert (failure.status, failure.message) == (status, "what happened")


# What of a request can not be honoured: status, code of OpenAI's APIs, type of OpenAI's, type of Anthropic's.
REFUSED: list[tuple[PlanoError, tuple[int, str, str, str]]] = [
    (BadRequest("no JSON"), (400, "invalid_request", "invalid_request_error", "invalid_request_error")),
    (Unsupported("x"), (400, "unsupported_parameter", "invalid_request_error", "invalid_request_error")),
    (UnknownModel("x"), (404, "model_not_found", "not_found_error", "not_found_error")),
    (UnknownResponse("x"), (404, "previous_response_not_found", "not_found_error", "not_found_error")),
    (NotFound("x"), (404, "not_found", "not_found_error", "not_found_error")),
    (WrongMethod("x"), (405, "method_not_allowed", "invalid_request_error", "invalid_request_error")),
    (TooLarge("x"), (413, "request_too_large", "invalid_request_error", "request_too_large")),
    (UnsupportedMedia("x"), (415, "unsupported_content_encoding", "invalid_request_error", "invalid_request_error")),
    (Misconfigured("x"), (500, "configuration_error", "server_error", "api_error")),
    (UpstreamUnreachable("x"), (502, "upstream_unreachable", "server_error", "api_error")),
    (UpstreamUnreadable("x"), (502, "upstream_unreadable", "server_error", "api_error")),
    (UpstreamTimeout("x"), (504, "upstream_timeout", "server_error", "timeout_error")),
]


@pytest.mark.parametrize(("error", "row"), REFUSED, ids=[type(error).__name__ for error, _ in REFUSED])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_refusal_is_told_in_the_shape_of_the_client(
    client: str, error: PlanoError, row: tuple[int, str, str, str]
) -> None:
    status, code, openai, anthropic = row
    failure = failure_of(error)
    assert failure.status == status
    told = body_of(client, failure)["error"]
    if client == "anthropic_messages":
        assert told == {"type": anthropic, "message": error.message}
    else:
        assert told == {"message": error.message, "type": openai, "param": None, "code": code}


@pytest.mark.parametrize("client", CLIENTS)
def test_an_openai_client_is_told_which_field_is_at_fault(client: str) -> None:
    told = body_of(client, failure_of(BadRequest("n: expected int", param="n")))["error"]
    assert told.get("param") == (None if client == "anthropic_messages" else "n")
