"""The way to one upstream, as far as it can be told without one."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis import DIALECTS
from planoai.config.entry import limits
from planoai.config.load import load
from planoai.config.schema import Config
from planoai.errors import Misconfigured, Unsupported
from planoai.gateway.call import Call
from planoai.gateway.headers import listing
from planoai.gateway.leg import Leg, leg_to
from planoai.net.headers import Headers
from planoai.providers.auth import BETA
from planoai.providers.provider import Provider
from planoai.routing.target import target_of

CONFIG = """
version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: openai/gpt-4o, access_key: sk-of-ours}
"""
BEARER = {"authorization": "Bearer of-the-client"}
BODY = b'{"model":"gpt-4o","max_tokens":9,"messages":[{"role":"user","content":"hi"}]'


def config() -> Config:
    return load(CONFIG, {}).config


def leg(client: str = "openai_chat", *, suffix: str = "", **differing: object) -> Leg:
    """To a provider that is like OpenAI but for what is `differing`."""
    target = target_of(config().model_providers[0])
    provider: Provider = structs.replace(target.provider, **differing)
    bound = limits(config().listeners[0], target.entry, config().overrides, stream=False)
    return leg_to(structs.replace(target, provider=provider), client, bound, stream=False, suffix=suffix)


def call(client: str = "openai_chat", more: bytes = b"", headers: Mapping[str, str] = {}) -> Call:
    side = DIALECTS[client].client
    assert side is not None
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Call(BODY + more + b"}", Headers(pairs), "", DIALECTS[client], side, "req_1")


def test_a_client_of_the_same_api_may_send_its_own_of_what_we_would_send() -> None:
    way = leg(per_start=("session_id", "fixed"), yields=("session_id",))
    told = dict(way.headers(call(headers={"session_id": "the client's", "fixed": "the client's"})))
    untold = dict(way.headers(call()))

    assert told[b"session_id"] == b"the client's"
    assert told[b"fixed"] == untold[b"fixed"] == untold[b"session_id"]


def test_a_client_of_another_api_may_not() -> None:
    way = leg("anthropic_messages", per_start=("session_id",), yields=("session_id",))
    sent = way.headers(call("anthropic_messages", headers={"session_id": "the client's"}))

    assert [value for name, value in sent if name == b"session_id"] == [dict(way.yielding)[b"session_id"]]
    assert (b"session_id", b"the client's") not in sent


def test_what_is_new_with_every_start_stays_until_the_next() -> None:
    first, second = (dict(leg(per_start=("session_id",)).headers(call())) for _ in range(2))  # two ways, one start

    assert first[b"session_id"] == second[b"session_id"]
    assert UUID(first[b"session_id"].decode()).version == 4


@pytest.mark.parametrize("client", ["openai_chat", "anthropic_messages"])
def test_who_only_streams_is_not_asked_for_a_whole_answer(client: str) -> None:
    accepts = structs.replace(leg().target.provider.accepts, only_streams=True)
    way = leg(client, accepts=accepts)

    with pytest.raises(Unsupported, match="'openai/gpt-4o' only answers with streams") as raised:
        way.write(call(client, b',"stream":false'))
    assert raised.value.param == "stream"
    assert leg(client).write(call(client, b',"stream":false')).body
    assert way.write(call(client)).body
    assert way.write(call(client, b',"stream":true')).body


def test_what_is_beside_model_calls_is_never_translated() -> None:
    way = leg("anthropic_messages", suffix="embeddings")

    assert (way.same, way.path, way.dialect.name) == (True, "/v1/embeddings", "openai_chat")
    assert (b"authorization", b"Bearer sk-of-ours") in way.headers(call())


def led(entry: str, client: str = "openai_chat", **environ: str) -> Leg:
    """To an entry that is written `entry`."""
    text = CONFIG[: CONFIG.index("  - {model: openai")] + f"  - {{model: {entry}}}\n"
    read = load(text, environ).config
    target = target_of(read.model_providers[0])
    return leg_to(target, client, limits(read.listeners[0], target.entry, read.overrides, stream=False), stream=False)


OAUTH = b"oauth-2025-04-20"


@pytest.mark.parametrize(
    ("client", "sent", "told"),
    [
        ("openai_chat", {}, OAUTH),
        ("openai_chat", {"anthropic-beta": "of-another-api"}, OAUTH),
        ("anthropic_messages", {}, OAUTH),
        ("anthropic_messages", {"anthropic-beta": "a-1, b-2"}, b"a-1,b-2," + OAUTH),
        ("anthropic_messages", {"anthropic-beta": "claude-code-1,oauth-2025-04-20"}, b"claude-code-1," + OAUTH),
    ],
)
@pytest.mark.parametrize("passes", [True, False])
def test_a_subscriptions_token_is_allowed_by_a_word_beside_the_clients(
    client: str, sent: dict[str, str], told: bytes, *, passes: bool
) -> None:
    credential = "passthrough_auth: true" if passes else "access_key: sk-ant-oat01-a"
    headers = led(f"anthropic/claude, {credential}", client).headers(
        call(client, headers={"authorization": "Bearer sk-ant-oat01-a", **sent})
    )
    assert [value for name, value in headers if name == b"anthropic-beta"] == [told]
    assert [value for name, value in headers if name == b"authorization"] == [b"Bearer sk-ant-oat01-a"]


def test_a_key_needs_no_such_word_and_an_operators_list_is_left_alone() -> None:
    asked = call("anthropic_messages", headers={"anthropic-beta": "a-1"})
    assert dict(led("anthropic/c, access_key: sk-ant-api", "anthropic_messages").headers(asked))[BETA] == b"a-1"
    fixed = led("anthropic/c, access_key: sk-ant-oat, headers: {anthropic-beta: x}", "anthropic_messages")
    assert [value for name, value in fixed.headers(asked) if name == BETA] == [b"x"]


ITEMS = st.sampled_from((b"a-1", b"b-2", OAUTH))


@given(st.lists(st.tuples(st.sampled_from((b"x", BETA)), st.lists(ITEMS, max_size=3).map(b" , ".join))), ITEMS)
def test_a_list_gains_one_item_and_loses_none(pairs: list[tuple[bytes, bytes]], item: bytes) -> None:
    def listed(given: list[tuple[bytes, bytes]]) -> list[bytes]:
        return [each.strip() for name, line in given if name == BETA for each in line.split(b",") if each.strip()]

    after = listing(pairs, BETA, item)
    before = listed(pairs)
    assert listed(after) == (before if item in before else [*before, item])
    assert [pair for pair in after if pair[0] != BETA] == [pair for pair in pairs if pair[0] != BETA]


CODEX = {
    "originator": "codex_exec",
    "user-agent": "codex_exec/0.131",
    "session_id": "s-1",
    "chatgpt-account-id": "of-the-client",
}


def chatgpt(entry: str, **environ: str) -> Leg:
    """As if it spoke Chat."""
    text = CONFIG[: CONFIG.index("  - {model: openai")] + f"  - {{model: chatgpt/gpt-5.2-codex{entry}}}\n"
    read = load(text, environ).config
    target = target_of(read.model_providers[0])
    provider = structs.replace(target.provider, speaks=("openai_chat",))
    bound = limits(read.listeners[0], target.entry, read.overrides, stream=True)
    return leg_to(structs.replace(target, provider=provider), "openai_chat", bound, stream=True)


def test_codex_says_itself_who_it_is_and_whose_account_is_asked() -> None:
    asked = call(headers={**BEARER, **CODEX})
    sent = dict(chatgpt("", CHATGPT_ACCOUNT_ID="of-ours").headers(asked))
    assert {name: sent[name.encode()].decode() for name in CODEX} == CODEX
    assert sent[b"authorization"] == b"Bearer of-the-client"


def test_others_are_told_to_be_codex() -> None:
    sent = dict(chatgpt("", CHATGPT_ACCOUNT_ID="of-ours").headers(call(headers=BEARER)))
    assert sent[b"originator"] == b"codex_cli_rs"
    assert sent[b"user-agent"].startswith(b"codex_cli_rs/")
    assert UUID(sent[b"session_id"].decode()).version == 4
    assert sent[b"chatgpt-account-id"] == b"of-ours"


def test_a_clients_user_agent_goes_on_where_the_client_says_what_program_it_is() -> None:
    sdk = call(headers={**BEARER, "user-agent": "OpenAI/Python 2.1", "chatgpt-account-id": "of-the-client"})
    sent = chatgpt("").headers(sdk)
    assert [value.partition(b"/")[0] for name, value in sent if name == b"user-agent"] == [b"codex_cli_rs"]
    assert dict(sent)[b"originator"] == b"codex_cli_rs"
    assert dict(sent)[b"chatgpt-account-id"] == b"of-the-client"


def test_our_token_is_for_our_account() -> None:
    asked = call(headers={**BEARER, **CODEX})
    ours = dict(chatgpt(", access_key: k", CHATGPT_ACCOUNT_ID="of-ours").headers(asked))
    assert (ours[b"authorization"], ours[b"chatgpt-account-id"]) == (b"Bearer k", b"of-ours")
    assert b"chatgpt-account-id" not in dict(chatgpt(", access_key: k").headers(asked))


HERE = "generativelanguage.googleapis.com"


@pytest.mark.parametrize("client", ["openai_chat", "anthropic_messages", "openai_responses"])
@pytest.mark.parametrize(
    ("entry", "origin", "path"),
    [
        (f"gemini/m, base_url: 'https://{HERE}/v1beta'", f"https://{HERE}", "/v1beta/openai/chat/completions"),
        (f"gemini/m, base_url: 'https://{HERE}/v1/'", f"https://{HERE}", "/v1/openai/chat/completions"),
        ("gemini/m", f"https://{HERE}", "/v1beta/openai/chat/completions"),
        ("groq/m, base_url: 'https://api.groq.com/openai/v1'", "https://api.groq.com", "/openai/v1/chat/completions"),
        ("groq/m", "https://api.groq.com", "/openai/v1/chat/completions"),
        (
            "moonshotai/m, base_url: 'https://api.kimi.com/coding'",
            "https://api.kimi.com",
            "/coding/v1/chat/completions",
        ),
        ("mistral/m", "https://api.mistral.ai", "/v1/chat/completions"),
        ("openrouter/a/b", "https://openrouter.ai", "/api/v1/chat/completions"),
        ("zhipu/m", "https://open.bigmodel.cn", "/api/paas/v4/chat/completions"),
        ("anthropic/m", "https://api.anthropic.com", "/v1/messages"),
        ("chatgpt/m", "https://chatgpt.com", "/backend-api/codex/responses"),
        (
            "amazon_bedrock/a:0, base_url: 'https://bedrock-runtime.eu-west-1.amazonaws.com'",
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
            "/model/a:0/converse",
        ),
    ],
)
def test_vendors_published_addresses_lead_to_their_apis(entry: str, origin: str, path: str, client: str) -> None:
    way = led(f"{entry}, access_key: k", client)
    assert (str(way.origin), way.path) == (origin, path)
    assert way.same is (way.dialect.name == client)


AWS_KEYS = "aws: {access_key_id: AKIA1, secret_access_key: of-aws, session_token: lent, region: eu-west-1}"
BEDROCK = "amazon_bedrock/openai.gpt-oss-120b-1:0, base_url: 'http://localhost:4000', upstream_api: chat"
"""Bedrock's own servers speak Chat too."""


def test_what_is_signed_is_what_aws_would_have_signed() -> None:
    way = led(f"{BEDROCK}, {AWS_KEYS}, headers: {{x-amz-bedrock-trace: ENABLED}}")
    asked = call(headers={**BEARER, "x-amz-date": "20200101T000000Z"})
    address, body = way.address(asked), b'{"a": 1}'
    sent = dict(way.signed(way.headers(asked), address, body))
    date = sent[b"x-amz-date"].decode()

    request = AWSRequest("POST", f"http://localhost:4000{address}", data=body)
    for name in (b"content-type", b"x-amz-bedrock-trace"):
        request.headers[name.decode()] = sent[name].decode()
    request.headers["host"] = "localhost:4000"
    request.context["timestamp"] = date
    theirs = SigV4Auth(Credentials("AKIA1", "of-aws", "lent"), "bedrock", "eu-west-1")
    request.headers["X-Amz-Date"] = date
    request.headers["X-Amz-Security-Token"] = "lent"
    signature = theirs.signature(theirs.string_to_sign(request, theirs.canonical_request(request)), request)

    assert sent[b"authorization"].endswith(f"Signature={signature}".encode())
    assert sent[b"x-amz-security-token"] == b"lent"
    assert b"x-request-id" not in sent[b"authorization"]


def test_a_colon_is_sent_as_it_is_signed() -> None:
    converse = structs.replace(led(f"{BEDROCK}, {AWS_KEYS}"), path="/model/a:0/converse")
    assert converse.address(call()) == "/model/a%3A0/converse"
    assert structs.replace(converse, seal=None).address(call()) == "/model/a:0/converse"


def test_what_the_operator_writes_goes_before_what_signs() -> None:
    asked = call()
    bearer = led(f"{BEDROCK}, {AWS_KEYS}, headers: {{authorization: Bearer mine}}")
    assert bearer.signed(bearer.headers(asked), "/", b"") == bearer.headers(asked)
    lent = led(f"{BEDROCK}, {AWS_KEYS}, headers: {{x-amz-security-token: mine}}")
    sent = lent.signed(lent.headers(asked), "/", b"")
    assert [value for name, value in sent if name == b"x-amz-security-token"] == [b"mine"]
    assert b"x-amz-security-token" not in dict(sent)[b"authorization"]


@pytest.mark.parametrize("entry", ["openai/a", "mistral/a", "vercel/a, upstream_api: responses"])
@pytest.mark.parametrize("client", ["openai_chat", "openai_responses", "anthropic_messages"])
def test_only_anthropics_api_is_told_its_version(entry: str, client: str) -> None:
    theirs = {"anthropic-version": "2023-06-01", "anthropic-beta": "a-1"}
    sent = dict(led(f"{entry}, access_key: k", client).headers(call(client, b',"input":"hi"', theirs)))
    assert not [name for name in sent if name.startswith(b"anthropic-")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("api-version=2024-01-01", ""),
        ("a=1&api-version=2024-01-01&b=2", "&a=1&b=2"),
        ("api%2Dversion=2024-01-01", ""),
        ("a=1", "&a=1"),
    ],
)
def test_a_clients_query_does_not_say_again_what_ours_says(query: str, expected: str) -> None:
    asked = call()
    asked.query = query
    way = led("azure_openai/d, base_url: 'http://localhost', access_key: k")
    assert way.address(asked) == f"/openai/deployments/d/chat/completions?api-version=2025-01-01-preview{expected}"
    assert led("openai/a, access_key: k").address(asked) == f"/v1/chat/completions?{query}"


def test_aws_keys_are_cut_out_of_what_the_upstream_says() -> None:
    way = led(
        f"{BEDROCK}, aws: {{access_key_id: AKIA1, secret_access_key: a-long-secret, session_token: a-long-token, region: eu-west-1}}"
    )
    assert way.without_key("a-long-secret and a-long-token") == "[key] and [key]"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (BEDROCK, "no access key is configured.*set `access_key: \\$AWS_BEARER_TOKEN_BEDROCK`, or `aws`"),
        ("azure_openai/d, base_url: 'http://localhost'", "no access key is configured .*AZURE_OPENAI_API_KEY"),
    ],
)
def test_what_could_not_be_asked_is_the_operators_mistake(entry: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as raised:
        led(entry)
    assert (raised.value.status, raised.value.code) == (500, "configuration_error")


def test_the_keys_of_the_environment_are_no_use_without_a_region() -> None:
    with pytest.raises(Misconfigured, match=r"the region .* is not known: set it as `aws.region`"):
        led(BEDROCK, AWS_ACCESS_KEY_ID="AKIA1", AWS_SECRET_ACCESS_KEY="s")


def test_the_keys_of_the_environment_are_enough() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"}
    way = led(BEDROCK, **environ)
    sent = dict(way.signed(way.headers(call()), way.address(call()), b"{}"))
    assert b"/us-east-1/bedrock/aws4_request" in sent[b"authorization"]


@pytest.mark.parametrize(
    "entry", ["house/a, base_url: 'http://h', provider_interface: anthropic", "anthropic/a, access_key: k"]
)
def test_an_upstream_checks_the_proofs_of_its_own(entry: str) -> None:
    way = led(entry)
    assert way.accepts.proofs == (way.issuer,) == (entry.partition("/")[0],)
