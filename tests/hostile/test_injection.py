"""Text of a client's that would be something else where it is written again: a header, a line, a path, a log line."""

import json

import pytest

from tests.hostile.target import ASKED, CHAT_PATH, MESSAGES_PATH, Target, post, refused
from tests.support.answers import CHAT
from tests.support.upstream import whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPLITTING = {
    "CRLF": "x\r\nx-evil: 1",
    "LF": "x\nx-evil: 1",
    "CR": "x\rx-evil: 1",
    "a whole answer": "x\r\n\r\nHTTP/1.1 200 OK\r\nx-evil: 1\r\ncontent-length: 0\r\n\r\n",
    "a null character": "x\0x-evil: 1",
    "line separators": "x\u2028x-evil: 1\u0085x-evil: 1",
    "an escape for a terminal": "x\x1b[2Jx-evil",
    "a path": "../../../etc/passwd?x-evil#",
    "a million characters": "x" * 1_000_000,
    "beyond ASCII": "m\u00f6del\U0001f600",
    "quotes": 'x"}],"x-evil":1,"',
    "a template": "{0.__class__} %s ${HOME} $(id) `id`",
}


@pytest.mark.parametrize("path", [CHAT_PATH, MESSAGES_PATH])
@pytest.mark.parametrize("case", SPLITTING)
async def test_the_name_of_an_unknown_model_stays_a_name(target: Target, case: str, path: str) -> None:
    body = {"model": SPLITTING[case], "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    answer = await target.answer_to(post(json.dumps(body).encode(), path=path))
    assert answer.status in (400, 404)
    assert "x-evil" not in answer.headers
    message = refused(answer, path)
    assert message.isprintable()
    assert len(message) < 4096
    assert target.upstream.asked == []


@pytest.mark.parametrize("case", SPLITTING)
async def test_the_name_of_a_model_that_goes_on_stays_a_name(target: Target, case: str) -> None:
    target.upstream.will(whole(CHAT))
    name = SPLITTING[case]
    body = {"model": f"openrouter/{name}", "messages": [{"role": "user", "content": "hi"}]}
    answer = await target.answer_to(post(json.dumps(body).encode()))
    assert "x-evil" not in answer.headers
    if answer.status != 200:
        assert answer.status in (400, 404)
        refused(answer)
        assert target.upstream.asked == []
        return
    [asked] = target.upstream.asked
    assert asked.target == "/api/v1/chat/completions"
    assert asked.json["model"] == name
    assert "x-evil" not in asked.headers


@pytest.mark.parametrize(
    "name", ["a%0d%0ax-evil:%201", "a%00b", "..%2f..%2fsecret", "%ff%fe", "%", "%zz", "a" * 10_000]
)
async def test_the_name_of_a_model_in_a_path_stays_a_name(target: Target, name: str) -> None:
    answer = await target.answer_to(b"GET /v1/models/%b HTTP/1.1\r\nHost: a\r\n\r\n" % name.encode())
    assert answer.status == 404
    assert "x-evil" not in answer.headers
    refused(answer)


@pytest.mark.parametrize(
    "sent",
    [b"", b"a b", b"a\tb", b"\xff\xfe", "\u00e9".encode(), b"x" * 129, b"x" * 60_000, b'"quoted"\\', b"${jndi:x}"],
    ids=["empty", "a space", "a tab", "no text", "beyond ASCII", "long", "very long", "quotes", "a lookup"],
)
async def test_the_id_of_a_request_is_the_clients_only_where_it_is_harmless(target: Target, sent: bytes) -> None:
    target.upstream.will(whole(CHAT))
    answer = await target.answer_to(post(ASKED, b"X-Request-Id: " + sent))
    assert answer.status == 200
    named = answer.headers["x-request-id"]
    assert named.isascii()
    assert named.isprintable()
    assert 1 <= len(named) <= 128
    assert " " not in named
    [asked] = target.upstream.asked
    assert asked.headers["x-request-id"] == named


async def test_headers_that_speak_for_us_are_not_the_clients_to_send(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    names = (
        b"Authorization",
        b"X-Api-Key",
        b"X-Plano-Model",
        b"X-Arch-Upstream",
        b"X-Forwarded-For",
        b"Cookie",
        b"Via",
    )
    answer = await target.answer_to(post(ASKED, *(name + b": planted" for name in names)))
    assert answer.status == 200
    [asked] = target.upstream.asked
    assert "planted" not in "".join(asked.headers.values())
    assert asked.headers["authorization"] == "Bearer sk-of-ours"


async def test_a_field_named_by_connection_stays_behind(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    answer = await target.answer_to(post(ASKED, b"Connection: x-mine, authorization, content-type", b"x-mine: planted"))
    assert answer.status == 200
    [asked] = target.upstream.asked
    assert "x-mine" not in asked.headers
    assert asked.headers["authorization"] == "Bearer sk-of-ours"
    assert asked.headers["content-type"] == "application/json"
