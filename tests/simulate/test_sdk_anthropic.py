"""The official Anthropic client reads messages of the simulated provider."""

from typing import Any

import anthropic as sdk
import pytest

from tests.simulate.requests import MESSAGES_BODY, MESSAGES_TOOLS


def ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "claude-simulated", "max_tokens": 2000, "messages": [{"role": "user", "content": text}], **more}


async def final(client: Any, request: dict[str, Any]) -> Any:
    async with client.messages.stream(**request) as stream:
        return await stream.get_final_message()


def said(message: Any) -> list[dict[str, Any]]:
    """The content without its ids, which differ from answer to answer."""
    return [block.model_dump(exclude={"id", "parsed_output", "citations"}) for block in message.content]


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "Hello [simulate thinking]",
        "[simulate tools=2]",
        "[simulate tools=2 one_chunk thinking=Hm text=Sure.]",
        "[simulate words=50 chunk=3 input=100 cached=30 written=20 output=77 reasoning=5]",
        "[simulate stop=filter]",
        "[simulate empty]",
    ],
)
async def test_a_stream_adds_up_to_the_plain_answer(anthropic: Any, text: str) -> None:
    request = ask(text, tools=MESSAGES_TOOLS)
    plain = await anthropic.messages.create(**request)
    if "empty" in text:
        assert plain.content == []
        return
    streamed = await final(anthropic, request)
    assert said(streamed) == said(plain)
    assert streamed.stop_reason == plain.stop_reason
    assert streamed.usage == plain.usage
    assert streamed.id.startswith("msg_01")


async def test_tool_calls_and_thoughts_are_blocks_of_their_own(anthropic: Any) -> None:
    message = await final(anthropic, ask("[simulate tools=2 thinking=Hm text=Sure.]", tools=MESSAGES_TOOLS))
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert [block.input for block in message.content[2:]] == [{"city": "city"}, {"zone": "UTC"}]
    assert message.stop_reason == "tool_use"


async def test_a_turn_with_its_thought_can_be_sent_back(anthropic: Any) -> None:
    request = ask("Hi [simulate tools=1]", tools=MESSAGES_TOOLS, thinking={"type": "enabled", "budget_tokens": 1024})
    first = await final(anthropic, request)
    assert first.content[0].type == "thinking"
    result = {"type": "tool_result", "tool_use_id": first.content[1].id, "content": "sunny"}
    turns = [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    second = await final(anthropic, request | {"messages": [*request["messages"], *turns]})
    assert second.content[1].text == 'get_weather answered "sunny".'


async def test_cached_tokens_are_counted_beside_the_input(anthropic: Any) -> None:
    message = await anthropic.messages.create(**ask("[simulate input=100 cached=30 written=20 output=7]"))
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (50, 30, 20)
    assert usage.output_tokens == 7


async def test_a_stop_sequence_cuts_the_text_and_is_named(anthropic: Any) -> None:
    request = ask("one STOP two", stop_sequences=["never", " STOP"])
    for message in (await anthropic.messages.create(**request), await final(anthropic, request)):
        assert message.content[0].text == 'You said "one'
        assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", " STOP")


async def test_a_token_limit_cuts_text_and_arguments(anthropic: Any) -> None:
    message = await anthropic.messages.create(**ask("[simulate words=100]", max_tokens=5))
    assert message.stop_reason == "max_tokens"
    assert (len(message.content[0].text), message.usage.output_tokens) == (20, 5)
    call = await anthropic.messages.create(**ask("[simulate tools=1]", max_tokens=2, tools=MESSAGES_TOOLS))
    assert (call.stop_reason, call.content[0].input) == ("max_tokens", {})


async def test_tokens_are_counted_as_they_are_billed(anthropic: Any) -> None:
    request = {name: value for name, value in MESSAGES_BODY.items() if name != "max_tokens"}
    counted = await anthropic.messages.count_tokens(**request)
    answer = await anthropic.messages.create(**MESSAGES_BODY)
    assert counted.input_tokens == answer.usage.input_tokens > 20


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (429, "rate_limit_error"),
        (529, "overloaded_error"),
    ],
)
async def test_an_error_is_the_one_the_client_knows(anthropic: Any, status: int, kind: str) -> None:
    with pytest.raises(sdk.APIStatusError) as caught:
        await anthropic.messages.create(**ask(f"[simulate error={status}]"))
    body: Any = caught.value.body
    assert (caught.value.status_code, body["error"]["type"]) == (status, kind)
    assert body["request_id"] == caught.value.response.headers["request-id"]
    assert caught.value.response.headers["x-should-retry"] == ("true" if status in (429, 529) else "false")


async def test_an_error_in_a_stream_ends_it(anthropic: Any) -> None:
    texts = []

    async def read() -> None:
        async with anthropic.messages.stream(**ask("Hello [simulate error=529 error_after=2]")) as stream:
            async for text in stream.text_stream:
                texts.append(text)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(sdk.APIStatusError, match="overloaded_error"):
        await read()
    assert texts == ["You said", ' "Hello"']


async def test_models_are_listed_and_looked_up(anthropic: Any) -> None:
    assert [model.id async for model in anthropic.models.list()] == ["simulated-model"]
    assert (await anthropic.models.retrieve("any")).id == "any"
