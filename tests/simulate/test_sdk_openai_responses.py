"""The official OpenAI client reads responses of the simulated provider."""

from typing import Any

import openai as sdk
import pytest

from tests.simulate.requests import RESPONSES_BODY, RESPONSES_TOOLS


async def final(client: Any, **request: Any) -> Any:
    async with client.responses.stream(model="gpt-5", **request) as stream:
        events = [event async for event in stream]
        assert [event.sequence_number for event in events] == list(range(len(events)))
        return await stream.get_final_response()


async def test_a_plain_answer_says_what_it_was_asked(openai: Any) -> None:
    answer = await openai.responses.create(model="gpt-5", input="Hello", metadata={"a": "b"}, instructions="Be brief.")
    assert answer.id.startswith("resp_")
    assert (answer.status, answer.output_text) == ("completed", 'You said "Hello".')
    assert (answer.instructions, answer.metadata) == ("Be brief.", {"a": "b"})
    assert answer.output[0].id.startswith("msg_")
    assert answer.usage is not None
    assert answer.usage.output_tokens_details.reasoning_tokens == 0


async def test_a_stream_has_its_events_in_order(openai: Any) -> None:
    stream = await openai.responses.create(model="m", input="Hi [simulate chunk=100 thinking]", stream=True)
    assert [event.type async for event in stream] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]


@pytest.mark.parametrize("how", ["", " interleave", " one_chunk", " chunk=1", " thinking"])
async def test_parallel_tool_calls_stream_whole(openai: Any, how: str) -> None:
    answer = await final(openai, input=f"[simulate tools=2{how}]", tools=RESPONSES_TOOLS)
    calls = [(item.name, item.arguments) for item in answer.output if item.type == "function_call"]
    assert calls == [("get_weather", '{"city":"city"}'), ("get_time", '{"zone":"UTC"}')]
    assert answer.status == "completed"


async def test_custom_and_namespaced_tools_are_called_as_what_they_are(openai: Any) -> None:
    tools = [
        {"type": "custom", "name": "shell"},
        {"type": "namespace", "name": "git", "description": "g", "tools": RESPONSES_TOOLS},
    ]
    answer = await openai.responses.create(model="m", input="[simulate tools=2]", tools=tools)
    custom, function = answer.output
    assert (custom.type, custom.name, custom.input) == ("custom_tool_call", "shell", "input for shell")
    assert (function.type, function.name, function.namespace) == ("function_call", "get_weather", "git")
    stream = await openai.responses.create(model="m", input="[simulate tools=1]", tools=tools, stream=True)
    assert [event.type async for event in stream][3:5] == [
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.delta",
    ]


async def test_a_conversation_goes_on_from_its_id(openai: Any) -> None:
    first = await openai.responses.create(model="m", input="[simulate tools=1]", tools=RESPONSES_TOOLS)
    output = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "sunny"}
    second = await openai.responses.create(model="m", input=[output], previous_response_id=first.id)
    assert second.output_text == 'get_weather answered "sunny".'
    assert second.previous_response_id == first.id


async def test_what_was_not_stored_is_not_remembered(openai: Any) -> None:
    first = await openai.responses.create(model="m", input="Hi", store=False)
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.responses.create(model="m", input="Hi", previous_response_id=first.id)
    assert caught.value.code == "previous_response_not_found"


async def test_a_response_that_was_cut_is_not_remembered(openai: Any) -> None:
    stream = await openai.responses.create(model="m", input="Hi [simulate cut=1]", stream=True)
    first = await anext(aiter(stream))
    await stream.close()
    with pytest.raises(sdk.BadRequestError, match="not found"):
        await openai.responses.create(model="m", input="Hi", previous_response_id=first.response.id)


async def test_the_results_of_tools_are_quoted(openai: Any) -> None:
    answer = await openai.responses.create(**RESPONSES_BODY)
    assert answer.output_text == 'get_weather answered "sunny". get_time answered "noon".'


async def test_a_limit_leaves_the_answer_incomplete(openai: Any) -> None:
    answer = await openai.responses.create(model="m", input="[simulate words=100]", max_output_tokens=16)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.output[0].status == "incomplete"
    stream = await openai.responses.create(model="m", input="[simulate words=100]", max_output_tokens=16, stream=True)
    assert [event.type async for event in stream][-1] == "response.incomplete"


async def test_encrypted_reasoning_is_for_those_who_ask(openai: Any) -> None:
    for include, there in (([], False), (["reasoning.encrypted_content"], True)):
        answer = await openai.responses.create(
            model="m",
            input="Hi",
            reasoning={"summary": "auto"},
            include=include,
        )
        assert answer.output[0].type == "reasoning"
        assert (answer.output[0].encrypted_content is not None) is there


async def test_an_error_in_a_stream_ends_it(openai: Any) -> None:
    stream = await openai.responses.create(model="m", input="Hi [simulate error_after=0 error=429]", stream=True)
    with pytest.raises(sdk.APIError, match="Rate limit reached for m"):
        [event async for event in stream]
