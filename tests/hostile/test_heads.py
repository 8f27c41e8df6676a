"""Heads that are none, or two at once: framing that two readers would read differently, what HTTP/1.1 forbids, what is too large or something else.

Each is refused in the shape of the API it was sent to, or closed without a word; what comes behind it on the connection is not read as a request, and the
upstream hears nothing.
"""

import json

import pytest

from tests.hostile.target import CHAT_PATH, HEALTHY, MESSAGES_PATH, Target, head, post, refused
from tests.support.answers import CHAT
from tests.support.upstream import whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHUNKED = b"Transfer-Encoding: chunked"
BODY = b'{"messages":[{"role":"user","content":"hi"}]}'
SIZED = b"Content-Length: %d" % len(BODY)
IN_CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def get(*fields: bytes, target: bytes = b"/healthz", version: bytes = b"HTTP/1.1") -> bytes:
    return b"\r\n".join((b"GET %b %b" % (target, version), *fields, b"", b""))


HOST = b"Host: a"

TWO_LENGTHS = {  # requests whose end two readers would see at different places (RFC 9112, 11.2)
    "a length and chunks": head(SIZED, CHUNKED) + IN_CHUNKS,
    "chunks and a length": head(CHUNKED, SIZED) + IN_CHUNKS,
    "two lengths": head(SIZED, b"Content-Length: 5") + BODY,
    "the same length twice": head(SIZED, SIZED) + BODY,
    "a list of lengths": head(b"Content-Length: 5, 5") + BODY,
    "a negative length": head(b"Content-Length: -1") + BODY,
    "a length with a plus": head(b"Content-Length: +45") + BODY,
    "a length with a space in it": head(b"Content-Length: 4 5") + BODY,
    "a length of letters": head(b"Content-Length: abc") + BODY,
    "a hexadecimal length": head(b"Content-Length: 0x2d") + BODY,
    "an empty length": head(b"Content-Length:") + BODY,
    "a length over 64 bits": head(b"Content-Length: 18446744073709551661") + BODY,
    "a length of a thousand digits": head(b"Content-Length: " + b"9" * 1000) + BODY,
    "two encodings": head(b"Transfer-Encoding: gzip, chunked") + IN_CHUNKS,
    "two encoding fields": head(b"Transfer-Encoding: gzip", CHUNKED) + IN_CHUNKS,
    "chunked twice": head(b"Transfer-Encoding: chunked, chunked") + IN_CHUNKS,
    "not quite chunked": head(b"Transfer-Encoding: xchunked") + IN_CHUNKS,
    "chunked behind a tab": head(b"Transfer-Encoding: \x0bchunked") + IN_CHUNKS,
    "identity": head(b"Transfer-Encoding: identity", SIZED) + BODY,
    "chunks of HTTP 1.0": b"POST /v1/chat/completions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
    "a space before the colon": head(b"Content-Length : 45") + BODY,
    "a space before a name": head(b" Content-Length: 45") + BODY,
}
BROKEN = {
    "a folded field": get(HOST, b"x: a", b" b"),
    "a folded field with a tab": get(HOST, b"x: a", b"\tb"),
    "two hosts": get(HOST, b"Host: b"),
    "the same host twice": get(HOST, HOST),
    "no host": get(b"x: y"),
    "a host with a path": get(b"Host: a/b"),
    "a host with a user": get(b"Host: user@a"),
    "a host with a space": get(b"Host: a b"),
    "a host list": get(b"Host: a, b"),
    "a host with a port of letters": get(b"Host: a:http"),
    "a null byte in a value": get(HOST, b"x: a\0b"),
    "a null byte in a name": get(HOST, b"x\0y: a"),
    "a null byte in the target": get(HOST, target=b"/health\0z"),
    "a control character in a value": get(HOST, b"x: a\x01b"),
    "a bare CR in a value": get(HOST, b"x: a\rb: c"),
    "a bare LF in a value": get(HOST, b"x: a\nb: c"),
    "lines that end in LF": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "lines that end in CR": b"GET /healthz HTTP/1.1\rHost: a\r\r",
    "a field without a name": get(HOST, b": x"),
    "a field without a colon": get(HOST, b"nothing"),
    "a name with a space": get(HOST, b"a b: c"),
    "a name in brackets": get(HOST, b"a(b): c"),
    "a name beyond ASCII": get(HOST, b"\xc3\xa9: x"),
    "an unknown method": b"BREW /v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"get /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n",
    "an asterisk": get(HOST, target=b"*"),
    "another scheme": get(HOST, target=b"ftp://elsewhere.example/x"),
    "an authority as target": get(HOST, target=b"elsewhere.example:80"),
    "a fragment": get(HOST, target=b"/healthz#x"),
    "a target with a space": get(HOST, target=b"/health z"),
    "a target beyond ASCII": get(HOST, target="/h\u00e9".encode()),
    "HTTP 0.9": b"GET /healthz\r\n\r\n",
    "HTTP 2.0": get(HOST, version=b"HTTP/2.0"),
    "HTTP 1.9": get(HOST, version=b"HTTP/1.9"),
    "HTTP 11.1": get(HOST, version=b"HTTP/11.1"),
    "another protocol": get(HOST, version=b"SIP/2.0"),
    "the preface of HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "the hello of TLS": bytes.fromhex("16030100c8010000c40303") + bytes(range(190)),
    "a proxy protocol": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(HOST),
    "noise": bytes(range(256)) * 40,
    "an unknown expectation": head(b"Expect: 200-maybe", SIZED) + BODY,
    "two expectations": head(b"Expect: 100-continue, 200-maybe", SIZED) + BODY,
}
LARGE = {
    "a field of 40 MB": get(HOST, b"x: " + b"y" * 40_000_000),
    "fields of 40 MB": get(HOST, *[b"x: " + b"y" * 4000] * 10_000),
    "10,000 fields": get(HOST, *(b"x%d: y" % number for number in range(10_000))),
    "10,000 empty fields": get(HOST, *[b"x:"] * 10_000),
    "a name of 100 kB": get(HOST, b"x" * 100_000 + b": y"),
    "a target of 70 kB": get(HOST, target=b"/" + b"x" * 70_000),
    "a target of 10 MB": get(HOST, target=b"/" + b"x" * 10_000_000),
    "a method of 1 MB": b"X" * 1_000_000,
    "empty lines of 1 MB": b"\r\n" * 500_000 + get(b"x: y"),
}
CHUNKS = {
    "a size that is none": b"zz\r\n" + BODY,
    "a negative size": b"-1\r\n" + BODY,
    "a size with a plus": b"+2d\r\n" + BODY,
    "a size with a prefix": b"0x2d\r\n" + BODY,
    "a size with a space before it": b" 2d\r\n" + BODY,
    "a size with spaces behind it": b"2d   \r\n" + BODY,
    "a size over 64 bits": b"1000000000000002d\r\n" + BODY,
    "an empty size": b"\r\n" + BODY,
    "a size that ends in LF": b"2d\n" + BODY,
    "a chunk longer than its size": b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk without its end": b"2d\r\n" + BODY + b"0\r\n\r\n",
    "an extension of 1 MB": b"2d;" + b"x" * 1_000_000 + b"\r\n" + BODY,
    "an extension that ends in LF": b"2d;x\n" + BODY,
    "an extension with a null byte": b"2d;x=\0\r\n" + BODY,
    "trailers of 1 MB": b"2d\r\n" + BODY + b"\r\n0\r\n" + b"x: y\r\n" * 170_000 + b"\r\n",
    "a trailer of 1 MB": b"2d\r\n" + BODY + b"\r\n0\r\nx: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "a trailer that is none": b"2d\r\n" + BODY + b"\r\n0\r\nx y z\r\n\r\n",
    "a length as trailer": b"2d\r\n" + BODY + b"\r\n0\r\nContent-Length: 7\r\n\r\n",
    "a folded trailer": b"2d\r\n" + BODY + b"\r\n0\r\nx: y\r\n z\r\n\r\n",
}
ALLOWED = range(400, 500)
OF_HTTP_ITSELF = (501, 505)  # what RFC 9110 and RFC 9112 ask for: a tunnel, an encoding, a version that are not spoken


async def check(target: Target, data: bytes, path: str = CHAT_PATH) -> list[int]:
    """Sends `data` and a sound request behind it; the statuses that come back."""
    answers = await target.says_to(data + HEALTHY)
    for answer in answers:
        assert answer.status in ALLOWED or answer.status in OF_HTTP_ITSELF
        assert answer.headers["connection"] == "close"
        refused(answer, path)
    assert len(answers) <= 1
    assert target.upstream.asked == []
    return [answer.status for answer in answers]


@pytest.mark.parametrize("case", TWO_LENGTHS)
async def test_a_request_with_two_ends_is_refused(target: Target, case: str) -> None:
    assert await check(target, TWO_LENGTHS[case]) in ([400], [501])


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_head_is_refused(target: Target, case: str) -> None:
    assert await check(target, BROKEN[case])


@pytest.mark.parametrize("case", LARGE)
async def test_a_head_without_end_is_refused(target: Target, case: str) -> None:
    assert await check(target, LARGE[case]) in ([431], [400])


@pytest.mark.parametrize("path", [CHAT_PATH, MESSAGES_PATH])
@pytest.mark.parametrize("case", CHUNKS)
async def test_a_broken_chunk_is_refused(target: Target, case: str, path: str) -> None:
    assert await check(target, head(CHUNKED, path=path) + CHUNKS[case], path) in ([400], [431])


async def test_a_refusal_is_in_the_shape_of_the_api_asked(target: Target) -> None:
    for path in (CHAT_PATH, MESSAGES_PATH):
        [answer] = await target.says_to(head(SIZED, SIZED, path=path))
        assert "Content-Length" in refused(answer, path)


async def test_a_method_that_a_path_does_not_take_is_refused(target: Target) -> None:
    for method in (b"DELETE", b"PATCH", b"PROPFIND", b"TRACE", b"GET"):
        answer = await target.answer_to(b"%b /v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n" % method)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
        refused(answer)
    assert target.upstream.asked == []


async def test_a_target_with_a_host_leads_nowhere_else(target: Target) -> None:
    """RFC 9112, 3.2.2: it has to be understood; it is no order to fetch it from there."""
    before = target.upstream.connections
    answer = await target.answer_to(get(HOST, target=b"http://127.0.0.1:%d/healthz" % target.upstream.port))
    assert answer.status == 200
    answer = await target.answer_to(get(HOST, target=b"http://127.0.0.1:%d/secret" % target.upstream.port))
    assert answer.status == 404
    assert target.upstream.connections == before


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
async def test_another_protocol_is_not_taken_up(target: Target, protocol: str) -> None:
    target.upstream.will(whole(CHAT))
    fields = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + protocol.encode(), b"HTTP2-Settings: AAMAAABk")
    [answer] = await target.says_to(post(BODY, *fields) + HEALTHY)
    assert (answer.status, json.loads(answer.body)) == (200, CHAT)
    assert answer.headers["connection"] == "close"
    [asked] = target.upstream.asked
    assert not {"upgrade", "http2-settings"} & asked.headers.keys()


async def test_trailers_are_dropped(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    trailers = b"Authorization: Bearer mine\r\nExpect: 100-continue\r\nHost: b\r\n"
    sent = head(CHUNKED, b"Connection: close") + b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(BODY), BODY, trailers)
    [answer] = await target.says_to(sent)
    assert answer.status == 200
    [asked] = target.upstream.asked
    assert asked.headers["authorization"] == "Bearer sk-of-ours"
