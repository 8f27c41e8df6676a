"""The reader of requests by itself: values in, values out."""

from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.errors import BadRequest, TooLarge
from planoai.net.limits import Limits
from planoai.net.reading import RequestReader
from planoai.net.refusal import Refusal
from planoai.net.request import Request

STREAM = (
    b"POST /v1/chat/completions?beta=true HTTP/1.1\r\nHost: gateway.example:12000\r\nContent-Type: application/json \r\nContent-Length: 11\r\n\r\n"
    b'{"model":1}'
    b"GET http://gateway.example/healthz HTTP/1.1\r\nhost: gateway.example\r\nX-Twice: 1\r\nX-Twice: 2\r\nx-empty:\r\n\r\n"
    b"PUT /chunks HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b"4;ext=1\r\nwiki\r\nA\r\n0123456789\r\n0\r\nTrailer: no\r\nHost: trailing\r\n\r\n"
    b"OPTIONS * HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"
)


class Seen:
    """Stands where a connection would, and notes what it is told."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.requests: list[Request] = []
        self.completed: list[Request] = []
        self.refusals: list[Refusal] = []
        self.reader = RequestReader(self, limits or Limits(), "192.0.2.1")

    def request_arrived(self, request: Request) -> None:
        self.requests.append(request)

    def body_grows(self, request: Request) -> None:
        assert request in self.requests

    def request_completed(self, request: Request) -> None:
        self.completed.append(request)

    def request_refused(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)

    def body_wanted(self, request: Request) -> None:
        raise AssertionError(f"nobody waits for {request.path}")

    def feed(self, chunks: list[bytes]) -> "Seen":
        for chunk in chunks:
            self.reader.feed(chunk)
        return self

    def summary(self) -> list[object]:
        return [
            (
                each.method,
                each.path,
                each.query,
                each.version,
                each.keep_alive,
                list(each.headers),
                each.complete,
                body(each),
            )
            for each in self.requests
        ] + [(each.status, each.code) for each in self.refusals]


def body(request: Request) -> bytes:
    """The body of a request that is complete or failed: it does not wait."""
    coroutine = request.body()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("bytes", stop.value)
    raise AssertionError("the body is not there yet")


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % len(data) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


def test_what_the_stream_says() -> None:
    seen = Seen().feed([STREAM])
    first, second, third, fourth = seen.requests
    assert (first.method, first.target, first.path, first.query) == (
        "POST",
        "/v1/chat/completions?beta=true",
        "/v1/chat/completions",
        "beta=true",
    )
    assert first.headers.get(b"content-type") == b"application/json"
    assert first.peer == "192.0.2.1"
    assert body(first) == b'{"model":1}'
    assert (second.path, second.headers.all(b"x-twice"), second.headers.get(b"x-empty")) == (
        "/healthz",
        [b"1", b"2"],
        b"",
    )
    assert body(third) == b"wiki0123456789"
    assert third.headers.get(b"trailer") is None
    assert (fourth.path, fourth.keep_alive) == ("*", False)
    assert seen.completed == seen.requests


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_where_the_bytes_are_cut_does_not_matter(places: list[int]) -> None:
    assert Seen().feed(cut(STREAM, places)).summary() == Seen().feed([STREAM]).summary()


def test_byte_by_byte_is_the_same() -> None:
    assert Seen().feed([bytes([each]) for each in STREAM]).summary() == Seen().feed([STREAM]).summary()


PLAIN = b"GET /x HTTP/1.1\r\nHost: a\r\nX: /x RTSP/1.0\r\n\r\n"
RTSP = {
    "alone": b"GET /x RTSP/1.0\r\nHost: a\r\n\r\n",
    "of a later version": b"POST /x RTSP/2.0\r\nHost: a\r\n\r\n",
    "with the version of HTTP": b"POST /x RTSP/1.1\r\nHost: a\r\nX: a HTTP/1.1\r\n\r\n",
    "with more spaces": b"GET  /x  RTSP/1.1\r\nHost: a\r\n\r\n",
    "after empty lines": b"\r\n\r\nGET /x RTSP/1.1\r\nHost: a\r\n\r\n",
    "with a target like HTTP": b"GET /HTTP/ RTSP/1.1\r\nHost: a\r\n\r\n",
    "after another": PLAIN + b"GET /x RTSP/1.1\r\nHost: a\r\n\r\n",
    "after a body": STREAM[: STREAM.index(b"GET")] + b"GET /x RTSP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("sent", RTSP.values(), ids=RTSP.keys())
def test_what_says_that_it_is_rtsp_is_refused_wherever_it_is_cut(sent: bytes) -> None:
    for place in range(len(sent)):
        seen = Seen().feed([sent[:place], sent[place:]])
        assert [each.status for each in seen.refusals] == [505]
    assert [each.status for each in Seen().feed([bytes([each]) for each in sent]).refusals] == [505]


def test_rtsp_may_be_spoken_of() -> None:
    sent = PLAIN * 2 + b"POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\nPOST /z RTSP/1.0"
    for place in range(len(sent)):
        seen = Seen().feed([sent[:place], sent[place:]])
        assert (len(seen.completed), seen.refusals) == (3, [])


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=3))
def test_no_bytes_at_all_make_it_raise(data: bytes, places: list[int]) -> None:
    Seen().feed(cut(data, places) if data else [])


@given(st.integers(0, len(STREAM) - 1), st.binary(max_size=8))
def test_no_damage_to_good_bytes_makes_it_raise(place: int, damage: bytes) -> None:
    Seen().feed([STREAM[:place] + damage + STREAM[place + 1 :]])


HOST = b"Host: a\r\n"
REFUSED = {
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts in 1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a host with a space": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "length and chunks": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
    ),
    "chunks and length": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        400,
    ),
    "two lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
    "the same length twice": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
    "a list of lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\n", 400),
    "a signed length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\n", 400),
    "a negative length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -3\r\n\r\n", 400),
    "an endless length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
    "a hexadecimal length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x3\r\n\r\n", 400),
    "another coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "an unframed coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    "chunks twice": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 400),
    "chunks in 1.0": (b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", 400),
    "a folded field": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", 400),
    "a field without a name": (b"GET / HTTP/1.1\r\n" + HOST + b": a\r\n\r\n", 400),
    "a nul": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    "a bare cr": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n", 400),
    "bare lf": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "http 2": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "the preface of http 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "http 0.9": (b"GET / HTTP/0.9\r\n" + HOST + b"\r\n", 505),
    "no version": (b"GET /\r\n\r\n", 505),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "an unknown method": (b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a tunnel": (b"CONNECT a:443 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a fragment": (b"GET /a#b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bytes over 127 in the target": (b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a user in the target": (b"GET http://u:p@a/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "another scheme": (b"GET ftp://a/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "another expectation": (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: 200-ok\r\n\r\n", 417),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("whole", [True, False], ids=["at once", "byte by byte"])
def test_a_head_that_breaks_a_rule_is_refused(data: bytes, status: int, whole: bool) -> None:
    seen = Seen().feed([data] if whole else [bytes([each]) for each in data])
    assert [each.status for each in seen.refusals] == [status]
    assert seen.requests == []


def test_nothing_is_read_after_a_refusal() -> None:
    seen = Seen().feed([b"GET / HTTP/1.1\r\n\r\n" + STREAM, STREAM])
    assert (len(seen.refusals), seen.requests) == (1, [])


def test_what_a_refusal_says_quotes_no_header_value() -> None:
    for data, _ in REFUSED.values():
        for refusal in Seen().feed([data.replace(b"X: a", b"X: topsecret")]).refusals:
            assert "topsecret" not in refusal.message


BROKEN_CHUNKS = [
    b"0x3\r\nabc\r\n",
    b"-3\r\nabc\r\n",
    b"+3\r\nabc\r\n",
    b" 3\r\nabc\r\n",
    b"3 \r\nabc\r\n",
    b"g\r\n",
    b"fffffffffffffffff\r\n",
    b"3\r\nabcd\r\n",
    b"3\nabc\r\n",
    b"3;a\nb\r\nabc\r\n",
    b"\r\nabc\r\n",
    b"0\r\nBad Name: x\r\n\r\n",
]


@pytest.mark.parametrize("chunks", BROKEN_CHUNKS)
def test_a_body_in_broken_chunks_fails(chunks: bytes) -> None:
    seen = Seen().feed([b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n" + chunks])
    assert seen.refusals == []
    with pytest.raises(BadRequest):
        body(seen.requests[0])
    assert seen.reader.deaf


@pytest.mark.parametrize("piece", [100, 70_000])
def test_a_head_over_the_limit_is_refused(piece: int) -> None:
    data = (
        b"GET / HTTP/1.1\r\nHost: a\r\n"
        + b"".join(b"x-%d: %b\r\n" % (number, b"v" * 1000) for number in range(70))
        + b"\r\n"
    )
    seen = Seen().feed([data[start : start + piece] for start in range(0, len(data), piece)])
    assert [each.status for each in seen.refusals] == [431]


def test_a_head_just_under_the_limit_is_taken_in_any_company() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"x: " + b"v" * 65_000 + b"\r\n\r\n"
    seen = Seen().feed(
        [
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + b"b" * 90_000 + head + head[:40_000],
            head[40_000:],
        ]
    )
    assert seen.refusals == []
    assert len(seen.completed) == 3


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * 10_000_000,
        b"GET / HTTP/1.1\r\n" + b"n" * 10_000_000,
        b"GET / HTTP/1.1\r\nx: " + b"v" * 10_000_000,
    ],
)
def test_a_head_without_end_is_refused_while_it_comes(endless: bytes) -> None:
    seen = Seen()
    fed = 0
    while not seen.refusals:
        seen.reader.feed(endless[fed : fed + 4096])
        fed += 4096
    assert seen.refusals[0].status == 431
    assert fed <= 64 * 1024 + 2 * 4096


def test_trailers_without_end_fail_the_body() -> None:
    seen = Seen().feed([b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: "])
    for _ in range(17):
        seen.reader.feed(b"v" * 4096)
    with pytest.raises(BadRequest, match="trailers"):
        body(seen.requests[0])


def test_a_chunked_body_over_the_limit_fails_and_is_not_kept() -> None:
    seen = Seen(Limits(body_bytes=10))
    seen.feed(
        [
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"8\r\n12345678\r\n",
            b"8\r\n12345678\r\n",
        ]
    )
    with pytest.raises(TooLarge):
        body(seen.requests[0])


def test_a_length_over_the_limit_fails_before_anything_of_the_body_came() -> None:
    seen = Seen(Limits(body_bytes=10)).feed([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"])
    with pytest.raises(TooLarge):
        body(seen.requests[0])


@pytest.mark.parametrize(
    "framed", [b"Content-Length: 4\r\n\r\nwiki", b"Transfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\n\r\n"]
)
@pytest.mark.parametrize("piece", [1, 1000])
def test_an_upgrade_is_not_taken_up_and_the_request_is_read_as_it_is(framed: bytes, piece: int) -> None:
    data = b"POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + framed
    seen = Seen().feed([data[start : start + piece] for start in range(0, len(data), piece)])
    [request] = seen.completed
    assert (request.path, body(request), request.keep_alive) == ("/a", b"wiki", False)
