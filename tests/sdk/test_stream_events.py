"""The events of a stream one by one, as the official clients give them to a program that reads along."""

from collections import Counter
from typing import Any

import pytest

from tests.sdk.apis import APIS, UPSTREAMS
from tests.sdk.conftest import House
from tests.sdk.talk import TOOLS

PROMPTS = [
    "Hello there",
    "[simulate thinking=Hm text=Sure. tools=2]",
    "[simulate tools=2 interleave chunk=2]",
    "[simulate tools=2 one_chunk]",
    "[simulate stop=length]",
]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_the_chunks_of_a_chat_stream(house: House, upstream: str, prompt: str) -> None:
    talker = house.talker("chat", upstream)
    request = talker.request(prompt, tools=TOOLS, stream=True, stream_options={"include_usage": True})
    completions: Any = house.openai.chat.completions
    chunks = [chunk async for chunk in await completions.create(**request)]
    assert len({(chunk.id, chunk.model, chunk.created, chunk.object) for chunk in chunks}) == 1
    *rest, usage = chunks
    assert usage.choices == []
    assert usage.usage.total_tokens == usage.usage.prompt_tokens + usage.usage.completion_tokens
    assert all(len(chunk.choices) == 1 and chunk.usage is None for chunk in rest)
    assert rest[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason is not None for chunk in rest] == [False] * (len(rest) - 1) + [True]
    started: list[int] = []
    for chunk in rest:
        for call in chunk.choices[0].delta.tool_calls or ():
            if call.id is not None:
                assert call.function.name
                started.append(call.index)
            assert call.index in started
    assert started == list(range(len(started)))


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_the_events_of_a_messages_stream(house: House, upstream: str, prompt: str) -> None:
    talker = house.talker("messages", upstream)
    messages: Any = house.anthropic.messages
    events = [event async for event in await messages.create(**talker.request(prompt, tools=TOOLS, stream=True))]
    kinds = [event.type for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert Counter(kinds)["message_start"] == Counter(kinds)["message_stop"] == Counter(kinds)["message_delta"] == 1
    start = events[0].message
    assert (start.content, start.stop_reason) == ([], None)
    assert start.usage.input_tokens > 0
    assert events[-2].delta.stop_reason
    at, still = -1, False
    for event in events[1:-2]:
        if event.type == "content_block_start":
            assert not still
            at, still = at + 1, True
        elif event.type == "content_block_stop":
            still = False
        assert event.index == at
    assert not still


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_the_events_of_a_responses_stream(house: House, upstream: str, prompt: str) -> None:
    """What Codex and OpenAI's own client rely on."""
    talker = house.talker("responses", upstream)
    request = talker.request(prompt, tools=TOOLS, stream=True)
    events = [event async for event in await house.methods("responses").create(**request)]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == ("response.incomplete" if "length" in prompt else "response.completed")
    assert len({event.response.id for event in events if hasattr(event, "response")}) == 1
    added = [event.output_index for event in events if event.type == "response.output_item.added"]
    done = {event.output_index: event.item for event in events if event.type == "response.output_item.done"}
    assert added == sorted(done) == list(range(len(added)))
    assert [done[index].to_dict() for index in added] == [item.to_dict() for item in events[-1].response.output]
    being_said: set[int] = set()
    for event in events:
        if event.type == "response.output_item.added":
            being_said.add(event.output_index)
        elif hasattr(event, "output_index"):
            assert event.output_index in being_said
        if event.type == "response.output_item.done":
            being_said.remove(event.output_index)


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_text_comes_piece_by_piece(house: House, upstream: str) -> None:
    """Nothing is held back until the end."""
    prompt = "[simulate words=20 chunk=5]"
    chat = house.talker("chat", upstream)
    completions: Any = house.openai.chat.completions
    async with completions.stream(**chat.request(prompt)) as stream:
        deltas = [event.delta async for event in stream if event.type == "content.delta" and event.delta]
    messages = house.talker("messages", upstream)
    async with house.anthropic.messages.stream(**messages.request(prompt)) as streaming:
        texts = [text async for text in streaming.text_stream]
    responses = house.talker("responses", upstream)
    async with house.openai.responses.stream(**responses.request(prompt)) as events:
        pieces = [event.delta async for event in events if event.type == "response.output_text.delta"]
    assert deltas == texts == pieces
    assert len(texts) > 15


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_program_may_stop_reading(house: House, upstream: str) -> None:
    """Leaving a stream half-read is no trouble for the next request."""
    for api in APIS:
        talker = house.talker(api, upstream)
        async with await house.methods(api).create(
            **talker.request("[simulate words=400 pace=1ms]"), stream=True
        ) as stream:
            async for _ in stream:
                break
        assert (await talker.say(talker.request("Hello"), streamed=True)).text == 'You said "Hello".'
