"""Every stream we write is read by the official client, and means to it what the upstream said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from openai._models import construct_type
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from planoai.apis.openai_chat import DIALECT
from planoai.conversation.event import Ended
from planoai.conversation.fold import fold
from planoai.conversation.message import Text, ToolCall
from tests.apis import golden

pytestmark = pytest.mark.no_cover

STREAMS = list(golden.streams())


def chunks(stream: bytes) -> Iterator[dict[str, Any]]:
    for frame in stream.decode().split("\n\n"):
        if frame.startswith("data: ") and frame != "data: [DONE]":
            yield json.loads(frame.removeprefix("data: "))


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_the_official_client_reads_what_was_meant(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])
    answer = fold(events)
    if not isinstance(events[-1], Ended):
        return
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for chunk in chunks(golden.write_stream(DIALECT.name, events)):
        told = construct_type(type_=ChatCompletionChunk, value=chunk)  # as the client does, which is not strict
        state.handle_chunk(cast("ChatCompletionChunk", told))
    choice = state.current_completion_snapshot.choices[0]

    parts = answer.message.parts
    assert (choice.message.content or "") == "".join(part.text for part in parts if isinstance(part, Text))
    cut = answer.finish == "length"
    said = [
        (call.id, call.function.name, meaning(call.function.arguments or "", cut=cut))
        for call in functions(choice.message)
    ]
    meant = [
        (call.id, call.name, meaning(call.arguments or "{}", cut=cut))
        for call in parts
        if isinstance(call, ToolCall) and not call.custom
    ]
    assert said == meant
    if answer.usage is not None:
        usage = state.current_completion_snapshot.usage
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens) == (answer.usage.input, answer.usage.output)


def meaning(arguments: str, *, cut: bool) -> object:
    """Of arguments that the limit may have cut, the text: that is all there is."""
    return arguments if cut else json.loads(arguments)


def functions(message: Any) -> list[Any]:
    return [call for call in message.tool_calls or () if getattr(call, "function", None) is not None]


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_a_whole_answer_fits_the_official_clients_types(path: Path) -> None:
    answer = fold(golden.read_stream(path.parent.name, [golden.bytes_of(path)]))
    assert DIALECT.client is not None

    ChatCompletion.model_validate_json(DIALECT.client.write_answer(answer, golden.ENVELOPE))
