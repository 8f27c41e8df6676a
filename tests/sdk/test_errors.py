"""What the official clients raise: before a stream, inside one, and when they are to come back later."""

import json
from typing import Any, NamedTuple

import anthropic
import openai
import pytest

from planoai.simulate import Options
from tests.apis.spoken import Say
from tests.apis.spoken import stream as stream_of
from tests.sdk.apis import APIS
from tests.sdk.conftest import House, Stage, simulated
from tests.sdk.talk import Json, Talker
from tests.support import eventstream
from tests.support.answers import CHAT_STREAM, MESSAGES_STREAM, messages_event
from tests.support.upstream import stream, whole

SDKS: dict[str, Any] = {"chat": openai, "messages": anthropic, "responses": openai}

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
        if pair[1] != "messages":
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


class Failing(NamedTuple):
    """How an upstream begins to answer, and how it then says that it failed: each API has a way of its own."""

    before: tuple[bytes, ...]
    failure: bytes
    content_type: str = "text/event-stream"


BUSY = "too busy for this"
_BEGUN = stream_of("openai_responses", Say("completed")).split(b"\n\n")[:3]
_FAILED = {"type": "error", "code": "rate_limit_exceeded", "message": BUSY, "param": None, "sequence_number": 3}
_FRAMES: list[Json] = [
    {"event": "messageStart", "payload": {"role": "assistant"}},
    {"event": "contentBlockDelta", "payload": {"contentBlockIndex": 0, "delta": {"text": "Hello"}}},
]
FAILING = {
    "chat": Failing(
        CHAT_STREAM[:2],
        b"data: " + json.dumps({"error": {"type": "rate_limit_error", "message": BUSY}}).encode() + b"\n\n",
    ),
    "messages": Failing(
        MESSAGES_STREAM[:4], messages_event("error", error={"type": "rate_limit_error", "message": BUSY})
    ),
    "responses": Failing(
        tuple(event + b"\n\n" for event in _BEGUN), b"event: error\ndata: " + json.dumps(_FAILED).encode() + b"\n\n"
    ),
    "converse": Failing(
        tuple(eventstream.encoded([each]) for each in _FRAMES),
        eventstream.encoded([{"exception": "throttlingException", "payload": {"message": BUSY}}]),
        "application/vnd.amazon.eventstream",
    ),
}


async def told_in_the_stream(house: House, talker: Talker, request: Json) -> str:
    """What a client hears of a failure in the middle. Responses tells it in an event, at which OpenAI's library need not raise."""
    try:
        if talker.api != "responses":
            await talker.say(request, streamed=True)
            raise AssertionError("nothing was told")
        events = [event async for event in await house.openai.responses.create(**request, stream=True)]
    except SDKS[talker.api].APIError as error:
        return str(error.body)
    last: Any = events[-1]
    assert last.type in ("error", "response.failed")
    return str(last.message if last.type == "error" else last.response.error.message)


async def test_an_error_before_a_stream_has_still_a_status(stage: Stage, pair: tuple[str, str]) -> None:
    failing = FAILING[pair[1]]
    stage.upstream.will(stream(failing.failure, headers={"content-type": failing.content_type}))
    talker = stage.house.talker(*pair)
    with pytest.raises(SDKS[talker.api].RateLimitError, match=BUSY):
        await talker.say(talker.request("Hello"), streamed=True)


async def test_an_error_in_the_middle_of_a_stream_keeps_its_words(stage: Stage, pair: tuple[str, str]) -> None:
    failing = FAILING[pair[1]]
    stage.upstream.will(stream(*failing.before, failing.failure, headers={"content-type": failing.content_type}))
    talker = stage.house.talker(*pair)
    assert BUSY in await told_in_the_stream(stage.house, talker, talker.request("Hello"))


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
    answer = await house.methods(talker.api).create(**talker.request("Hello"))
    assert answer._request_id


MISTAKES: dict[str, tuple[Json, str]] = {
    "chat": ({"messages": [{"role": "user", "content": 7}]}, r"messages\[0\]\.content"),
    "messages": ({"messages": [{"role": "user", "content": 7}]}, r"messages\[0\]\.content"),
    "responses": ({"input": 7}, "input"),
}


async def test_the_clients_mistake_is_told_before_anything_is_sent(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    wrong, path = MISTAKES[talker.api]
    with pytest.raises(SDKS[talker.api].BadRequestError, match=path) as caught:
        await talker.say(talker.request("Hello") | wrong, streamed=False)
    assert caught.value.request_id
    assert house.asked == []


async def test_a_model_that_is_not_there_is_not_found(house: House, streamed: bool) -> None:
    for api in APIS:
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
    if pair[1] != "converse":  # Amazon does not tell
        assert 0 < int(caught.value.response.headers["retry-after"]) <= 60
    assert len(house.asked) == 2


async def test_a_client_that_tries_again_gets_its_answer(house: House, pair: tuple[str, str]) -> None:
    """The gateway must not take from the client's library what it decides by."""
    talker = house.talker(*pair)
    request = talker.request("Hello [simulate error=500]")
    with pytest.raises(SDKS[talker.api].InternalServerError):
        await house.methods(talker.api, max_retries=1).create(**request)
    assert len(house.asked) == 2


async def test_an_error_in_a_stream_is_told(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    request = talker.request("Hello there [simulate error=500 error_after=2]")
    assert await told_in_the_stream(house, talker, request)
    assert len(house.asked) == 1


@pytest.mark.parametrize("how", ["cut=2", "cut=2 cut_inside"], ids=["between events", "inside one"])
async def test_a_stream_that_breaks_off_is_told(house: House, pair: tuple[str, str], how: str) -> None:
    """As an error of the API, not as one of JSON: half an event must not hide why the stream ended."""
    talker = house.talker(*pair)
    assert "connection" in await told_in_the_stream(house, talker, talker.request(f"Hello there [simulate {how}]"))


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
