"""Errors of upstreams, and of the proxies before them, whatever they look like: a client is told of them in the shape its library reads."""

import httpx2
import pytest

from tests.gateway.conftest import Setting
from tests.support.upstream import whole

PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
MODELS = {"chat": "openai/gpt-4o", "messages": "anthropic/claude-sonnet-4-5"}
PAIRS = [(client, upstream) for client in PATHS for upstream in MODELS]

# The body, its content-type and what of it the client is told.
ODD = {
    "nothing": (b"", "application/json", ""),
    "no content type": (b"no healthy upstream", "", "no healthy upstream"),
    "an empty list": (b"[]", "application/json", ""),
    "null": (b"null", "application/json", ""),
    "text said to be JSON": (b"upstream connect error", "application/json", "upstream connect error"),
    "text": (b"Service Unavailable", "text/plain", "Service Unavailable"),
    "a page": (b"<html>bad gateway</html>", "text/html", "bad gateway"),
    "half an object": (b'{"error": {"message": "cut', "application/json", "cut"),
    "no UTF-8": (b"\xff\xfe", "application/json", ""),
    "an object that is no UTF-8": (b'{"error": {"message": "caf\xe9 closed"}}', "application/json", "closed"),
    "a framework's detail": (b'{"detail": "Not Found"}', "application/json", "Not Found"),
    "a message and no error": (b'{"message": "no Route matched"}', "application/json", "no Route matched"),
    "an error that is null": (b'{"error": null, "message": "what then"}', "application/json", "what then"),
    "an event": (b'data: {"error":{"message":"too much"}}\n\n', "text/event-stream", "too much"),
    "an event with a name": (
        b'event: error\ndata: {"type":"error","error":{"type":"x","message":"too much"}}\n\n',
        "text/event-stream; charset=utf-8",
        "too much",
    ),
    "an event without its end": (b': hi\n\ndata: {"error":{"message":"too much"}}', "text/event-stream", "too much"),
    "an event and the end": (
        b'data: {"error":{"message":"too much"}}\n\ndata: [DONE]\n\n',
        "text/event-stream",
        "too much",
    ),
    "an event of text": (b"data: too much\n\n", "text/event-stream", "too much"),
    "a stream that is none": (b'{"error":{"message":"too much"}}', "text/event-stream", "too much"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_an_odd_error_is_told_in_the_words_of_the_api(
    setting: Setting, client: str, upstream: str, odd: str
) -> None:
    said, kind, told = ODD[odd]
    setting.upstream.will(whole(said, 503, {"content-type": kind, "retry-after": "3"}))
    for streaming in (False, True):
        answer = await ask(setting, client, upstream, streaming=streaming)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/json")
        assert answer.headers["retry-after"] == "3"
        message = answer.json()["error"]["message"]
        assert message
        assert told in message
        assert "data:" not in message


SOUND = {
    "chat": b'{ "error": {"message": "no", "type": "t", "x_new": 1.10, "metadata": {"b": 1, "a": [1e2]}}, "user_id": "u\\u00e9\xc3\xa9" }',
    "messages": b'{ "type": "error", "error": {"type": "t", "message": "no", "x_new": 1.10}, "request_id": "req_\xc3\xa9" }',
}


@pytest.mark.parametrize("dialect", SOUND)
@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "application/problem+json", "text/plain"]
)
async def test_an_error_of_the_clients_own_api_stays_as_it_is(setting: Setting, dialect: str, kind: str) -> None:
    setting.upstream.will(whole(SOUND[dialect], 400, {"content-type": kind}))
    answer = await ask(setting, dialect, dialect)
    assert (answer.status_code, answer.content) == (400, SOUND[dialect])


async def ask(setting: Setting, client: str, upstream: str, *, streaming: bool = False) -> httpx2.Response:
    asked = {"model": MODELS[upstream], "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    return await setting.http.post(PATHS[client], json={**asked, "stream": streaming})
