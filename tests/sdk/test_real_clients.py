"""What real clients send, at its real size, to an upstream of their own API and to those of every other."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.sdk import heard
from tests.sdk.apis import APIS, UPSTREAMS
from tests.sdk.conftest import House
from tests.support.inflate import Captured, captured, name_of

PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}
REQUESTS = [(api, each) for api, path in PATHS.items() for each in captured(path)]
SERVED = [(api, each) for api, each in REQUESTS if api in APIS]
# Models that take what older clients send, such as a temperature.
MODELS = {
    "chat": "openai/gpt-4o",
    "messages": "anthropic/claude-opus-4-8",
    "responses": "chatty/gpt-4o",
    "converse": "amazon_bedrock/us.anthropic.claude-opus-4-8-v1:0",
}
LAST = {"chat": b"data: [DONE]", "messages": b"event: message_stop", "responses": b"event: response.completed"}
ANSWER = {"chat": "choices", "messages": "content", "responses": "output"}
# Written anew for another message, or by the client's own library for this one.
_NOT_REPLAYED = frozenset({"host", "connection", "content-length", "accept-encoding", "authorization", "x-api-key"})
_HOSTED = frozenset({"web_search"})  # tools that an upstream runs by itself, or has not
# Members whose texts are said to the model. The rest are words of the API, ids, and what the client keeps for itself.
_SAID = frozenset({"text", "content", "output", "data", "url"})


@pytest.mark.parametrize("each", [each for _, each in REQUESTS], ids=lambda each: each.name)
def test_a_captured_request_has_its_real_size_again(each: Captured) -> None:
    """Some clients put blanks into their JSON, and the escapes in a text that was cut are not known."""
    tight = len(json.dumps(each.body, separators=(",", ":"), ensure_ascii=False).encode())
    assert 0.95 * tight <= each.size <= 1.12 * tight
    assert sorted(name_of(tool) for tool in each.body.get("tools", ())) == sorted(each.tools)
    assert "chars>" not in json.dumps(each.body)
    assert "more items>" not in json.dumps(each.body)


@pytest.mark.parametrize(("api", "each"), SERVED, ids=[each.name for _, each in SERVED])
async def test_an_upstream_of_the_same_api_gets_what_was_sent(house: House, api: str, each: Captured) -> None:
    answer = await send(house, each, MODELS[api])
    assert_served(api, each, answer)
    [asked] = house.asked
    assert asked.target == each.path
    sent, own = asked.json, each.body | {"model": MODELS[api].partition("/")[2]}
    if api == "chat" and own.get("stream"):  # the usage is asked for by us
        assert sent.pop("stream_options")["include_usage"] is True
        own.pop("stream_options", None)
    assert sent == own
    kept = {name: value for name, value in asked.headers.items() if name.startswith("anthropic-")}
    assert kept == {name: value for name, value in each.headers.items() if name.startswith("anthropic-")}


CROSSING = [(api, other, each) for api, each in SERVED for other in UPSTREAMS if other != api]


@pytest.mark.parametrize(
    ("api", "other", "each"), CROSSING, ids=[f"{each.name}>{other}" for _, other, each in CROSSING]
)
async def test_no_tool_and_no_text_is_lost_on_the_way_to_another_api(
    house: House, api: str, other: str, each: Captured
) -> None:
    answer = await send(house, each, MODELS[other])
    assert_served(api, each, answer)
    [asked] = house.asked
    offered = heard.functions(api, each.body)
    got = heard.functions(other, asked.json)
    assert list(got) == list(offered)
    assert all(got[name].items() >= schema.items() for name, schema in offered.items() if schema.get("properties"))
    arrived = "\n".join(strings(asked.json))
    described = [tool.get("description") for tool in flat(each.body.get("tools", ())) if name_of(tool) not in _HOSTED]
    for text in [*strings(described), *said(each.body)]:
        assert text in arrived
    calls, results = heard.said(other, asked.json, "call"), heard.said(other, asked.json, "result")
    assert [call.id for call in calls] == [result.id for result in results]
    assert [call[1:] for call in calls] == [call[1:] for call in heard.said(api, each.body, "call")]


BESIDE = list(captured("/v1/embeddings"))


@pytest.mark.parametrize("each", BESIDE, ids=lambda each: each.name)
async def test_embeddings_are_asked_for_as_they_were(house: House, each: Captured) -> None:
    """No client's API but one has them, so they pass through."""
    answer = await send(house, each, "openai/text-embedding-3-small")
    assert answer.status_code == 200, answer.text
    [asked] = house.asked
    assert (asked.target, asked.json) == (each.path, each.body | {"model": "text-embedding-3-small"})
    assert asked.headers["authorization"] == "Bearer sk-of-ours"
    [embedding] = answer.json()["data"]
    assert len(b64decode(embedding["embedding"])) == 4 * 1536  # in the form that the client asked for


def test_some_client_asked_for_embeddings() -> None:
    assert [each.body["encoding_format"] for each in BESIDE] == ["base64"]


def assert_served(api: str, each: Captured, answer: httpx2.Response) -> None:
    assert answer.status_code == 200, answer.text
    if not each.body.get("stream"):
        assert answer.json()[ANSWER[api]]
        return
    last = answer.content.rstrip(b"\n").split(b"\n\n")[-1]
    assert last.startswith(LAST[api])
    assert b'"error":{' not in answer.content


async def send(house: House, each: Captured, model: str) -> httpx2.Response:
    headers = {name: value for name, value in each.headers.items() if name not in _NOT_REPLAYED}
    async with httpx2.AsyncClient(base_url=house.url, verify=False, timeout=30) as http:
        return await http.post(each.path, json=each.body | {"model": model}, headers=headers)


def flat(tools: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each tool as a function, those in groups too."""
    for tool in tools:
        yield from flat(tool["tools"]) if tool.get("type") == "namespace" else (tool.get("function", tool),)


def said(body: dict[str, Any]) -> Iterator[str]:
    """Every text of the request that a model is to read, but for the tools."""
    for name in ("system", "instructions", "messages", "input"):
        yield from _told(body.get(name), "text")


def _told(value: Any, name: str) -> Iterator[str]:
    match value:
        case _ if name in ("input", "arguments"):
            yield from strings(value)
        case dict():
            for member, each in value.items():
                yield from _told(each, member)
        case list():
            for each in value:
                yield from _told(each, name)
        case str() if name in _SAID:
            yield value
        case _:
            pass


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value. JSON inside a text counts as what it holds: only its spacing may change on the way."""
    match value:
        case str() if value.startswith("{"):
            try:
                yield from strings(json.loads(value))
            except ValueError:
                yield value
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from strings(each)
        case list():
            for each in value:
                yield from strings(each)
        case _:
            pass  # numbers and the like
