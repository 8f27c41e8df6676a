"""What the official clients raise: before a stream, inside one, and when they are to come back later."""

import json
from typing import Any

import anthropic
import openai
import pytest

from planoai.simulate import Options
from tests.sdk.conftest import House, Stage, simulated
from tests.sdk.talk import Talker
from tests.support.answers import CHAT_STREAM, MESSAGES_STREAM, messages_event
from tests.support.upstream import stream, whole

SDKS: dict[str, Any] = {"chat": openai, "messages": anthropic}

# status -> the class of error, by name: both clients call most of them the same.
CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
}
TYPES = {  # what Messages calls it, and so its clients look for
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
}


def mistakes(talker: Talker) -> Any:
    return SDKS[talker.api].APIStatusError


@pytest.mark.parametrize("status", CLASSES)
async def test_an_error_before_the_answer_is_raised_as_what_it_is(
    house: House, pair: tuple[str, str], streamed: bool, status: int
) -> None:
    talker = house.talker(*pair)
    with pytest.raises(mistakes(talker)) as caught:
        await talker.say(talker.request(f"Hello [simulate error={status}]"), streamed=streamed)
    error = caught.value
    assert isinstance(error, getattr(SDKS[talker.api], CLASSES[status]))
    assert error.status_code == status
    assert error.response.headers["content-type"] == "application/json"
    if talker.api == "messages":
        assert error.body["type"] == "error"
        assert error.body["error"]["message"]
        if pair[1] == "chat":
            assert error.body["error"]["type"] == TYPES[status]
    else:
        assert error.body["message"] in error.message
        assert error.type


@pytest.mark.parametrize(
    "wrong", [(400, "prompt is too long: 9 tokens"), (529, "Overloaded"), (418, "short and stout")]
)
async def test_an_error_keeps_its_words_and_its_status(
    stage: Stage, pair: tuple[str, str], streamed: bool, wrong: tuple[int, str]
) -> None:
    status, message = wrong
    stage.upstream.will(whole({"error": {"type": "some_error", "message": message}}, status))
    talker = stage.house.talker(*pair)
    with pytest.raises(mistakes(talker), match=message) as caught:
        await talker.say(talker.request("Hello"), streamed=streamed)
    assert caught.value.status_code == status
    assert caught.value.request_id


@pytest.mark.parametrize("begun", [False, True], ids=["at once", "in the middle"])
async def test_an_error_in_a_stream_keeps_its_words(stage: Stage, pair: tuple[str, str], begun: bool) -> None:
    """One that comes first has still a status; one that comes later can only be told in the stream."""
    told: dict[str, Any] = {"type": "rate_limit_error", "message": "too busy for this"}
    before = (CHAT_STREAM[:2] if pair[1] == "chat" else MESSAGES_STREAM[:4]) if begun else ()
    events = {
        "chat": b"data: " + json.dumps({"error": told}).encode() + b"\n\n",
        "messages": messages_event("error", error=told),
    }
    stage.upstream.will(stream(*before, events[pair[1]]))
    talker = stage.house.talker(*pair)
    with pytest.raises(SDKS[talker.api].APIError, match="too busy for this") as caught:
        await talker.say(talker.request("Hello"), streamed=True)
    if not begun:
        assert isinstance(caught.value, SDKS[talker.api].RateLimitError)


async def test_an_error_names_the_request(house: House, pair: tuple[str, str], streamed: bool) -> None:
    """By the id that the client's own library looks for, which support will ask for."""
    talker = house.talker(*pair)
    with pytest.raises(mistakes(talker)) as caught:
        await talker.say(talker.request("Hello [simulate error=400]"), streamed=streamed)
    assert caught.value.request_id
    if talker.api == "messages":
        assert caught.value.body["request_id"] == caught.value.request_id


async def test_an_answer_names_the_request(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request("Hello"), streamed=False)
    assert said.raw is not None
    client: Any = house.openai.chat.completions if talker.api == "chat" else house.anthropic.messages
    answer = await client.create(**talker.request("Hello"))
    assert answer._request_id


async def test_the_clients_mistake_is_told_before_anything_is_sent(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    request = talker.request("Hello") | {"messages": [{"role": "user", "content": 7}]}
    with pytest.raises(SDKS[talker.api].BadRequestError, match=r"messages\[0\]\.content") as caught:
        await talker.say(request, streamed=False)
    assert caught.value.request_id
    assert house.asked == []


async def test_a_model_that_is_not_there_is_not_found(house: House, streamed: bool) -> None:
    for api in ("chat", "messages"):
        talker = house.talker_to(api, "nobody/knows")
        with pytest.raises(SDKS[api].NotFoundError, match="nobody/knows") as caught:
            await talker.say(talker.request("Hello"), streamed=streamed)
        assert caught.value.request_id
    assert house.asked == []


async def test_when_to_come_back_is_told(pair: tuple[str, str], streamed: bool) -> None:
    async with simulated(Options(rate=1)) as house:
        talker = house.talker(*pair)
        await talker.say(talker.request("Hello"), streamed=streamed)
        with pytest.raises(SDKS[talker.api].RateLimitError) as caught:
            await talker.say(talker.request("Hello"), streamed=streamed)
    assert caught.value.status_code == 429
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60
    assert len(house.asked) == 2


async def test_a_client_that_tries_again_gets_its_answer(house: House, pair: tuple[str, str]) -> None:
    """The gateway must not take from the client's library what it decides by."""
    talker = house.talker(*pair)
    client: Any = house.openai if talker.api == "chat" else house.anthropic
    again = client.with_options(max_retries=1)
    request = talker.request("Hello [simulate error=500]")
    with pytest.raises(SDKS[talker.api].InternalServerError):
        await (again.chat.completions if talker.api == "chat" else again.messages).create(**request)
    assert len(house.asked) == 2


async def test_an_error_in_a_stream_is_raised(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    with pytest.raises(SDKS[talker.api].APIError) as caught:
        await talker.say(talker.request("Hello there [simulate error=500 error_after=2]"), streamed=True)
    assert caught.value.body
    assert len(house.asked) == 1


@pytest.mark.parametrize("how", ["cut=2", "cut=2 cut_inside"], ids=["between events", "inside one"])
async def test_a_stream_that_breaks_off_is_raised(house: House, pair: tuple[str, str], how: str) -> None:
    """As an error of the API, not as one of JSON: half an event must not hide why the stream ended."""
    talker = house.talker(*pair)
    with pytest.raises(SDKS[talker.api].APIError, match="connection") as caught:
        await talker.say(talker.request(f"Hello there [simulate {how}]"), streamed=True)
    assert caught.value.body


@pytest.mark.parametrize("how", ["hangup", "cut=1"])
async def test_an_upstream_that_hangs_up_is_a_bad_gateway(house: House, pair: tuple[str, str], how: str) -> None:
    talker = house.talker(*pair)
    with pytest.raises(SDKS[talker.api].InternalServerError) as caught:
        await talker.say(talker.request(f"Hello there [simulate {how}]"), streamed=False)
    assert caught.value.status_code == 502
    assert caught.value.request_id


async def test_an_upstream_that_hangs_up_before_its_stream_is_a_bad_gateway(
    house: House, pair: tuple[str, str]
) -> None:
    talker = house.talker(*pair)
    with pytest.raises(SDKS[talker.api].InternalServerError) as caught:
        await talker.say(talker.request("Hello there [simulate hangup]"), streamed=True)
    assert caught.value.status_code == 502
