"""What real clients send, at its real size, to an upstream of their own API and to one of the other."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.sdk.conftest import House
from tests.support.inflate import Captured, captured

PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
REQUESTS = [(api, each) for api, path in PATHS.items() for each in captured(path)]
MODELS = {"chat": "openai/gpt-4o", "messages": "anthropic/claude-opus-4-8"}
_WORDS_OF_AN_API = frozenset({"text", "tool", "function", "tool_use", "tool_result", "ephemeral", "system"})
# Written anew for another message, or by the client's own library for this one.
_NOT_REPLAYED = frozenset({"host", "connection", "content-length", "accept-encoding", "authorization", "x-api-key"})


@pytest.mark.parametrize("each", [each for _, each in REQUESTS], ids=lambda each: each.name)
def test_a_captured_request_has_its_real_size_again(each: Captured) -> None:
    """Some clients put blanks into their JSON, and the escapes in a text that was cut are not known."""
    tight = len(json.dumps(each.body, separators=(",", ":"), ensure_ascii=False).encode())
    assert 0.95 * tight <= each.size <= 1.12 * tight
    assert sorted(names(each.body)) == sorted(each.tools)
    assert "chars>" not in json.dumps(each.body)


@pytest.mark.parametrize(("api", "each"), REQUESTS, ids=[each.name for _, each in REQUESTS])
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


@pytest.mark.parametrize(("api", "each"), REQUESTS, ids=[each.name for _, each in REQUESTS])
async def test_no_tool_and_no_text_is_lost_on_the_way_to_the_other_api(house: House, api: str, each: Captured) -> None:
    [other] = MODELS.keys() - {api}
    answer = await send(house, each, MODELS[other])
    assert_served(api, each, answer)
    [asked] = house.asked
    assert names(asked.json) == names(each.body)
    arrived = "\n".join(strings(asked.json))
    said = [each.body["messages"], each.body.get("system"), [tool.get("description") for tool in tools(each.body)]]
    for text in strings(said):
        assert text in arrived or text in _WORDS_OF_AN_API


def assert_served(api: str, each: Captured, answer: httpx2.Response) -> None:
    assert answer.status_code == 200, answer.text
    if not each.body.get("stream"):
        assert answer.json()["choices" if api == "chat" else "content"]
        return
    last = answer.content.rstrip(b"\n").split(b"\n\n")[-1]
    assert last.startswith({"chat": b"data: [DONE]", "messages": b"event: message_stop"}[api])
    assert b'"error"' not in answer.content


async def send(house: House, each: Captured, model: str) -> httpx2.Response:
    headers = {name: value for name, value in each.headers.items() if name not in _NOT_REPLAYED}
    async with httpx2.AsyncClient(base_url=house.url, verify=False, timeout=30) as http:
        return await http.post(each.path, json=each.body | {"model": model}, headers=headers)


def tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [tool.get("function", tool) for tool in body.get("tools", ())]


def names(body: dict[str, Any]) -> list[str]:
    return [tool["name"] for tool in tools(body)]


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
