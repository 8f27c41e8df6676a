"""Which headers pass, and whose credentials reach whom."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from planoai.config.load import load
from planoai.gateway.headers import back, onward
from planoai.net.headers import Headers
from planoai.process.worker import serving
from tests.gateway.conftest import Setting
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES, MESSAGES_STREAM, chat_chunk
from tests.support.inflate import Captured, captured
from tests.support.upstream import Cut, scripted, stream, whole

MINE = {
    "authorization": "Bearer client-secret-1",
    "api-key": "client-secret-3",
    "x-goog-api-key": "client-secret-4",
    "cookie": "session=client-secret-5",
    "x-arch-llm-provider": "client-secret-6",
    "x-plano-anything": "client-secret-7",
    "x-auth-token": "client-secret-8",
    "ocp-apim-subscription-key": "client-secret-9",
    "x-real-ip": "client-secret-10",
    "openai-organization": "client-secret-11",
}


# Under names of their own: credentials, and where somebody is.
ELSEWHERE = (
    *(
        "x-auth",
        "x-auth-key",
        "x-functions-key",
        "x-access-key",
        "x-amz-signature",
        "x-signature",
        "x-user-pass",
        "x-jwt-assertion",
    ),
    *("x-goog-iap-jwt-assertion", "helicone-auth", "x-portkey-api-key", "dpop", "private-token", "x-session-token"),
    *(
        "fly-client-ip",
        "x-cluster-client-ip",
        "x-azure-clientip",
        "x-original-forwarded-for",
        "x-forwarded",
        "x-remote-addr",
    ),
    *("x-envoy-external-address", "x-envoy-max-retries", "cf-connecting-ip", "fastly-client-ip", "x-appengine-user-ip"),
)
NOT_THEIRS = {
    "authorization",
    "x-api-key",
    "x-plano-test",
    "host",
    "accept",
    "accept-encoding",
    "content-type",
    "content-length",
    "connection",
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


@pytest.mark.parametrize("model", ["gpt-4o", "deep", "openrouter/any"])
async def test_nor_does_one_under_another_name_or_an_address_of_the_client(setting: Setting, model: str) -> None:
    setting.upstream.will(whole(MESSAGES if model == "deep" else CHAT))
    headers = {name: f"of-the-client-{place}" for place, name in enumerate(ELSEWHERE)}
    await setting.http.post("/v1/chat/completions", json=body(model), headers=headers)
    [asked] = setting.upstream.asked
    assert [name for name, value in asked.headers.items() if "of-the-client" in value] == []


@pytest.mark.parametrize("one", [*captured("/v1/chat/completions", "/v1/messages")], ids=lambda one: one.name)
def test_all_else_that_real_clients_send_goes_on(one: Captured) -> None:
    sent = Headers([(name.encode(), value.encode()) for name, value in one.headers.items()])
    gone_on = {name.decode() for name, _ in onward(sent, frozenset(), same_dialect=True)}
    assert set(one.headers) - gone_on <= NOT_THEIRS


@pytest.mark.parametrize(
    "name",
    [
        "idempotency-key",
        "x-idempotency-key",
        "x-session-id",
        "session-id",
        "x-portkey-provider",
        "x-author",
        "x-bypass-cache",
        "traceparent",
    ],
)
def test_what_only_sounds_like_a_credential_goes_on(name: str) -> None:
    assert onward(Headers([(name.encode(), b"1")]), frozenset(), same_dialect=True) == [(name.encode(), b"1")]


def test_long_names_are_judged_and_not_remembered() -> None:
    tracemalloc.start()
    try:
        for place in range(300):
            good, ours, token = (
                b"%b%d%b" % (start, place, b"a" * 20_000) for start in (b"x-", b"x-plano-", b"x-token-")
            )
            headers = Headers([(good, b"1"), (ours, b"2"), (token, b"3")])
            assert onward(headers, frozenset(), same_dialect=True) == [(good, b"1")]
            assert back(headers) == [(good, b"1"), (token, b"3")]
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


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


SAID_TO_BROWSERS = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "clear-site-data",
    "refresh",
    "nel",
    "report-to",
    "reporting-endpoints",
    "content-security-policy",
    "content-security-policy-report-only",
)


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
async def test_an_upstream_says_nothing_to_a_clients_browser(setting: Setting, streaming: bool) -> None:
    headers = dict.fromkeys(SAID_TO_BROWSERS, "*") | {"x-outer": "2"}
    setting.upstream.will(stream(*CHAT_STREAM, headers=headers) if streaming else whole(CHAT, headers=headers))
    asked = {**body("gpt-4o"), "stream": streaming}
    answer = await setting.http.post("/v1/chat/completions", json=asked, headers={"origin": "https://page.example"})
    assert answer.headers["x-outer"] == "2"
    assert not set(SAID_TO_BROWSERS) & set(answer.headers)


async def test_what_connection_names_ends_here(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT, headers={"connection": "x-inner", "x-inner": "1", "x-outer": "2"}))
    headers = {"connection": "keep-alive, X-Hop", "x-hop": "1", "x-mine": "2"}
    answer = await setting.http.post("/v1/chat/completions", json=body("gpt-4o"), headers=headers)
    sent = setting.upstream.asked[0].headers
    assert ("x-hop" in sent, sent["x-mine"]) == (False, "2")
    assert ("x-inner" in answer.headers, answer.headers["x-outer"]) == (False, "2")


async def test_a_request_has_one_id_everywhere(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    for given in ("mine-1", "not usable", None):
        headers = {"x-request-id": given} if given else {}
        answer = await setting.http.post("/v1/chat/completions", json=body("gpt-4o"), headers=headers)
        assert setting.upstream.asked[-1].headers["x-request-id"] == answer.headers["x-request-id"]
        assert (answer.headers["x-request-id"] == given) == (given == "mine-1")


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "api_key",
        "apiKey",
        "api%5Fkey",
        "%6bey",
        "AWSAccessKeyId",
        "sig",
        "access_token",
        "auth",
        "subscription-key",
    ],
)
async def test_a_credential_in_the_query_does_not_go_on(setting: Setting, name: str) -> None:
    setting.upstream.will(whole(MESSAGES))
    await setting.http.post(f"/v1/messages?beta=true&{name}=client-secret&x=1", json=body("deep"))
    assert setting.upstream.asked[0].target == "/v1/messages?beta=true&x=1"


async def test_a_long_query_goes_on_without_it_too(setting: Setting) -> None:
    setting.upstream.will(whole(MESSAGES))
    long = "&".join(f"x{place}={place}" for place in range(100))
    await setting.http.post(f"/v1/messages?{long}&key=client-secret&beta=true", json=body("deep"))
    assert setting.upstream.asked[0].target == f"/v1/messages?{long}&beta=true"


async def test_a_field_that_stands_twice_is_sent_once_as_it_was_checked(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    twice = b'{"model":"o1-pro","messages":[{"role":"user","content":"hi"}],"model":"gpt-4o"}'
    await setting.http.post("/v1/chat/completions", content=twice)
    assert setting.upstream.asked[0].body == b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_our_key_is_not_shown_when_an_upstream_repeats_it(setting: Setting, path: str) -> None:
    refused = {"error": {"message": "Incorrect API key: sk-of-ours", "type": "invalid_request_error"}}
    setting.upstream.will(whole(refused, 401))
    answer = await setting.http.post(path, json=body("gpt-4o"))
    assert answer.status_code == 401
    assert "sk-of-ours" not in answer.text
    assert "Incorrect API key: [key]" in answer.text


@pytest.mark.parametrize("status", [200, 401])
async def test_nor_is_it_in_what_programs_read_of_an_error(setting: Setting, status: int) -> None:
    refused = {
        "error": {"message": "no", "code": "bad_sk-of-ours", "param": "key sk-of-ours", "type": "invalid_request_error"}
    }
    setting.upstream.will(whole(refused, status))
    answer = await setting.http.post("/v1/responses", json={"model": "gpt-4o", "input": "Hi"})
    assert answer.status_code >= 400
    assert answer.json()["error"]["code"] == "bad_[key]"
    assert "sk-of-ours" not in answer.text


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
async def test_nor_is_it_in_a_header(setting: Setting, streaming: bool) -> None:
    headers = {"x-debug-key": "sk-of-ours", "x-debug": "asked with Bearer sk-of-ours", "x-outer": "2"}
    setting.upstream.will(stream(*CHAT_STREAM, headers=headers) if streaming else whole(CHAT, headers=headers))
    answer = await setting.http.post("/v1/chat/completions", json={**body("gpt-4o"), "stream": streaming})
    assert "sk-of-ours" not in repr(answer.headers)
    assert (answer.headers["x-debug-key"], answer.headers["x-outer"]) == ("[key]", "2")


ERROR_EVENTS = {
    "as the API has it": b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"no key KEY"}}\n\n',
    "named, and of another shape": b'event: error\ndata: {"message": "no key KEY", "code": 401}\n\n',
    "named, and text": b"event: error\ndata: no key KEY\n\n",
    "text": b"data: no key KEY\n\n",
    "of a framework": b'data: {"detail": "no key KEY"}\n\n',
    "a comment": b": no key KEY\n\n",
}


@pytest.mark.parametrize("event", ERROR_EVENTS)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("model", ["gpt-4o", "deep"])
async def test_nor_is_it_within_a_stream(setting: Setting, path: str, model: str, event: str) -> None:
    key, pieces = ("sk-ant-of-ours", MESSAGES_STREAM) if model == "deep" else ("sk-of-ours", CHAT_STREAM)
    setting.upstream.will(stream(*pieces[:4], ERROR_EVENTS[event].replace(b"KEY", key.encode()), *pieces[4:]))
    answer = await setting.http.post(path, json={**body(model), "stream": True})
    assert key not in answer.text
    assert "Hello" in answer.text


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_what_a_model_says_stays_whatever_it_is(setting: Setting, path: str) -> None:
    said = chat_chunk({"content": 'an "error" of sk-of-ours'}, error=None)
    error = b'data: {"error":{"message":"no key sk-of-ours"}}\n\n'
    setting.upstream.will(stream(CHAT_STREAM[0], said + error))
    answer = await setting.http.post(path, json={**body("gpt-4o"), "stream": True})
    assert answer.text.count("sk-of-ours") == 1
    assert 'an \\"error\\" of sk-of-ours' in answer.text
    assert "no key [key]" in answer.text


@asynccontextmanager
async def house_with(name: str, value: str) -> AsyncIterator[Setting]:
    """The gateway before a server of one's own that wants `value` in the header `name`."""
    async with scripted() as upstream:
        entry = {
            "model": "house/llama",
            "base_url": upstream.url,
            "provider_interface": "openai",
            "headers": {name: value},
        }
        listener = {"type": "model", "name": "test", "address": "127.0.0.1", "port": 12000}
        file = {"version": "v0.4.0", "listeners": [listener], "model_providers": [entry]}
        async with serving(load(json.dumps(file), {}).config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            url = f"http://{host}:{port}"
            async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
                yield Setting(url, http, upstream)


HEADERS_OF_OURS = {
    "a bearer token": ("authorization", "Bearer sk-of-a-header/1", "sk-of-a-header/1"),
    "another scheme": ("authorization", "Basic c2stb2YtYS1o", "c2stb2YtYS1o"),
    "a key": ("x-api-key", "sk-of-a-header", "sk-of-a-header"),
    "a name of its own": ("x-vendor-token", "sk-of-a-header", "sk-of-a-header"),
}


@pytest.mark.parametrize("header", HEADERS_OF_OURS)
@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_nor_is_a_credential_that_is_configured_as_a_header(header: str, status: int, path: str) -> None:
    name, value, secret = HEADERS_OF_OURS[header]
    async with house_with(name, value) as setting:
        for said in (secret, f"Bearer {secret}", value):
            refused = json.dumps({"error": {"message": f"bad key {said}!"}})
            for written in (refused, refused.replace("/", "\\/")):
                setting.upstream.will(whole(written.encode(), status, {"x-echo": said}))
                answer = await setting.http.post(path, json=body("house/llama"))
                assert setting.upstream.asked[-1].headers[name] == value
                assert (answer.status_code >= 400, "bad key" in answer.text) == (True, True)
                assert "[key]!" in answer.text
                assert secret not in answer.text + answer.headers.get("x-echo", "")
                assert secret.replace("/", "\\/") not in answer.text


@pytest.mark.parametrize("status", [200, 503])
async def test_a_credential_that_passes_through_is_not_in_the_log(
    setting: Setting, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    setting.upstream.will(whole({"error": {"message": "bad key sk-of-a-client and of-a-client-too"}}, status))
    headers = {"authorization": "Bearer sk-of-a-client", "x-api-key": "of-a-client-too"}
    answer = await setting.http.post("/v1/chat/completions", json=body("openrouter/any"), headers=headers)
    assert "bad key sk-of-a-client" in answer.text
    assert "of-a-client" not in caplog.text
    assert ("bad key [key] and [key]" in caplog.text) == (status == 200)


async def test_an_upstreams_address_is_told_in_the_log_and_not_to_clients(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    setting.upstream.will([Cut()])
    answer = await setting.http.post("/v1/chat/completions", json=body("gpt-4o"))
    assert answer.status_code == 502
    assert str(setting.upstream.port) not in answer.text
    assert "'openai/gpt-4o'" in answer.text
    assert str(setting.upstream.port) in caplog.text
    assert answer.headers["x-request-id"] in caplog.text
