"""Which headers pass, and whose credentials reach whom."""

import pytest

from tests.gateway.conftest import Setting
from tests.support.answers import CHAT, MESSAGES
from tests.support.upstream import whole

MINE = {
    "authorization": "Bearer client-secret-1",
    "api-key": "client-secret-3",
    "x-goog-api-key": "client-secret-4",
    "cookie": "session=client-secret-5",
    "x-arch-llm-provider": "client-secret-6",
    "x-plano-anything": "client-secret-7",
}


def body(model: str) -> dict[str, object]:
    return {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("model", ["gpt-4o", "deep", "house/llama"])
async def test_no_credential_of_the_client_reaches_an_upstream(setting: Setting, path: str, model: str) -> None:
    setting.upstream.will(whole(MESSAGES if model == "deep" else CHAT))
    await setting.http.post(path, json=body(model), headers={**MINE, "x-api-key": "client-secret-2"})
    sent = setting.upstream.asked[0].headers
    assert not [value for value in sent.values() if "client-secret" in value]
    expected = {"gpt-4o": ("authorization", "Bearer sk-of-ours"), "deep": ("x-api-key", "sk-ant-of-ours")}
    if model in expected:
        name, value = expected[model]
        assert sent[name] == value
    else:
        assert "authorization" not in sent


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ({"authorization": "Bearer mine"}, "Bearer mine"),
        ({"authorization": "bearer mine"}, "Bearer mine"),
        ({"x-api-key": "mine"}, "Bearer mine"),
        ({"authorization": "Bearer first", "x-api-key": "second"}, "Bearer first"),
        ({"authorization": "Bearer", "x-api-key": "second"}, "Bearer second"),
        ({}, None),
    ],
)
async def test_passthrough_gives_the_client_its_own_credential(
    setting: Setting, sent: dict[str, str], arrives: str | None
) -> None:
    setting.upstream.will(whole(CHAT))
    await setting.http.post("/v1/chat/completions", json=body("openrouter/some/model"), headers=sent)
    asked = setting.upstream.asked[0]
    assert asked.headers.get("authorization") == arrives
    assert "x-api-key" not in asked.headers
    assert (asked.target, asked.json["model"]) == ("/api/v1/chat/completions", "some/model")


async def test_headers_of_an_api_go_only_to_an_upstream_that_speaks_it(setting: Setting) -> None:
    headers = {"anthropic-version": "2026-10-21", "anthropic-beta": "effort-2025-11-24"}
    setting.upstream.will(whole(MESSAGES), whole(CHAT))
    await setting.http.post("/v1/messages", json=body("deep"), headers=headers)
    await setting.http.post("/v1/messages", json=body("gpt-4o"), headers=headers)
    first, second = setting.upstream.asked
    assert {name: first.headers[name] for name in headers} == headers
    assert not set(headers) & set(second.headers)


async def test_configured_headers_win(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    await setting.http.post(
        "/v1/chat/completions", json=body("house/llama"), headers={"x-team": "other", "x-mine": "1"}
    )
    asked = setting.upstream.asked[0]
    assert (asked.headers["x-team"], asked.headers["x-mine"], asked.target) == (
        "platform",
        "1",
        "/serving/v1/chat/completions",
    )


async def test_the_answer_says_who_answered_and_how_long_it_took(setting: Setting) -> None:
    headers = {"x-request-id": "up-1", "set-cookie": "a=b", "x-ratelimit-limit-requests": "5", "x-plano-secret": "no"}
    setting.upstream.will(whole(CHAT, headers=headers))
    answer = await setting.http.post("/v1/chat/completions", json=body("fast"), headers={"x-request-id": "my-id"})
    assert answer.headers["x-request-id"] == "my-id"
    assert answer.headers["x-upstream-request-id"] == "up-1"
    assert answer.headers["x-ratelimit-limit-requests"] == "5"
    assert answer.headers["x-plano-model"] == "openai/gpt-4o"
    assert answer.headers["server-timing"].startswith("gateway;dur=")
    assert not {"set-cookie", "x-plano-secret"} & set(answer.headers)
