"""Every provider, asked by a client of every API: where the request goes, how it says who asks, and what it calls the model."""

import logging
from urllib.parse import urlsplit

import httpx2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider
from tests.gateway.conftest import Setting
from tests.gateway.spoken import CLIENT_PATHS, LAST_WORDS, asked, housed, said
from tests.support.upstream import Asked, whole

KEY = "of-ours-0123456789"
NOVA = "us.amazon.nova-pro-v1:0"
CONVERSE = {False: f"/model/{NOVA}/converse", True: f"/model/{NOVA}/converse-stream"}
USUAL = "/v1/chat/completions"

# Where a provider is asked whatever API the client speaks; most of them speak Chat at the usual place.
ONE_PLACE = {
    "groq": ("chat", "/openai/v1/chat/completions"),
    "gemini": ("chat", "/v1beta/openai/chat/completions"),
    "zhipu": ("chat", "/api/paas/v4/chat/completions"),
    "qwen": ("chat", "/compatible-mode/v1/chat/completions"),
    "openrouter": ("chat", "/api/v1/chat/completions"),
    "edenai": ("chat", "/v3/chat/completions"),
    "perplexity": ("chat", "/chat/completions"),
    "azure_openai": ("chat", "/openai/deployments/m-1/chat/completions?api-version=2025-01-01-preview"),
    "anthropic": ("messages", "/v1/messages"),
    "chatgpt": ("responses", "/backend-api/codex/responses"),
}
BY_CLIENT = {
    "vercel": {
        "chat": ("chat", "/v1/chat/completions"),
        "messages": ("messages", "/v1/messages"),
        "responses": ("responses", "/v1/responses"),
    },
    "openai": {"responses": ("responses", "/v1/responses")},
    "xai": {"responses": ("responses", "/v1/responses")},
}


def place(provider: str, client: str, *, streaming: bool) -> tuple[str, str]:
    """The API that `provider` is asked in, and where."""
    if provider == "amazon_bedrock":
        return "converse", CONVERSE[streaming]
    return BY_CLIENT.get(provider, {}).get(client) or ONE_PLACE.get(provider, ("chat", USUAL))


def entry(row: Provider, more: str = "") -> str:
    """What a config says of `row`, from the row alone."""
    model = NOVA if row.name == "amazon_bedrock" else "m-1"
    own = "" if row.own_prefix else ", provider_interface: openai"
    address = "{url}" + urlsplit(row.base_url or "").path
    return f"model: {row.name}/{model}, base_url: '{address}', access_key: {KEY}{own}{more}"


def model_of(provider: str) -> str:
    return f"{provider}/{NOVA if provider == 'amazon_bedrock' else 'm-1'}"


async def ask(
    setting: Setting, client: str, model: str, *, streaming: bool = False, headers: dict[str, str] | None = None
) -> httpx2.Response:
    body = asked(client, model, streaming=streaming)
    return await setting.http.post(CLIENT_PATHS[client], json=body, headers=headers or {})


def credential(api: str, provider: str) -> dict[str, str]:
    if provider == "azure_openai":
        return {"api-key": KEY}
    return {"x-api-key": KEY} if api == "messages" else {"authorization": f"Bearer {KEY}"}


def credentials_in(sent: Asked) -> dict[str, str]:
    names = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
    return {name: sent.headers[name] for name in names if name in sent.headers}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
async def test_a_row_is_all_that_a_provider_needs(provider: str, *, streaming: bool) -> None:
    row = PROVIDERS[provider]
    async with housed(entry(row)) as setting:
        for client in CLIENT_PATHS:
            api, target = place(provider, client, streaming=streaming)
            setting.upstream.will(said(api, streaming=streaming or row.accepts.only_streams))
            answer = await ask(setting, client, model_of(provider), streaming=streaming)

            assert (answer.status_code, "Hello" in answer.text) == (200, True)
            assert (LAST_WORDS[client] in answer.content) is streaming
            kind = "text/event-stream; charset=utf-8" if streaming else "application/json"
            assert answer.headers["content-type"] == kind
            sent = setting.upstream.asked[-1]
            assert (sent.method, sent.target) == ("POST", target)
            assert sent.json.get("model") == (None if api == "converse" else "m-1")
            assert credentials_in(sent) == credential(api, provider)
            assert ("anthropic-version" in sent.headers) is (api == "messages")
            assert sent.headers["content-type"] == "application/json"
            assert sent.headers["accept-encoding"] == "identity"
            assert sent.headers["host"] == urlsplit(setting.upstream.url).netloc


PREFIXED = [
    ("groq", "/api/v2", "chat", "/api/v2/chat/completions"),
    ("groq", "/openai/v1", "messages", "/openai/v1/chat/completions"),
    ("groq", "", "responses", "/openai/v1/chat/completions"),
    ("zhipu", "/api/coding/paas/v4/", "chat", "/api/coding/paas/v4/chat/completions"),
    ("zhipu", "/", "messages", "/api/paas/v4/chat/completions"),
    ("qwen", "", "messages", "/compatible-mode/v1/chat/completions"),
    ("openai", "/custom/api/v2", "chat", "/custom/api/v2/chat/completions"),
    ("anthropic", "/api/v2", "messages", "/api/v2/messages"),
    ("moonshotai", "/coding/v1", "messages", "/coding/v1/chat/completions"),
    ("chatgpt", "/backend-api/codex", "messages", "/backend-api/codex/responses"),
    (
        "azure_openai",
        "/custom/azure/path",
        "messages",
        "/custom/azure/path/m-1/chat/completions?api-version=2025-01-01-preview",
    ),
    ("amazon_bedrock", "/custom/path", "responses", f"/custom/path/model/{NOVA}/converse"),
]


@pytest.mark.parametrize(("provider", "prefix", "client", "target"), PREFIXED)
async def test_a_path_of_ones_own_replaces_the_providers(provider: str, prefix: str, client: str, target: str) -> None:
    row = PROVIDERS[provider]
    api, _ = place(provider, client, streaming=False)
    async with housed(f"model: {model_of(provider)}, base_url: '{{url}}{prefix}', access_key: {KEY}") as setting:
        setting.upstream.will(said(api, streaming=row.accepts.only_streams))
        assert (await ask(setting, client, model_of(provider))).status_code == 200
        assert setting.upstream.asked[0].target == target


async def test_an_inference_profile_is_one_step_of_the_path() -> None:
    profile = "arn:aws:bedrock:us-east-1:123:inference-profile/us.amazon.nova"
    async with housed(f"model: 'amazon_bedrock/*', base_url: '{{url}}', access_key: {KEY}") as setting:
        setting.upstream.will(said("converse", streaming=False))
        await ask(setting, "chat", f"amazon_bedrock/{profile}")
        assert setting.upstream.asked[0].target == f"/model/{profile.replace('/', '%2F')}/converse"


@pytest.mark.parametrize(
    ("row", "client", "target"),
    [
        ("openrouter/m, base_url: '{url}/api/v1', upstream_api: responses", "responses", "/api/v1/responses?x=1"),
        ("openrouter/m, base_url: '{url}/api/v1', upstream_api: responses", "chat", "/api/v1/responses"),
        ("openrouter/m, base_url: '{url}/api/v1', upstream_api: messages", "messages", "/api/v1/messages?x=1"),
        (
            "vllm/m, base_url: '{url}', provider_interface: openai, upstream_api: responses",
            "responses",
            "/v1/responses?x=1",
        ),
        ("moonshotai/m, base_url: '{url}', upstream_api: messages", "messages", "/anthropic/v1/messages?x=1"),
        ("moonshotai/kimi-for-coding, base_url: '{url}/coding'", "chat", "/coding/v1/chat/completions?x=1"),
        ("vercel/m, base_url: '{url}', upstream_api: chat", "messages", "/v1/chat/completions"),
        ("anthropic/m, base_url: '{url}'", "chat", "/v1/messages"),
        (
            "azure_openai/m, base_url: '{url}', api_version: 2026-01-01",
            "chat",
            "/openai/deployments/m/chat/completions?api-version=2026-01-01&x=1",
        ),
        ("azure_openai/m, base_url: '{url}', upstream_api: responses", "responses", "/openai/v1/responses?x=1"),
    ],
)
async def test_an_entry_may_name_the_api_and_only_the_same_api_is_told_the_query(
    row: str, client: str, target: str
) -> None:
    model = row.partition(",")[0]
    api = "responses" if "/responses" in target else "messages" if "/messages" in target else "chat"
    async with housed(f"model: {row}, access_key: {KEY}") as setting:
        setting.upstream.will(said(api, streaming=False))
        body = asked(client, model)
        answer = await setting.http.post(f"{CLIENT_PATHS[client]}?x=1", json=body | {"x_unknown": 1.50})
        sent = setting.upstream.asked[0]
        assert (answer.status_code, sent.target) == (200, target)
        if target.endswith("x=1"):
            assert b'"x_unknown":1.5' in sent.body
            assert sent.json["model"] == model.partition("/")[2]


async def test_kimi_code_is_told_the_name_of_a_client_it_knows() -> None:
    async with housed(f"model: moonshotai/kimi-for-coding, base_url: '{{url}}/coding', access_key: {KEY}") as setting:
        setting.upstream.will(said("chat", streaming=False))
        await ask(setting, "messages", "moonshotai/kimi-for-coding")
        assert setting.upstream.asked[0].headers["user-agent"] == "KimiCLI/1.3"


CODEX = {"originator": "codex_exec", "user-agent": "codex_exec/0.131", "session_id": "s", "chatgpt-account-id": "a"}


async def test_chatgpt_is_asked_as_codex_asks() -> None:
    passing = "model: chatgpt/gpt-5.2-codex, base_url: '{url}/backend-api/codex'"
    mine = {"authorization": "Bearer of-the-client"}
    async with housed(passing, CHATGPT_ACCOUNT_ID="of-ours") as setting:
        setting.upstream.will(said("responses", streaming=True))
        await ask(setting, "messages", "chatgpt/gpt-5.2-codex", headers=mine | CODEX)
        await ask(setting, "responses", "chatgpt/gpt-5.2-codex", headers=mine | CODEX, streaming=True)
        await ask(setting, "responses", "chatgpt/gpt-5.2-codex", headers=mine, streaming=True)
        others, codex, library = setting.upstream.asked

    for sent in (others, library):
        assert sent.headers["originator"] == "codex_cli_rs"
        assert sent.headers["user-agent"].startswith("codex_cli_rs/")
        assert sent.headers["chatgpt-account-id"] == "of-ours"
    assert {name: codex.headers[name] for name in CODEX} == CODEX
    for sent in (others, codex, library):
        assert sent.headers["authorization"] == "Bearer of-the-client"
        assert (sent.json["stream"], sent.json["store"]) == (True, False)
        assert sent.json["instructions"].startswith("You are Codex, based on GPT-5.")
        assert "max_output_tokens" not in sent.json


@pytest.mark.parametrize("client", CLIENT_PATHS)
async def test_chatgpt_is_not_asked_for_what_it_can_not_do(client: str) -> None:
    async with housed(entry(PROVIDERS["chatgpt"])) as setting:
        body = asked(client, "chatgpt/m-1") | {"stream": False}
        answer = await setting.http.post(CLIENT_PATHS[client], json=body)
        assert answer.status_code == 400
        assert "stream" in answer.json()["error"]["message"]
        assert not setting.upstream.asked


async def test_headers_of_the_operators_go_before_all_others() -> None:
    more = ", headers: {authorization: Bearer mine, user-agent: mine, anthropic-version: x, x-api-key: mine}"
    async with housed(entry(PROVIDERS["anthropic"], more)) as setting:
        setting.upstream.will(said("messages", streaming=False))
        theirs = {"authorization": "Bearer c", "user-agent": "c", "anthropic-version": "c", "x-api-key": "c"}
        await ask(setting, "messages", "anthropic/m-1", headers=theirs)
        sent = setting.upstream.asked[0].headers
        assert {name: sent[name] for name in theirs} == {
            "authorization": "Bearer mine",
            "user-agent": "mine",
            "anthropic-version": "x",
            "x-api-key": "mine",
        }


AWS = {
    "AWS_ACCESS_KEY_ID": "AKIA1",
    "AWS_SECRET_ACCESS_KEY": "of-aws-0123456789",
    "AWS_SESSION_TOKEN": "lent-to-us-0123",
}


@pytest.mark.parametrize("client", CLIENT_PATHS)
async def test_bedrock_believes_what_is_signed(client: str) -> None:
    bedrock = f"model: amazon_bedrock/{NOVA}, base_url: '{{url}}', aws: {{access_key_id: $AWS_ACCESS_KEY_ID, "
    bedrock += "secret_access_key: $AWS_SECRET_ACCESS_KEY, session_token: $AWS_SESSION_TOKEN, region: eu-west-1}"
    async with housed(bedrock, **AWS) as setting:
        setting.upstream.will(said("converse", streaming=True))
        headers = {"authorization": "Bearer of-the-client", "x-amz-security-token": "of-the-client"}
        answer = await ask(setting, client, f"amazon_bedrock/{NOVA}", streaming=True, headers=headers)
        assert "Hello" in answer.text
        sent = setting.upstream.asked[0]
    assert sent.target == "/model/us.amazon.nova-pro-v1%3A0/converse-stream"
    assert sent.headers["authorization"].endswith(f"Signature={signature(sent)}")
    assert not [value for value in sent.headers.values() if "of-the-client" in value or "of-aws" in value]


def signature(sent: Asked) -> str:
    """What AWS's own library signs this with."""
    request = AWSRequest("POST", f"http://{sent.headers['host']}{sent.target}", data=sent.body)
    for name in ("host", "content-type", "x-amz-date", "x-amz-security-token"):
        request.headers[name] = sent.headers[name]
    request.context["timestamp"] = sent.headers["x-amz-date"]
    signer = SigV4Auth(Credentials(*AWS.values()), "bedrock", "eu-west-1")
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


async def test_a_request_that_is_made_again_is_signed_again_and_no_key_is_told() -> None:
    bedrock = f"model: amazon_bedrock/{NOVA}, base_url: '{{url}}'"
    async with housed(bedrock, door=", max_retries: 1", **AWS, AWS_REGION="eu-west-1") as setting:
        busy = whole({"message": "busy"}, status=503, headers={"retry-after": "0"})
        setting.upstream.will(busy, whole({"message": "The token is invalid: lent-to-us-0123"}, status=403))
        refused = await ask(setting, "chat", f"amazon_bedrock/{NOVA}")
        assert (refused.status_code, "The token is invalid: [key]" in refused.text) == (403, True)
        assert len(setting.upstream.asked) == 2
        for sent in setting.upstream.asked:
            assert sent.headers["authorization"].endswith(f"Signature={signature(sent)}")


async def test_who_passes_credentials_on_is_told_where_none_came(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "planoai.gateway")
    async with housed("model: openai/m-1, base_url: '{url}', passthrough_auth: true") as setting:
        setting.upstream.will(said("chat", streaming=False))
        await ask(setting, "chat", "openai/m-1")
        await ask(setting, "chat", "openai/m-1", headers={"authorization": "Bearer mine"})
    assert caplog.text.count("is asked without a credential: it wants the client's, who sent none") == 1
