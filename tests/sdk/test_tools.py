"""Tools called, answered in the client's own format, and the conversation that goes on from there."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.sdk.conftest import House, Stage
from tests.sdk.talk import NO_ARGUMENTS, TOOLS, Json, Result
from tests.support.upstream import Asked, whole

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RESULTS = [Result("sunny"), Result("noon")]


def turns(upstream: str, asked: Asked) -> list[tuple[str, list[str], list[str]]]:
    """Of every message that went upstream: its role, the ids of the calls in it and of the results in it."""
    return [
        (message["role"], list(_calls(upstream, message)), list(_results(upstream, message)))
        for message in asked.json["messages"]
    ]


def _calls(upstream: str, message: Json) -> Iterator[str]:
    if upstream == "chat":
        yield from (call["id"] for call in message.get("tool_calls") or ())
    elif isinstance(message["content"], list):
        yield from (block["id"] for block in message["content"] if block["type"] == "tool_use")


def _results(upstream: str, message: Json) -> Iterator[str]:
    if upstream == "chat":
        if message["role"] == "tool":
            yield message["tool_call_id"]
    elif isinstance(message["content"], list):
        yield from (block["tool_use_id"] for block in message["content"] if block["type"] == "tool_result")


def assert_well_ordered(upstream: str, asked: Asked) -> None:
    """Every call is answered right after it, in order, and users and assistants take turns."""
    told = turns(upstream, asked)
    roles = [role for role, _, _ in told if role not in ("system", "tool")]
    if upstream == "messages":
        assert all(one != next_ for one, next_ in pairwise(roles))
    for place, (_, calls, _) in enumerate(told):
        if calls:
            follow = told[place + 1 : place + 1 + (len(calls) if upstream == "chat" else 1)]
            assert [each for _, _, results in follow for each in results] == calls


async def test_two_calls_are_answered_and_the_conversation_goes_on(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    assert [call[1:] for call in first.calls] == [("get_weather", {"city": "city"}), ("get_time", {"zone": "UTC"})]
    assert first.stop == {"chat": "tool_calls", "messages": "tool_use"}[talker.api]
    assert len({call.id for call in first.calls}) == 2

    request = talker.next(request, first, RESULTS)
    second = await talker.say(request, streamed=streamed)
    assert second.text == 'get_weather answered "sunny". get_time answered "noon".'
    assert second.stop == {"chat": "stop", "messages": "end_turn"}[talker.api]

    request = talker.follow(request, second, "Thanks")
    third = await talker.say(request, streamed=streamed)
    assert third.text == 'You said "Thanks".'
    for asked in house.asked:
        assert_well_ordered(pair[1], asked)
    assert turns(pair[1], house.asked[-1])[1][1] == [call.id for call in first.calls]


async def test_what_a_user_says_along_with_the_results_comes_after_them(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    request = talker.next(request, first, RESULTS)
    if talker.api == "chat":
        request["messages"].append({"role": "user", "content": "And now?"})
    else:
        request["messages"][-1]["content"].append({"type": "text", "text": "And now?"})
    await talker.say(request, streamed=streamed)
    assert_well_ordered(pair[1], house.asked[-1])
    last = house.asked[-1].json["messages"][-1]
    if pair[1] == "chat":
        assert last["content"] in ("And now?", [{"type": "text", "text": "And now?"}])
    else:
        assert [block["type"] for block in last["content"]] == ["tool_result", "tool_result", "text"]


@pytest.mark.parametrize(("api", "upstream"), [("chat", "messages"), ("messages", "chat")])
async def test_results_come_first_for_an_upstream_that_wants_them_first(
    house: House, api: str, upstream: str, streamed: bool
) -> None:
    talker = house.talker(api, upstream)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    request = talker.next(request, first, RESULTS)
    if api == "chat":
        request["messages"].insert(-1, {"role": "user", "content": "Wait"})
    else:
        request["messages"][-1]["content"].insert(1, {"type": "text", "text": "Wait"})
    await talker.say(request, streamed=streamed)
    assert_well_ordered(upstream, house.asked[-1])
    last = house.asked[-1].json["messages"][-1]
    assert last["role"] == "user"
    assert last["content"] == "Wait" if upstream == "chat" else last["content"][-1]["text"] == "Wait"


async def test_two_rounds_of_tools_keep_their_ids_apart(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    for _ in range(2):
        said = await talker.say(request, streamed=streamed)
        request = talker.next(request, said, RESULTS)
        answer = await talker.say(request, streamed=streamed)
        request = talker.follow(request, answer, "Once more [simulate tools=2]")
    await talker.say(request, streamed=streamed)
    calls = [each for _, calls, _ in turns(pair[1], house.asked[-1]) for each in calls]
    assert len(set(calls)) == 4
    assert_well_ordered(pair[1], house.asked[-1])


async def test_a_call_without_arguments_can_be_answered(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=1]", tools=NO_ARGUMENTS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("up")]), streamed=streamed)
    assert second.text == 'get_status answered "up".'
    sent = house.asked[-1].json["messages"][1]
    if pair[1] == "chat":
        assert sent["tool_calls"][0]["function"]["arguments"] == "{}"
    else:
        assert sent["content"][0]["input"] == {}


CHOICES: dict[str, tuple[Any, Any]] = {  # in Chat's words, in those of Messages
    "auto": ("auto", {"type": "auto"}),
    "any": ("required", {"type": "any"}),
    "none": ("none", {"type": "none"}),
    "one": ({"type": "function", "function": {"name": "get_time"}}, {"type": "tool", "name": "get_time"}),
}


@pytest.mark.parametrize("choice", CHOICES)
async def test_the_choice_of_a_tool_arrives(house: House, pair: tuple[str, str], choice: str) -> None:
    talker = house.talker(*pair)
    words = dict(zip(("chat", "messages"), CHOICES[choice], strict=True))
    said = await talker.say(talker.request("Hi", tools=TOOLS, tool_choice=words[talker.api]), streamed=False)
    assert house.asked[0].json["tool_choice"] == words[pair[1]]
    called = {"auto": [], "none": [], "any": ["get_weather"], "one": ["get_time"]}
    assert [call.name for call in said.calls] == called[choice]


async def test_one_call_at_a_time_can_be_asked_for(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    one: Json = (
        {"parallel_tool_calls": False}
        if talker.api == "chat"
        else {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
    )
    said = await talker.say(talker.request("[simulate tools=2]", tools=TOOLS, **one), streamed=streamed)
    assert [call.name for call in said.calls] == ["get_weather"]


async def test_the_schema_of_a_tool_arrives_as_it_was_written(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    schema = {
        "type": "object",
        "properties": {"z": {"type": "number", "multipleOf": 0.10}, "a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"type": ["string", "null"], "default": None}},
        "additionalProperties": False,
    }
    await talker.say(talker.request("Hi", tools={"do": schema}), streamed=False)
    [tool] = house.asked[0].json["tools"]
    sent = tool["function"]["parameters"] if pair[1] == "chat" else tool["input_schema"]
    assert sent == schema
    assert list(sent["properties"]) == ["z", "a"]  # prompt caches look at the order


@pytest.mark.parametrize("upstream", ["chat", "messages"])
async def test_a_failed_tool_is_said_to_have_failed(house: House, upstream: str, streamed: bool) -> None:
    talker = house.talker("messages", upstream)
    request = talker.request("[simulate tools=1]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("no such city", failed=True)]), streamed=streamed)
    sent = house.asked[-1].json["messages"][-1]
    if upstream == "chat":
        assert sent["content"] == "Error: no such city"
        assert second.text == 'get_weather answered "Error: no such city".'
    else:
        assert sent["content"][0]["is_error"] is True
        assert second.text == 'get_weather answered "no such city".'


@pytest.mark.parametrize("upstream", ["chat", "messages"])
async def test_a_tool_may_answer_with_a_picture(house: House, upstream: str, streamed: bool) -> None:
    talker = house.talker("messages", upstream)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    picture = [{"type": "text", "text": "look"}, {"type": "image", "source": source}]
    request = talker.next(request, first, [Result(picture), Result("noon")])
    await talker.say(request, streamed=streamed)
    sent = house.asked[-1].json["messages"]
    assert_well_ordered(upstream, house.asked[-1])
    if upstream == "messages":
        assert sent[-1]["content"][0]["content"] == picture
        return
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool", "user"]
    assert sent[2]["content"] == "look\n[image]"
    assert sent[4]["content"] == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}}
    ]


async def test_an_empty_result_is_still_a_result(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=1]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("")]), streamed=streamed)
    assert second.text == 'get_weather answered "".'
    assert_well_ordered(pair[1], house.asked[-1])


async def test_ids_that_the_other_api_refuses_still_pair_up(stage: Stage) -> None:
    """OpenAI takes ids of at most 40 characters, and Anthropic only letters, digits, _ and -."""
    call = {"id": "functions.get_weather:0", "type": "function", "function": {"name": "get_weather", "arguments": ""}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    stage.upstream.will(
        whole({"id": "x", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    )
    talker = stage.house.talker("messages", "chat")
    request = talker.request("Hi", tools=TOOLS)
    first = await talker.say(request, streamed=False)
    assert first.stop == "tool_use"
    assert first.calls[0].arguments == {}
    await talker.say(talker.next(request, first, [Result("sunny")]), streamed=False)
    assert_well_ordered("chat", stage.house.asked[-1])
