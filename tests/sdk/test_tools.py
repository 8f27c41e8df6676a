"""Tools called, answered in the client's own format, and the conversation that goes on from there."""

from itertools import pairwise
from typing import Any

import pytest

from tests.sdk import heard
from tests.sdk.apis import APIS, PAIRS, UPSTREAMS
from tests.sdk.conftest import House, Stage
from tests.sdk.talk import NO_ARGUMENTS, TOOLS, Json, Result
from tests.support.upstream import Asked, whole

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RESULTS = [Result("sunny"), Result("noon")]
CALLED = {"chat": "tool_calls", "messages": "tool_use", "responses": "completed"}
DONE = {"chat": "stop", "messages": "end_turn", "responses": "completed"}
HISTORY = {"chat": "messages", "messages": "messages", "responses": "input"}  # where a request has what was said


def calls_in(upstream: str, asked: Asked) -> list[heard.Called]:
    return heard.said(upstream, asked.json, "call")


def results_in(upstream: str, asked: Asked) -> list[heard.Answered]:
    return heard.said(upstream, asked.json, "result")


def assert_well_ordered(upstream: str, asked: Asked) -> None:
    """Every call is answered right after those of its turn, in order, and where the API wants it, users and assistants take turns."""
    waiting: list[str] = []
    for said in heard.conversation(upstream, asked.json):
        if said.kind == "call":
            waiting.append(said.value.id)
        elif said.kind == "result":
            assert said.value.id == waiting.pop(0)
        else:
            assert not waiting or said.role == "assistant"
    assert not waiting
    if upstream in ("messages", "converse"):
        roles = [message["role"] for message in asked.json["messages"]]
        assert all(one != next_ for one, next_ in pairwise(roles))


async def test_two_calls_are_answered_and_the_conversation_goes_on(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    assert [call[1:] for call in first.calls] == [("get_weather", {"city": "city"}), ("get_time", {"zone": "UTC"})]
    assert first.stop == CALLED[talker.api]
    assert len({call.id for call in first.calls}) == 2

    request = talker.next(request, first, RESULTS)
    second = await talker.say(request, streamed=streamed)
    assert second.text == 'get_weather answered "sunny". get_time answered "noon".'
    assert second.stop == DONE[talker.api]

    request = talker.follow(request, second, "Thanks")
    third = await talker.say(request, streamed=streamed)
    assert third.text == 'You said "Thanks".'
    for asked in house.asked:
        assert_well_ordered(pair[1], asked)
    sent = calls_in(pair[1], house.asked[-1])
    assert [call.id for call in sent] == [call.id for call in first.calls]
    assert [call[1:] for call in sent] == [call[1:] for call in first.calls]


async def test_what_a_user_says_along_with_the_results_comes_after_them(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    request = talker.next(request, first, RESULTS)
    match talker.api:
        case "messages":
            request["messages"][-1]["content"].append({"type": "text", "text": "And now?"})
        case "chat":
            request["messages"].append({"role": "user", "content": "And now?"})
        case _:
            request["input"].append({"role": "user", "content": "And now?"})
    await talker.say(request, streamed=streamed)
    assert_well_ordered(pair[1], house.asked[-1])
    *_, one, other, last = heard.conversation(pair[1], house.asked[-1].json)
    assert (one.kind, other.kind, last) == ("result", "result", ("user", "text", "And now?"))


@pytest.mark.parametrize(("api", "upstream"), [pair for pair in PAIRS if pair[0] != pair[1]])
async def test_results_come_first_for_an_upstream_that_wants_them_first(
    house: House, api: str, upstream: str, streamed: bool
) -> None:
    talker = house.talker(api, upstream)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    request = talker.next(request, first, RESULTS)
    if api == "messages":
        request["messages"][-1]["content"].insert(1, {"type": "text", "text": "Wait"})
    else:
        request[HISTORY[api]].insert(-1, {"role": "user", "content": "Wait"})
    await talker.say(request, streamed=streamed)
    if upstream == "responses":  # it takes them in any order
        return
    assert_well_ordered(upstream, house.asked[-1])
    assert heard.conversation(upstream, house.asked[-1].json)[-1] == ("user", "text", "Wait")


async def test_two_rounds_of_tools_keep_their_ids_apart(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    for _ in range(2):
        said = await talker.say(request, streamed=streamed)
        request = talker.next(request, said, RESULTS)
        answer = await talker.say(request, streamed=streamed)
        request = talker.follow(request, answer, "Once more [simulate tools=2]")
    await talker.say(request, streamed=streamed)
    calls = calls_in(pair[1], house.asked[-1])
    assert len({call.id for call in calls}) == 4
    assert_well_ordered(pair[1], house.asked[-1])


async def test_a_call_without_arguments_can_be_answered(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=1]", tools=NO_ARGUMENTS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("up")]), streamed=streamed)
    assert second.text == 'get_status answered "up".'
    [sent] = calls_in(pair[1], house.asked[-1])
    assert sent.arguments == {}


CHOICES: dict[str, dict[str, Any]] = {  # in the words of each client
    "auto": {"chat": "auto", "messages": {"type": "auto"}, "responses": "auto"},
    "any": {"chat": "required", "messages": {"type": "any"}, "responses": "required"},
    "none": {"chat": "none", "messages": {"type": "none"}, "responses": "none"},
    "get_time": {
        "chat": {"type": "function", "function": {"name": "get_time"}},
        "messages": {"type": "tool", "name": "get_time"},
        "responses": {"type": "function", "name": "get_time"},
    },
}
ONE_BY_ONE: dict[str, Json] = {
    "chat": {"parallel_tool_calls": False},
    "messages": {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
    "responses": {"parallel_tool_calls": False},
}


@pytest.mark.parametrize("choice", CHOICES)
async def test_the_choice_of_a_tool_arrives(house: House, pair: tuple[str, str], choice: str) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request("Hi", tools=TOOLS, tool_choice=CHOICES[choice][talker.api]), streamed=False)
    sent = house.asked[0].json
    if pair[1] == "converse" and choice == "none":  # Amazon has no such choice
        assert heard.functions("converse", sent) == {}
    else:
        assert heard.choice(pair[1], sent) == choice
    called = {"auto": [], "none": [], "any": ["get_weather"], "get_time": ["get_time"]}
    assert [call.name for call in said.calls] == called[choice]


async def test_one_call_at_a_time_can_be_asked_for(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=2]", tools=TOOLS) | ONE_BY_ONE[talker.api]
    said = await talker.say(request, streamed=streamed)
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
    sent = heard.functions(pair[1], house.asked[0].json)["do"]
    assert sent == schema
    assert list(sent["properties"]) == ["z", "a"]  # prompt caches look at the order


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_failed_tool_is_said_to_have_failed(house: House, upstream: str, streamed: bool) -> None:
    """OpenAI's APIs have no place for that but the text."""
    talker = house.talker("messages", upstream)
    request = talker.request("[simulate tools=1]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("no such city", failed=True)]), streamed=streamed)
    [sent] = results_in(upstream, house.asked[-1])
    text = "no such city" if upstream in ("messages", "converse") else "Error: no such city"
    assert (sent.parts, sent.failed) == ((("text", text),), upstream in ("messages", "converse"))
    assert second.text == f'get_weather answered "{text}".'


PICTURE = f"data:image/png;base64,{PIXEL}"
SHOWN: dict[str, list[Json]] = {  # the result of a tool, by the clients that may give a picture there
    "messages": [
        {"type": "text", "text": "look"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
    ],
    "responses": [{"type": "input_text", "text": "look"}, {"type": "input_image", "image_url": PICTURE}],
}


@pytest.mark.parametrize("api", SHOWN)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_tool_may_answer_with_a_picture(house: House, api: str, upstream: str, streamed: bool) -> None:
    """Chat shows it in a message of the user's that follows."""
    talker = house.talker(api, upstream)
    request = talker.request("[simulate tools=2]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    request = talker.next(request, first, [Result(SHOWN[api]), Result("noon")])
    await talker.say(request, streamed=streamed)
    assert_well_ordered(upstream, house.asked[-1])
    look, noon = results_in(upstream, house.asked[-1])
    assert noon.parts == (("text", "noon"),)
    if upstream == "chat":
        assert look.parts == (("text", "look\n[image]"),)
        assert heard.conversation("chat", house.asked[-1].json)[-1] == ("user", "image", PICTURE)
    else:
        assert look.parts == (("text", "look"), ("image", PICTURE))


async def test_an_empty_result_is_still_a_result(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    request = talker.request("[simulate tools=1]", tools=TOOLS)
    first = await talker.say(request, streamed=streamed)
    second = await talker.say(talker.next(request, first, [Result("")]), streamed=streamed)
    told = "(empty)" if pair[1] == "converse" else ""  # Amazon takes no blank text
    assert second.text == f'get_weather answered "{told}".'
    assert_well_ordered(pair[1], house.asked[-1])


@pytest.mark.parametrize("api", [api for api in APIS if api != "chat"])
async def test_ids_that_the_other_api_refuses_still_pair_up(stage: Stage, api: str) -> None:
    """OpenAI takes ids of at most 40 characters, and Anthropic only letters, digits, _ and -."""
    call = {"id": "functions.get_weather:0", "type": "function", "function": {"name": "get_weather", "arguments": ""}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    stage.upstream.will(whole({"id": "x", "model": "m", "choices": [choice], "usage": usage}))
    talker = stage.house.talker(api, "chat")
    request = talker.request("Hi", tools=TOOLS)
    first = await talker.say(request, streamed=False)
    assert first.stop == CALLED[api]
    assert first.calls[0].arguments == {}
    await talker.say(talker.next(request, first, [Result("sunny")]), streamed=False)
    assert_well_ordered("chat", stage.house.asked[-1])
