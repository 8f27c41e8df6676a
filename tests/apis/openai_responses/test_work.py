"""Work that grows no faster than what is sent: each of these took minutes when it grew with the square of it."""

import pytest

from planoai.apis.dialect import Accepts, Envelope
from planoai.apis.fields import read_fields
from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.request_read import read_request
from planoai.apis.openai_responses.stream_write import ResponsesStreamWriter
from planoai.conversation.event import Ended, ToolDelta, ToolStarted
from planoai.conversation.message import Message, Text, Thinking
from planoai.conversation.request import Request
from tests.apis.golden import compact

MANY = 30_000


pytestmark = [pytest.mark.timeout(60), pytest.mark.no_cover]


def test_a_choice_of_very_many_hosted_tools() -> None:
    tools = [{"type": "image_generation", "quality": {"x": 1}}] * MANY
    choice = {"type": "allowed_tools", "mode": "auto", "tools": tools}

    request = read_request(read_fields(compact({"model": "m", "input": "hi", "tool_choice": choice})))
    assert [path for path in request.extras if path.startswith("tool_choice")] == [
        f"tool_choice.tools[{place}]" for place in range(MANY)
    ]


def test_very_many_thoughts_of_one_turn() -> None:
    thoughts = (Thinking("so", encrypted="x"),) * MANY
    messages = (Message("assistant", (*thoughts, Text("hi"))), Message("user", (Text("hi"),)))

    written = DIALECT.upstream.write_request(Request("gpt-5", messages, "anthropic_messages"), Accepts())
    assert written.body.count(b'"type":"reasoning"') == MANY


@pytest.mark.parametrize("arguments", ["}", "{"])
def test_very_many_calls_whose_arguments_never_end(arguments: str) -> None:
    writer = ResponsesStreamWriter(Envelope("0" * 32, 0, "m"))
    for key in range(MANY):
        writer.write([ToolStarted(key, f"c{key}", "read"), ToolDelta(key, arguments)])

    assert writer.write([Ended()]).count(b"event: response.output_item.done") == MANY
