"""Reasoning: how it is asked for, where it can be read, and how it comes back with its signature in the next turn."""

from typing import Any

import pytest

from planoai.simulate.ids import signature
from tests.sdk.conftest import House, Stage
from tests.sdk.talk import TOOLS, Json, Result
from tests.support.answers import MESSAGES, messages_event
from tests.support.upstream import stream, whole

THOUGHT = "First this. Then that."
PROMPT = f'[simulate thinking="{THOUGHT}" text="Done."]'
BUDGET = {"type": "enabled", "budget_tokens": 2048}

BLOCKS: list[Json] = [
    {"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmVkMQ=="},
    {"type": "redacted_thinking", "data": "aGlkZGVu"},
    {"type": "text", "text": "Let me see."},
    {"type": "thinking", "thinking": "Aha.", "signature": "c2lnbmVkMg=="},
    {"type": "tool_use", "id": "toolu_1", "name": "get_time", "input": {"zone": "UTC"}},
]


def streamed_blocks() -> list[bytes]:
    """`BLOCKS` as the vendor streams them."""
    start = MESSAGES | {"content": [], "stop_reason": None}
    events = [messages_event("message_start", message=start)]
    for index, block in enumerate(BLOCKS):
        match block["type"]:
            case "thinking":
                begun = block | {"thinking": "", "signature": ""}
                deltas = [
                    {"type": "thinking_delta", "thinking": block["thinking"]},
                    {"type": "signature_delta", "signature": block["signature"]},
                ]
            case "text":
                begun, deltas = block | {"text": ""}, [{"type": "text_delta", "text": block["text"]}]
            case "tool_use":
                begun = block | {"input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": '{"zone": "UTC"}'}]
            case _:
                begun, deltas = block, []
        events.append(messages_event("content_block_start", index=index, content_block=begun))
        events += [messages_event("content_block_delta", index=index, delta=delta) for delta in deltas]
        events.append(messages_event("content_block_stop", index=index))
    ending = {"stop_reason": "tool_use", "stop_sequence": None}
    events.append(messages_event("message_delta", delta=ending, usage={"output_tokens": 9}))
    return [*events, messages_event("message_stop")]


async def test_thoughts_are_apart_from_what_is_said(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request(PROMPT), streamed=streamed)
    assert (said.thought, said.text) == (THOUGHT, "Done.")
    if talker.api == "messages":
        assert [block.type for block in said.raw.content] == ["thinking", "text"]


async def test_the_signature_is_kept(house: House, streamed: bool) -> None:
    """For a Messages client in the block; for a Chat client, who may ask any provider next, sealed and beside the plain text."""
    messages = house.talker("messages", "messages")
    said = await messages.say(messages.request(PROMPT), streamed=streamed)
    assert said.raw.content[0].signature == signature(THOUGHT)
    chat = house.talker("chat", "messages")
    said = await chat.say(chat.request(PROMPT), streamed=streamed)
    [block] = said.raw.model_extra["thinking_blocks"]
    sealed = f"plano1.anthropic.signature..{signature(THOUGHT)}"
    assert (block["type"], block["thinking"], block["signature"]) == ("thinking", THOUGHT, sealed)


@pytest.mark.parametrize("api", ["chat", "messages"])
async def test_thoughts_go_back_with_their_signature(house: House, streamed: bool, api: str) -> None:
    """The simulated provider refuses a signature that is not its own, as the vendor does."""
    talker = house.talker(api, "messages")
    request = talker.request(f"{PROMPT} [simulate tools=1]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    assert first.thought == THOUGHT
    await talker.say(talker.next(request, first, [Result("sunny")]), streamed=streamed)
    [thinking, text, call] = house.asked[-1].json["messages"][1]["content"]
    assert thinking.items() >= {"thinking": THOUGHT, "signature": signature(THOUGHT)}.items()
    assert (text["text"], call["id"]) == ("Done.", first.calls[0].id)


@pytest.mark.parametrize("api", ["chat", "messages"])
async def test_several_thoughts_and_hidden_ones_go_back(stage: Stage, streamed: bool, api: str) -> None:
    answer = stream(*streamed_blocks()) if streamed else whole(MESSAGES | {"content": BLOCKS})
    stage.upstream.will(answer, whole(MESSAGES))
    talker = stage.house.talker(api, "messages")
    request = talker.request("Hi", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    assert (first.thought, first.text) == ("Hm.Aha.", "Let me see.")
    await talker.say(talker.next(request, first, [Result("noon")]), streamed=False)
    sent = stage.house.asked[-1].json["messages"][1]["content"]
    if api == "messages":
        assert [{name: block[name] for name in told} for block, told in zip(sent, BLOCKS, strict=True)] == BLOCKS
    else:  # Chat has no place between texts: all thoughts come first, and none is missing
        kinds = [block["type"] for block in sent]
        assert kinds == ["thinking", "redacted_thinking", "thinking", "text", "tool_use"]
        assert [sent[0], sent[1], sent[2]] == [BLOCKS[0], BLOCKS[1], BLOCKS[3]]


async def test_thoughts_without_a_signature_are_not_sent_to_anthropic(house: House, streamed: bool) -> None:
    """A conversation that another maker's model began."""
    for api in ("chat", "messages"):
        first = house.talker(api, "chat")
        request = first.request(PROMPT)
        said = await first.say(request, streamed=streamed)
        assert said.thought == THOUGHT
        second = house.talker(api, "messages")
        request = first.follow(request, said, "And now?") | {"model": second.request("")["model"]}
        answer = await second.say(request, streamed=streamed)
        assert answer.text == 'You said "And now?".'
        assert [message["role"] for message in house.asked[-1].json["messages"]] == ["user", "assistant", "user"]
        assert THOUGHT.encode() not in house.asked[-1].body.partition(b'"assistant"')[2]


async def test_thoughts_are_not_sent_to_openai(house: House, streamed: bool) -> None:
    talker = house.talker("messages", "chat")
    request = talker.request(PROMPT)
    said = await talker.say(request, streamed=streamed)
    await talker.say(talker.follow(request, said, "And now?"), streamed=streamed)
    assert house.asked[-1].json["messages"][1] == {"role": "assistant", "content": "Done."}


# (client's API, model, what the client asks for) -> what the upstream is asked for; None: it is not.
EFFORTS: dict[str, tuple[str, str, Json, Json]] = {
    "budget": (
        "chat",
        "anthropic/claude-sonnet-4-5",
        {"reasoning_effort": "low"},
        {"thinking": {"type": "enabled", "budget_tokens": 2048}},
    ),
    "larger budget": (
        "chat",
        "anthropic/claude-sonnet-4-5",
        {"reasoning_effort": "high"},
        {"thinking": {"type": "enabled", "budget_tokens": 16384}},
    ),
    "budget within the limit": (
        "chat",
        "anthropic/claude-sonnet-4-5",
        {"reasoning_effort": "high", "max_completion_tokens": 4096},
        {"thinking": {"type": "enabled", "budget_tokens": 3072}, "max_tokens": 4096},
    ),
    "no room for a budget": (
        "chat",
        "anthropic/claude-sonnet-4-5",
        {"reasoning_effort": "high", "max_completion_tokens": 1500},
        {"thinking": None, "max_tokens": 1500},
    ),
    "adaptive": (
        "chat",
        "anthropic/claude-opus-4-6",
        {"reasoning_effort": "high"},
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
    ),
    "none": ("chat", "anthropic/claude-sonnet-4-5", {"reasoning_effort": "none"}, {"thinking": None}),
    "nothing asked": ("chat", "anthropic/claude-sonnet-4-5", {}, {"thinking": None}),
    "low": (
        "messages",
        "openai/gpt-5.2",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 9000},
        {"reasoning_effort": "low"},
    ),
    "medium": (
        "messages",
        "openai/gpt-5.2",
        {"thinking": {"type": "enabled", "budget_tokens": 5000}, "max_tokens": 9000},
        {"reasoning_effort": "medium", "max_completion_tokens": 9000},
    ),
    "high": (
        "messages",
        "openai/gpt-5.2",
        {"thinking": {"type": "enabled", "budget_tokens": 16384}, "max_tokens": 20000},
        {"reasoning_effort": "high"},
    ),
    "effort": ("messages", "openai/gpt-5.2", {"output_config": {"effort": "medium"}}, {"reasoning_effort": "medium"}),
    "adaptive effort": (
        "messages",
        "openai/gpt-5.2",
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        {"reasoning_effort": "xhigh"},
    ),
    "a model that does not reason": (
        "messages",
        "openai/gpt-4o",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        {"reasoning_effort": None, "thinking": None},
    ),
    "its own words": (
        "messages",
        "anthropic/claude-opus-4-6",
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
    ),
    "its own word": ("chat", "openai/gpt-5.2", {"reasoning_effort": "minimal"}, {"reasoning_effort": "minimal"}),
}


@pytest.mark.parametrize("case", EFFORTS)
async def test_how_deeply_to_think_is_asked_in_the_upstreams_words(house: House, streamed: bool, case: str) -> None:
    api, model, asked, expected = EFFORTS[case]
    talker = house.talker_to(api, model)
    await talker.say(talker.request("Hello", **asked), streamed=streamed)
    sent: dict[str, Any] = house.asked[0].json
    assert {name: sent.get(name) for name in expected} == expected


async def test_thinking_goes_with_what_the_upstream_allows_beside_it(house: House) -> None:
    """Anthropic refuses thinking with another temperature than 1, and before a forced tool."""
    talker = house.talker("chat", "messages")
    warm = talker.request("Hello", reasoning_effort="low", temperature=0.2)
    assert (await talker.say(warm, streamed=False)).thought
    forced = talker.request("Hello", reasoning_effort="low", tools=TOOLS, tool_choice="required")
    assert (await talker.say(forced, streamed=False)).calls
