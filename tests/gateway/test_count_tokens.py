"""`count_tokens`: by the upstream that knows, else by us."""

import json
import socket
from collections.abc import Mapping

import httpx2
import pytest
from anthropic import APIStatusError, AsyncAnthropic
from msgspec import Raw

from planoai.apis.tokens import estimated
from planoai.config.load import load
from planoai.gateway.build import running
from planoai.net.server import listen
from planoai.observability.feed import Feed
from planoai.process.worker import servers_of, serving
from tests.gateway.conftest import CONFIG, Setting, opened
from tests.support.inflate import Captured, captured
from tests.support.upstream import Cut, scripted, stream, whole

PATH = "/v1/messages/count_tokens"
ASKED = {
    "model": "claude-sonnet-4-5",
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "How many tokens is this?"}],
    "tools": [{"name": "search", "description": "Looks it up.", "input_schema": {"type": "object"}}],
}

BEDROCK = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: 12000}}
model_providers:
  - {{model: amazon_bedrock/*, base_url: "{url}", access_key: bedrock-api-key-of-ours}}
"""


def ours(asked: Mapping[str, object]) -> int:
    return estimated({name: Raw(json.dumps(value).encode()) for name, value in asked.items()})


async def test_anthropic_is_asked_in_the_clients_own_words(setting: Setting) -> None:
    setting.upstream.will(whole({"input_tokens": 17}))
    head = {"x-api-key": "sk-of-the-client", "anthropic-beta": "token-counting-2024-11-01"}
    answer = await setting.http.post(f"{PATH}?beta=true", json={**ASKED, "model": "deep", "new": 1}, headers=head)
    assert answer.json() == {"input_tokens": 17}
    [asked] = setting.upstream.asked
    assert asked.target == f"{PATH}?beta=true"
    assert asked.json == {**ASKED, "model": "claude-sonnet-4-5", "new": 1}
    assert asked.headers["x-api-key"] == "sk-ant-of-ours"
    assert asked.headers["anthropic-beta"] == "token-counting-2024-11-01"
    assert asked.headers["anthropic-version"] == "2023-06-01"


async def test_the_official_client(setting: Setting) -> None:
    setting.upstream.will(whole({"input_tokens": 17}))
    async with AsyncAnthropic(base_url=setting.url, api_key="x", max_retries=0) as anthropic:
        messages = [{"role": "user", "content": "hi"}]
        for model, tokens in (("claude-sonnet-4-5", 17), ("house/llama", ours({"messages": messages}))):
            counted = await anthropic.messages.count_tokens(model=model, messages=messages)  # type: ignore[arg-type]
            assert counted.input_tokens == tokens
    assert len(setting.upstream.asked) == 1


@pytest.mark.parametrize("model", ["house/llama", "openrouter/x/y"])
async def test_where_nobody_counts_it_is_estimated_and_nothing_is_sent(setting: Setting, model: str) -> None:
    answer = await setting.http.post(PATH, json={**ASKED, "model": model})
    assert (answer.status_code, answer.content) == (200, b'{"input_tokens":%d}' % ours(ASKED))
    assert answer.headers["x-plano-model"] == model
    assert answer.headers["request-id"]
    assert setting.upstream.asked == []


async def test_openai_counts_what_it_would_be_asked_in_its_newer_api(setting: Setting) -> None:
    setting.upstream.will(whole({"object": "response.input_tokens", "input_tokens": 21}))
    answer = await setting.http.post(
        f"{PATH}?beta=true", json={**ASKED, "model": "fast"}, headers={"anthropic-beta": "x"}
    )
    assert answer.content == b'{"input_tokens":21}'
    [asked] = setting.upstream.asked
    assert asked.target == "/v1/responses/input_tokens"
    assert asked.json["model"] == "gpt-4o"
    assert asked.json["instructions"] == "Be brief."
    assert asked.json["tools"][0]["name"] == "search"
    assert "max_output_tokens" not in asked.json
    assert asked.headers["authorization"] == "Bearer sk-of-ours"
    assert "anthropic-beta" not in asked.headers


async def test_a_budget_for_thinking_needs_no_limit_above_it(setting: Setting) -> None:
    setting.upstream.will(whole({"input_tokens": 4}))
    for model in ("fast", "deep"):
        asked = {**ASKED, "model": model, "thinking": {"type": "enabled", "budget_tokens": 4000}}
        assert (await setting.http.post(PATH, json=asked)).content.replace(b" ", b"") == b'{"input_tokens":4}'


async def test_bedrock_counts_what_it_can_be_told_and_the_rest_is_estimated() -> None:
    async with scripted() as upstream:
        upstream.will(whole({"inputTokens": 12}))
        config = load(BEDROCK.format(url=upstream.url), {}).config
        async with serving(config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            async with httpx2.AsyncClient(base_url=f"http://{host}:{port}") as http:
                asked = {**ASKED, "model": "amazon_bedrock/anthropic.claude-haiku-4-5"}
                assert (await http.post(PATH, json=asked)).content == b'{"input_tokens":12}'
                image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
                linked = {**asked, "messages": [{"role": "user", "content": [image]}]}
                assert (await http.post(PATH, json=linked)).json() == {"input_tokens": ours(linked)}
        assert [each.target for each in upstream.asked] == ["/model/anthropic.claude-haiku-4-5/count-tokens"]
        assert "converse" in upstream.asked[0].json["input"]


async def test_a_stream_begins_with_the_same_estimate_where_the_upstream_counts_at_the_end(setting: Setting) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = {**chunk, "choices": [{"index": 0, "delta": {"content": "Six."}, "finish_reason": "stop"}]}
    setting.upstream.will(stream(b"data: " + json.dumps(said).encode() + b"\n\n", b"data: [DONE]\n\n"))
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo" + "A" * 80_001},
    }
    asked = {**ASKED, "model": "house/llama", "messages": [{"role": "user", "content": [image]}]}
    answer = await setting.http.post("/v1/messages", json={**asked, "max_tokens": 9, "stream": True})
    assert f'"input_tokens":{ours(asked)}'.encode() in answer.content.replace(b" ", b"").partition(b"\n\n")[0]
    assert 1600 < ours(asked) < 1700


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_without_that_path_is_no_reason_to_fail(setting: Setting, status: int) -> None:
    setting.upstream.will(whole({"error": {"message": "Not Found"}}, status=status))
    answer = await setting.http.post(PATH, json=ASKED)
    assert (answer.status_code, answer.json()) == (200, {"input_tokens": ours(ASKED)})


async def test_any_other_error_is_the_clients_to_know(setting: Setting) -> None:
    error = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    setting.upstream.will(whole(error, status=401))
    async with AsyncAnthropic(base_url=setting.url, api_key="x", max_retries=0) as anthropic:
        with pytest.raises(APIStatusError) as refused:
            await anthropic.messages.count_tokens(model="deep", messages=[{"role": "user", "content": "hi"}])
    assert (refused.value.status_code, refused.value.body) == (401, error)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"input_tokens": "many"}', b"<html>"])
async def test_an_answer_without_a_number_is_none(body: bytes) -> None:
    async with opened(max_retries=0) as setting:
        setting.upstream.will(whole(body))
        answer = await setting.http.post(PATH, json=ASKED)
        assert (answer.status_code, answer.json()["type"]) == (502, "error")


async def test_an_upstream_that_is_gone() -> None:
    async with opened(max_retries=0) as setting:
        setting.upstream.will([Cut()])
        assert (await setting.http.post(PATH, json=ASKED)).status_code == 502


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"model": "deep"}, 400),
        ({"model": "deep", "messages": []}, 400),
        ({"model": "deep", "messages": [{"content": "no role"}]}, 400),
        ({"model": "unheard-of", "messages": ASKED["messages"]}, 404),
    ],
)
async def test_what_is_no_conversation_is_refused_in_the_words_of_the_api(
    setting: Setting, asked: dict[str, object], status: int
) -> None:
    answer = await setting.http.post(PATH, json=asked)
    assert (answer.status_code, answer.json()["type"]) == (status, "error")
    assert (await setting.http.get(PATH)).status_code == 405
    assert setting.upstream.asked == []


async def test_a_large_conversation(setting: Setting) -> None:
    """Beyond what is counted between two other requests."""
    asked = {"model": "house/llama", "messages": [{"role": "user", "content": "word " * 200_000}]}
    answer = await setting.http.post(PATH, json=asked)
    assert 150_000 < answer.json()["input_tokens"] < 350_000


async def test_everything_that_claude_code_asks_before_it_begins(setting: Setting) -> None:
    asks = list(captured(PATH))
    assert asks
    setting.upstream.will(whole({"input_tokens": 3}))
    for each in asks:
        for model in ("deep", "house/llama"):
            answer = await setting.http.post(each.path, json={**each.body, "model": model}, headers=_own(each))
            assert (answer.status_code, set(answer.json())) == (200, {"input_tokens"})
    sent = setting.upstream.asked
    assert [asked.target for asked in sent] == [each.path for each in asks]
    assert [asked.json for asked in sent] == [{**each.body, "model": "claude-sonnet-4-5"} for each in asks]


def _own(each: Captured) -> dict[str, str]:
    """What the client said of itself, without what belongs to its connection."""
    return {name: value for name, value in each.headers.items() if name.startswith(("anthropic-", "x-", "user-agent"))}


async def test_none_of_it_is_recorded_as_a_conversation() -> None:
    """That it was asked, of which model and by whom is; what was to be counted is nobody's business."""
    ours, theirs = socket.socketpair()
    feed = Feed()
    async with (
        scripted() as upstream,
        running(load(CONFIG.format(url=upstream.url, listener=""), {}).config, feed=feed) as gateway,
    ):
        upstream.will(whole({"input_tokens": 3}))
        feed.attach(ours)
        [server] = servers_of(gateway, [listen("127.0.0.1", 0)], [None], 1.0, 0.0)
        async with server:
            host, port = server.addresses[0]
            async with httpx2.AsyncClient(base_url=f"http://{host}:{port}") as http:
                for model in ("deep", "house/llama"):
                    await http.post(PATH, json={**ASKED, "model": model})
        await feed.aclose()
    with theirs:
        theirs.settimeout(10)
        told = b"".join(iter(lambda: theirs.recv(65536), b""))
    assert b"claude-sonnet-4-5" in told
    assert b"house/llama" in told
    assert b"How many tokens" not in told
    assert b"input_tokens" not in told
