"""The official OpenAI client reads Chat completions of the simulated provider."""

from typing import Any

import openai as sdk
import pytest
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

from tests.simulate.requests import CHAT_BODY, CHAT_TOOLS


def ask(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


async def stream(client: Any, text: str, **more: object) -> list[ChatCompletionChunk]:
    answer = await client.chat.completions.create(model="gpt-5", messages=ask(text), stream=True, **more)
    return [chunk async for chunk in answer]


async def test_a_plain_answer_says_what_it_was_asked(openai: Any) -> None:
    answer = await openai.chat.completions.create(model="gpt-5", messages=ask("Hello  there"))
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == "gpt-5"
    assert answer.choices[0].message.content == 'You said "Hello there".'
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_a_stream_adds_up_to_the_plain_answer(openai: Any) -> None:
    chunks = await stream(openai, "Hello there", stream_options={"include_usage": True})
    assert "".join(each.choices[0].delta.content or "" for each in chunks if each.choices) == 'You said "Hello there".'
    assert len({each.id for each in chunks}) == 1
    assert [each.choices[0].finish_reason for each in chunks if each.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert [each.usage for each in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].usage is not None


async def test_usage_comes_only_to_those_who_ask(openai: Any) -> None:
    chunks = await stream(openai, "Hello")
    assert all(each.choices and "usage" not in each.model_fields_set for each in chunks)


@pytest.mark.parametrize("how", ["", " interleave", " one_chunk", " chunk=1"])
async def test_parallel_tool_calls_stream_as_they_are_plain(openai: Any, how: str) -> None:
    text = f"[simulate tools=2{how}]"
    plain = await openai.chat.completions.create(model="m", messages=ask(text), tools=CHAT_TOOLS)
    calls = plain.choices[0].message.tool_calls
    assert plain.choices[0].finish_reason == "tool_calls"
    assert plain.choices[0].message.content is None
    assert [(call.function.name, call.function.arguments) for call in calls] == [
        ("get_weather", '{"city":"city"}'),
        ("get_time", '{"zone":"UTC"}'),
    ]
    async with openai.chat.completions.stream(model="m", messages=ask(text), tools=CHAT_TOOLS) as streamed:
        final = (await streamed.get_final_completion()).choices[0]
    assert final.finish_reason == "tool_calls"
    made = [(call.function.name, call.function.arguments) for call in final.message.tool_calls or []]
    assert made == [(call.function.name, call.function.arguments) for call in calls]


async def test_interleaved_calls_take_turns_and_one_chunk_calls_do_not(openai: Any) -> None:
    def indices(chunks: list[ChatCompletionChunk]) -> list[int]:
        return [call.index for each in chunks for call in each.choices[0].delta.tool_calls or []]

    turns = indices(await stream(openai, "[simulate tools=2 interleave chunk=8]", tools=CHAT_TOOLS))
    assert turns == [0, 1, 0, 1, 0, 1]
    whole = await stream(openai, "[simulate tools=2 one_chunk]", tools=CHAT_TOOLS)
    assert indices(whole) == [0, 1]


async def test_a_forced_call_is_made_and_a_result_is_quoted(openai: Any) -> None:
    forced = await openai.chat.completions.create(
        model="m",
        messages=ask("Hello"),
        tools=CHAT_TOOLS,
        tool_choice={"type": "function", "function": {"name": "get_time"}},
    )
    assert [call.function.name for call in forced.choices[0].message.tool_calls] == ["get_time"]
    after = await openai.chat.completions.create(model="m", messages=CHAT_BODY["messages"], tools=CHAT_TOOLS)
    assert after.choices[0].message.content == 'get_weather answered "sunny". get_time answered "noon".'


async def test_a_custom_tool_gets_text(openai: Any) -> None:
    tools = [{"type": "custom", "custom": {"name": "shell"}}]
    plain = await openai.chat.completions.create(model="m", messages=ask("[simulate tools=1]"), tools=tools)
    (call,) = plain.choices[0].message.tool_calls
    assert (call.type, call.custom.name, call.custom.input) == ("custom", "shell", "input for shell")
    calls = [
        call
        for each in await stream(openai, "[simulate tools=1]", tools=tools)
        for call in each.choices[0].delta.tool_calls or []
    ]
    assert "".join(call.model_dump()["custom"]["input"] for call in calls) == "input for shell"


async def test_reasoning_comes_first_and_under_its_own_name(openai: Any) -> None:
    chunks = await stream(openai, "Hello [simulate thinking=Hm]", stream_options={"include_usage": True})
    deltas = [each.choices[0].delta.model_dump(exclude_unset=True) for each in chunks if each.choices]
    assert deltas[:3] == [
        {"role": "assistant", "content": None, "refusal": None, "reasoning_content": ""},
        {"content": None, "reasoning_content": "Hm"},
        {"content": "You said", "reasoning_content": None},
    ]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens_details is not None
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens == 1


async def test_an_answer_can_have_the_shape_that_was_asked_for(openai: Any) -> None:
    class Forecast(BaseModel):
        city: str
        degrees: int

    answer = await openai.chat.completions.parse(model="m", messages=ask("Hello"), response_format=Forecast)
    assert answer.choices[0].message.parsed == Forecast(city="city", degrees=1)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, sdk.BadRequestError, None),
        (401, sdk.AuthenticationError, "invalid_api_key"),
        (404, sdk.NotFoundError, "model_not_found"),
        (429, sdk.RateLimitError, "rate_limit_exceeded"),
        (500, sdk.InternalServerError, None),
        (502, sdk.InternalServerError, None),
    ],
)
async def test_an_error_is_the_one_the_client_knows(
    openai: Any, status: int, error: type[sdk.APIStatusError], code: str | None
) -> None:
    with pytest.raises(error) as caught:
        await openai.chat.completions.create(model="m", messages=ask(f"[simulate error={status}]"))
    assert caught.value.status_code == status
    assert caught.value.code == code
    assert (caught.value.request_id or "").startswith("req_")


async def test_an_error_in_a_stream_ends_it(openai: Any) -> None:
    answer = await openai.chat.completions.create(
        model="m", messages=ask("Hello [simulate error_after=1 error=429]"), stream=True
    )
    texts = []

    async def read() -> None:
        async for chunk in answer:
            texts.append(chunk.choices[0].delta.content)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(sdk.APIError, match="Rate limit reached for m"):
        await read()
    assert texts == ["", "You said"]


async def test_a_cut_stream_is_an_error_of_the_connection(openai: Any) -> None:
    for where in ("cut=1", "cut=1 cut_inside"):
        answer = await openai.chat.completions.create(model="m", messages=ask(f"Hello [simulate {where}]"), stream=True)
        with pytest.raises(sdk.APIConnectionError):
            [chunk async for chunk in answer]


async def test_several_choices_are_told_apart(openai: Any) -> None:
    chunks = await stream(openai, "Hi", n=2)
    for index in (0, 1):
        own = [choice for each in chunks for choice in each.choices if choice.index == index]
        assert "".join(choice.delta.content or "" for choice in own) == 'You said "Hi".'
        assert own[-1].finish_reason == "stop"
