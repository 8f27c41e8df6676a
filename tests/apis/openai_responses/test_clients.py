"""Every stream and every answer we write is read by the official client, and means to it what the upstream said."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import OpenAI
from openai.types.responses import Response

from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.response_write import write_answer
from planoai.conversation.event import Ended
from planoai.conversation.fold import Answer, fold
from planoai.conversation.message import Refusal, Text, ToolCall
from tests.apis import golden

pytestmark = pytest.mark.no_cover

OTHERS = [path for path in golden.streams() if path.parent.name != DIALECT.name]

_NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # nothing here speaks it, and reading the system's certificates takes longer


def asked(answer: bytes, kind: str) -> OpenAI:
    """A client that is answered so, whatever it asks."""

    def answered(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": kind}, content=answer)

    http = httpx2.Client(transport=httpx2.MockTransport(answered), verify=_NO_TLS)
    return OpenAI(base_url="http://x.test/v1", api_key="k", max_retries=0, http_client=http)


@pytest.fixture(params=OTHERS, ids=[golden.name(path) for path in OTHERS])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def streamed(stream: bytes) -> Iterator[Any]:
    """The events as the client's own helper gives them, which raises for any that contradict each other."""
    with (
        asked(stream, "text/event-stream") as client,
        client.responses.stream(model="m", input="x") as told,
    ):
        yield from told


def said(response: Any) -> object:
    """What a program gets of an answer."""
    calls = [
        (each.call_id, each.name, each.arguments if each.type == "function_call" else each.input)
        for each in response.output
        if each.type in ("function_call", "custom_tool_call")
    ]
    parts = [part for each in response.output if each.type == "message" for part in each.content]
    refused = "".join(part.refusal for part in parts if part.type == "refusal")
    return response.output_text, refused, calls


def meant(answer: Answer) -> object:
    parts = answer.message.parts
    calls = [
        (part.id, part.name, part.arguments if part.custom or part.arguments.strip() else part.arguments + "{}")
        for part in parts
        if isinstance(part, ToolCall)
    ]
    refused = "".join(part.text for part in parts if isinstance(part, Refusal))
    return "".join(part.text for part in parts if isinstance(part, Text)), refused, calls


def test_the_official_client_reads_what_was_meant(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])
    answer = fold(events)
    told = list(streamed(golden.beside(path, f".to_{DIALECT.name}.sse").read_bytes()))

    last = told[-1].response
    if isinstance(events[-1], Ended):
        assert last.status in ("completed", "incomplete")
        assert said(last) == meant(answer)
    else:
        assert last.status == "failed"
        assert last.error.message
    if answer.usage is not None:
        usage = last.usage
        assert (usage.input_tokens, usage.output_tokens) == (answer.usage.input, answer.usage.output)
        assert usage.input_tokens_details.cached_tokens == answer.usage.cache_read
        assert usage.input_tokens_details.cache_write_tokens == answer.usage.cache_write
        assert usage.output_tokens_details.reasoning_tokens == answer.usage.reasoning


def test_what_the_client_puts_together_is_what_the_stream_ends_with(path: Path) -> None:
    """By the snapshots of its deltas."""
    told = list(streamed(golden.beside(path, f".to_{DIALECT.name}.sse").read_bytes()))

    texts: dict[tuple[int, int], str] = {}
    arguments: dict[int, str] = {}
    for event in told:
        if event.type == "response.output_text.delta":
            texts[event.output_index, event.content_index] = event.snapshot
        elif event.type == "response.function_call_arguments.delta":
            arguments[event.output_index] = event.snapshot
    output = told[-1].response.output
    assert all(output[item].content[part].text == text for (item, part), text in texts.items())
    assert all(output[item].arguments == text for item, text in arguments.items())


def test_the_final_response_is_the_completed_one() -> None:
    stream = (golden.ROOT / "streams/openai_chat/two_tools_in_order.to_openai_responses.sse").read_bytes()
    with (
        asked(stream, "text/event-stream") as client,
        client.responses.stream(model="m", input="x") as told,
    ):
        final = told.get_final_response()

    assert final.status == "completed"
    assert [item.type for item in final.output][-2:] == ["function_call", "function_call"]


def test_a_whole_answer_fits_the_official_clients_types(path: Path) -> None:
    answer = fold(golden.read_stream(path.parent.name, [golden.bytes_of(path)]))
    body = write_answer(answer, golden.envelope())

    Response.model_validate_json(body)
    with asked(body, "application/json") as client:
        assert said(client.responses.create(model="m", input="x")) == meant(answer)
    assert json.loads(body)["object"] == "response"
