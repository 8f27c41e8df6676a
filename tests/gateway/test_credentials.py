"""Whose credential an upstream is shown, and in which header: for each way to configure it, whatever of theirs clients send."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.gateway.spoken import CLIENT_PATHS, asked, housed, said

OURS = "of-ours-0123456789"
MINE, OTHER = "of-a-client-1", "of-a-client-2"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.of-a-client-3"
OAUTH = "sk-ant-oat01-of-a-client-4"
CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


class House(NamedTuple):
    """`api`: what it is asked in. `carrier`: how it wants to be told who asks."""

    model: str
    more: str
    api: str
    carrier: str = "authorization"


HOUSES = {
    "messages": House("anthropic/claude", "base_url: '{url}'", "messages", "x-api-key"),
    "chat": House("openrouter/m", "base_url: '{url}'", "chat"),
    "converse": House("amazon_bedrock/nova", "base_url: '{url}'", "converse"),
    "azure": House("azure_openai/d", "base_url: '{url}'", "chat", "api-key"),
    "chatgpt": House("chatgpt/m", "base_url: '{url}'", "responses"),
}
# What a client sends -> what of it is its credential.
CLIENTS: Mapping[str, tuple[dict[str, str], str | None]] = {
    "nothing": ({}, None),
    "bearer": ({"authorization": f"Bearer {MINE}"}, MINE),
    "x-api-key": ({"x-api-key": MINE}, MINE),
    "api-key": ({"api-key": MINE}, MINE),
    "x-goog-api-key": ({"x-goog-api-key": MINE}, MINE),
    "two": ({"x-api-key": OTHER, "authorization": f"bearer  {MINE}"}, MINE),
}
CONFIGURED = {"key": f"access_key: {OURS}", "passed on": "passthrough_auth: true", "none": ""}


def carried(carrier: str, credential: str | None) -> dict[str, str]:
    if credential is None:
        return {}
    return {carrier: f"Bearer {credential}" if carrier == "authorization" else credential}


@pytest.mark.parametrize("client", CLIENT_PATHS)
@pytest.mark.parametrize("configured", CONFIGURED)
@pytest.mark.parametrize("house", HOUSES)
async def test_an_upstream_is_shown_one_credential_where_it_looks_for_it(
    house: str, configured: str, client: str
) -> None:
    model, more, api, carrier = HOUSES[house]
    passes = configured == "passed on" or (configured, house) == ("none", "chatgpt")
    vendors = house in ("azure", "converse")  # these are vendors' own addresses, where nobody is let in
    row = ", ".join(filter(None, (f"model: {model}", more, CONFIGURED[configured])))
    async with housed(row) as setting:
        setting.upstream.will(said(api, streaming=house == "chatgpt"))
        for state, (headers, theirs) in CLIENTS.items():
            answer = await setting.http.post(CLIENT_PATHS[client], json=asked(client, model), headers=headers)
            if vendors and configured == "none":
                assert (answer.status_code, "no access key is configured" in answer.text) == (500, True)
                continue
            if vendors and configured == "passed on" and theirs is None:
                assert (answer.status_code, "wants a credential of yours" in answer.text) == (401, True)
                continue
            sent = setting.upstream.asked.pop()
            shown = {name: sent.headers[name] for name in CARRIERS if name in sent.headers}
            ours = OURS if configured == "key" else None
            assert (state, shown) == (state, carried(carrier, theirs if passes else ours))
            told = [f"{sent.target} {sent.body!r}", *sent.headers.values()]
            assert not [text for text in told if OTHER in text or (MINE in text and not passes)]
        assert not setting.upstream.asked


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("client", CLIENT_PATHS)
async def test_a_vendor_is_not_asked_for_nobody(client: str, *, streaming: bool) -> None:
    async with housed("model: openai/*, passthrough_auth: true") as setting:
        body = {**asked(client, "openai/gpt-4o"), "stream": streaming}
        answer = await setting.http.post(CLIENT_PATHS[client], json=body)
    assert answer.status_code == 401
    hint = "send it as `Authorization: Bearer` or `x-api-key`, or have the gateway send `OPENAI_API_KEY`"
    assert answer.json()["error"]["message"] == f"'openai/gpt-4o' wants a credential of yours: {hint}"


@pytest.mark.parametrize("client", CLIENT_PATHS)
@pytest.mark.parametrize(
    ("house", "credential", "expected"),
    [
        ("messages", OAUTH, {"authorization": f"Bearer {OAUTH}", "anthropic-beta": "oauth-2025-04-20"}),
        ("azure", JWT, {"authorization": f"Bearer {JWT}"}),
        ("chat", OAUTH, {"authorization": f"Bearer {OAUTH}"}),
        ("converse", JWT, {"authorization": f"Bearer {JWT}"}),
    ],
)
@pytest.mark.parametrize("passes", [True, False], ids=["passed on", "key"])
async def test_tokens_go_where_tokens_are_looked_for(
    house: str, credential: str, expected: dict[str, str], client: str, *, passes: bool
) -> None:
    model, more, api, _ = HOUSES[house]
    key = "passthrough_auth: true" if passes else f"access_key: {credential}"
    async with housed(f"model: {model}, {more}, {key}") as setting:
        setting.upstream.will(said(api, streaming=False))
        await setting.http.post(CLIENT_PATHS[client], json=asked(client, model), headers={"x-api-key": credential})
        sent = setting.upstream.asked[0].headers
    assert {name: sent[name] for name in (*CARRIERS, "anthropic-beta") if name in sent} == expected


async def test_claude_code_keeps_the_features_it_asked_for() -> None:
    async with housed("model: anthropic/claude, base_url: '{url}', passthrough_auth: true") as setting:
        setting.upstream.will(said("messages", streaming=False))
        headers = {"authorization": f"Bearer {OAUTH}", "anthropic-beta": "claude-code-1,oauth-2025-04-20,more-2"}
        body = asked("messages", "anthropic/claude")
        await setting.http.post(CLIENT_PATHS["messages"], json=body, headers=headers)
        assert setting.upstream.asked[0].headers["anthropic-beta"] == headers["anthropic-beta"]


async def test_an_account_goes_only_with_its_owners_credential() -> None:
    headers = {"authorization": f"Bearer {MINE}", "openai-organization": "org", "chatgpt-account-id": "acc"}
    row = "model: openai/m, base_url: '{url}'"
    for more, told in ((f", access_key: {OURS}", []), (", passthrough_auth: true", ["acc", "org"])):
        async with housed(row + more) as setting:
            setting.upstream.will(said("chat", streaming=False))
            await setting.http.post(CLIENT_PATHS["chat"], json=asked("chat", "openai/m"), headers=headers)
            sent = setting.upstream.asked[0].headers
        accounts = [sent[name] for name in ("chatgpt-account-id", "openai-organization") if name in sent]
        assert accounts == told
