"""Upstreams and networks that misbehave, and what clients get: a status in the shape of their API, or an error event in a stream that had begun."""

import asyncio
import gzip
import json
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import brotli
import httpx2
import pytest
import trustme
import zstandard

from planoai.config.load import load
from planoai.errors import ConfigError
from planoai.gateway.build import running
from planoai.gateway.routes import Routes, refuse
from planoai.net.proxy import Proxies
from planoai.net.server import Server, listen
from tests.gateway.conftest import Setting, opened
from tests.gateway.test_failures import BEGINNINGS, MODELS, PAIRS, PATHS, ask, body, failure_in, told
from tests.support.answers import CHAT, CHAT_DONE, CHAT_STREAM, MESSAGES, MESSAGES_STREAM, chat_chunk, messages_event
from tests.support.upstream import Cut, Hold, Step, Upstream, scripted, stream, whole

ANSWERS = {"chat": json.dumps(CHAT).encode(), "messages": json.dumps(MESSAGES).encode()}
STREAMS = {"chat": b"".join(CHAT_STREAM), "messages": b"".join(MESSAGES_STREAM)}
JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
EVENTS_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"

Pack = Callable[[bytes], bytes]
CODINGS: dict[str, Pack] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def sized(head: bytes, content: bytes) -> bytes:
    return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(content), content)


def chunked(head: bytes, content: bytes, size: int) -> bytes:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"%btransfer-encoding: chunked\r\n\r\n%b0\r\n\r\n" % (head, chunks)


def endless(head: bytes, content: bytes) -> list[Step]:
    """The end of the connection is that of the answer."""
    return [head + b"\r\n" + content, Cut()]


INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
FRAMED: dict[str, Callable[[bytes, bytes], list[Step]]] = {
    "sized": lambda head, content: [sized(head, content)],
    "chunked": lambda head, content: [chunked(head, content, 1000)],
    "byte by byte": lambda head, content: [chunked(head, content, 1)],
    "until the end": endless,
    "after interim answers": lambda head, content: [INTERIM, sized(head, content)],
}


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@pytest.mark.parametrize("framed", FRAMED.values(), ids=FRAMED.keys())
async def test_an_answer_arrives_however_it_is_framed(
    setting: Setting, client: str, upstream: str, framed: Callable[[bytes, bytes], list[Step]]
) -> None:
    setting.upstream.will(framed(JSON_HEAD, ANSWERS[upstream]))
    answer = await ask(setting, client, upstream)
    assert (answer.status_code, "Hello there." in answer.text) == (200, True)

    setting.upstream.will(framed(EVENTS_HEAD, STREAMS[upstream]))
    answer = await ask(setting, client, upstream, streaming=True)
    assert answer.status_code == 200
    assert complete(client, answer.content)


def complete(client: str, content: bytes) -> bool:
    return content.endswith(CHAT_DONE) if client == "chat" else b"event: message_stop" in content


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@pytest.mark.parametrize("coding", CODINGS)
async def test_a_compressed_stream_is_read_and_one_cut_short_ends_in_an_error_event(
    setting: Setting, client: str, upstream: str, coding: str
) -> None:
    packed = CODINGS[coding](STREAMS[upstream])
    headers = {"content-encoding": coding}
    setting.upstream.will(stream(packed, headers=headers))
    answer = await ask(setting, client, upstream, streaming=True)
    assert complete(client, answer.content)
    assert b"Hello" in answer.content

    first = b"".join(BEGINNINGS[upstream])
    setting.upstream.will(stream(*(_flushed(coding, first)), headers=headers))
    answer = await ask(setting, client, upstream, streaming=True)
    assert answer.status_code == 200
    assert b"Hello" in answer.content
    assert failure_in(client, answer.content)["message"]


def _flushed(coding: str, content: bytes) -> Sequence[bytes]:
    """All of `content`, and not the end of its coding."""
    match coding:
        case "br":
            brotli_stream = brotli.Compressor()
            return [brotli_stream.process(content) + brotli_stream.flush()]
        case "zstd":
            zstd_stream = zstandard.ZstdCompressor().compressobj()
            return [zstd_stream.compress(content) + zstd_stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)]
        case _:
            zlib_stream = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
            return [zlib_stream.compress(content) + zlib_stream.flush(zlib.Z_SYNC_FLUSH)]


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@pytest.mark.parametrize("coding", CODINGS)
async def test_a_compressed_answer_that_is_cut_short_is_a_bad_gateway(
    setting: Setting, client: str, upstream: str, coding: str
) -> None:
    packed = CODINGS[coding](ANSWERS[upstream])
    setting.upstream.will(whole(packed[:-6], headers={"content-encoding": coding}))
    answer = await ask(setting, client, upstream)
    assert answer.status_code == 502
    assert f"ends before its {coding} coding does" in str(told(client, answer)["message"])


WORDS = "Grüße, 世界 🌍"


def said(upstream: str) -> tuple[bytes, ...]:
    """A stream that says WORDS, in letters of up to four bytes."""
    if upstream == "chat":
        events: tuple[bytes, ...] = (chat_chunk({"role": "assistant", "content": WORDS}), *CHAT_STREAM[3:])
    else:
        events = tuple(
            messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": WORDS})
            if b'"Hello"' in event
            else event
            for event in MESSAGES_STREAM
            if b"there." not in event
        )
    raw = json.dumps(WORDS, ensure_ascii=False).encode()
    return tuple(event.replace(json.dumps(WORDS).encode(), raw) for event in events)


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_letter_may_be_cut_anywhere(setting: Setting, client: str, upstream: str) -> None:
    content = b"".join(said(upstream))
    start = content.index("ü".encode())
    for size in (1, 2, 3):
        pieces = [content[:start], *(content[at : at + size] for at in range(start, len(content), size))]
        setting.upstream.will(stream(*pieces))
        answer = await ask(setting, client, upstream, streaming=True)
        assert complete(client, answer.content)
        assert WORDS in "".join(texts(client, answer.content))


def texts(client: str, content: bytes) -> list[str]:
    found = []
    for line in content.decode().split("\n"):
        if line.startswith("data: {"):
            event = json.loads(line[6:])
            if client == "chat":
                found += [choice["delta"].get("content") or "" for choice in event.get("choices", [])]
            else:
                found.append(event.get("delta", {}).get("text", ""))
    return found


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_ends_in_half_a_letter_ends_in_an_error_event(
    setting: Setting, client: str, upstream: str
) -> None:
    content = b"".join(said(upstream))
    half = content[: content.index("世".encode()) + 1]
    setting.upstream.will(stream(*BEGINNINGS[upstream], half, Cut()))
    answer = await ask(setting, client, upstream, streaming=True)
    assert b"Hello" in answer.content
    assert failure_in(client, answer.content)["message"]


NOT_HTTP = {
    "garbage": [b"\xff\xfe\xfd no such thing\r\n\r\n", Cut()],
    "another protocol": [b"SSH-2.0-OpenSSH_9.6\r\n", Cut()],
    "http 2": [b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", Hold()],
    "tls": [b"\x15\x03\x03\x00\x02\x02\x16", Cut()],
    "an upgrade": [b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", Cut()],
    "a huge head": [b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", Hold()],
    "endless headers": [b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200_000, Hold()],
    "endless interim answers": [INTERIM * 20_000, Cut()],
    "two lengths": [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", Cut()],
    "half a head": [b"HTTP/1.1 200 OK\r\ncontent-ty", Cut()],
    "half a body": [JSON_HEAD + b"content-length: 1000\r\n\r\n{", Cut()],
    "a bad chunk": [JSON_HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", Cut()],
}


@pytest.mark.parametrize("client", PATHS)
@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("script", NOT_HTTP.values(), ids=NOT_HTTP.keys())
async def test_what_is_no_answer_is_a_bad_gateway_in_the_clients_words(
    setting: Setting, client: str, streaming: bool, script: list[Step]
) -> None:
    for upstream in MODELS:
        setting.upstream.will(script)
        answer = await ask(setting, client, upstream, streaming=streaming)
        assert answer.status_code == 502
        message = str(told(client, answer)["message"])
        assert message
        assert str(setting.upstream.port) not in message  # where it stands is the operator's business


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_an_html_page_in_place_of_a_stream_is_a_bad_gateway(setting: Setting, client: str, upstream: str) -> None:
    for kind in ("text/html", "text/event-stream"):
        setting.upstream.will(whole(b"<html><body>Sign in</body></html>", headers={"content-type": kind}))
        answer = await ask(setting, client, upstream, streaming=True)
        assert answer.status_code == 502
        assert told(client, answer)["message"]


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_an_answer_that_comes_before_the_request_has_left_is_told(
    setting: Setting, client: str, upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = sized(
        b"HTTP/1.1 413 Content Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n",
        b'{"type":"error","error":{"type":"request_too_large","message":"too long"}}',
    )

    async def hangs_up(upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(refusal)
        writer.close()

    monkeypatch.setattr(Upstream, "serve", hangs_up)
    async with opened() as hanging:
        asked = {**body(upstream, streaming=False), "messages": [{"role": "user", "content": "x" * 8_000_000}]}
        answer = await hanging.http.post(PATHS[client], json=asked)
    assert (answer.status_code, told(client, answer)["message"]) == (413, "too long")


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_an_upstream_that_falls_silent_is_a_timeout_or_an_error_event(client: str, upstream: str) -> None:
    async with opened(timeouts={"first_byte": "100ms", "idle": "100ms"}) as setting:
        setting.upstream.will([Hold()])
        answer = await ask(setting, client, upstream, streaming=True)
        assert (answer.status_code, "first byte limit" in str(told(client, answer)["message"])) == (504, True)

        setting.upstream.will([JSON_HEAD + b"content-length: 1000\r\n\r\n{", Hold()])
        answer = await ask(setting, client, upstream)
        assert (answer.status_code, "idle limit" in str(told(client, answer)["message"])) == (504, True)

        setting.upstream.will(stream(*BEGINNINGS[upstream], Hold()))
        answer = await ask(setting, client, upstream, streaming=True)
        assert (answer.status_code, b"Hello" in answer.content) == (200, True)
        assert "idle limit" in str(failure_in(client, answer.content)["message"])


@pytest.mark.parametrize("client", PATHS)
async def test_a_connection_that_ended_while_it_was_kept_is_not_noticed(setting: Setting, client: str) -> None:
    setting.upstream.will(whole(CHAT))
    for _ in range(3):
        assert (await ask(setting, client, "chat")).status_code == 200
        assert setting.upstream.connections == len(setting.upstream.asked)
        for writer in setting.upstream.open:
            writer.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@asynccontextmanager
async def before(url: str, more: str = "", proxies: Proxies | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a gateway in front of `url`; `more` stands at the end of its config."""
    config = load(
        f"""
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: 12000}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: sk-of-ours}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: sk-of-ours}}
{more}
""",
        {},
    ).config
    async with (
        running(config, proxies=proxies) as gateway,
        Server(Routes(gateway), [listen("127.0.0.1", 0)], drain_seconds=5, refuse=refuse) as server,
        httpx2.AsyncClient(base_url="http://{}:{}".format(*server.addresses[0]), timeout=30) as http,
    ):
        yield http


async def asking(http: httpx2.AsyncClient, client: str) -> httpx2.Response:
    return await http.post(PATHS[client], json=body("chat", streaming=False))


@pytest.mark.parametrize("client", PATHS)
async def test_only_certificates_of_believed_authorities_for_the_right_host_are_taken(
    authority: trustme.CA, tmp_path: Path, client: str
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    believed = f"overrides: {{upstream_tls_ca_path: {tmp_path / 'ca.pem'}}}"
    async with scripted(certified(authority, "localhost")) as upstream:
        upstream.will(whole(CHAT))
        async with before(upstream.url, believed) as http:
            assert (await asking(http, client)).status_code == 200
        async with before(upstream.url) as http:
            await refused(await asking(http, client), client)
    async with scripted(certified(authority, "other.example")) as upstream, before(upstream.url, believed) as http:
        await refused(await asking(http, client), client)


async def refused(answer: httpx2.Response, client: str) -> None:
    assert answer.status_code == 502
    assert "its TLS certificate is not valid" in str(told(client, answer)["message"])


async def test_a_file_of_authorities_that_can_not_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    for reason in ("no such file or directory", "it holds no certificates, or broken ones"):
        with pytest.raises(ConfigError, match=f"^overrides.upstream_tls_ca_path: .*ca.pem can not be read: {reason}$"):
            async with before("http://127.0.0.1:1", f"overrides: {{upstream_tls_ca_path: {path}}}"):
                pass
        path.write_text("no certificate")


@pytest.mark.parametrize("client", PATHS)
async def test_a_proxy_is_gone_through_and_its_password_told_to_nobody_else(
    client: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with scripted() as proxy:
        address = f"http://user:planted-s3cr3t@127.0.0.1:{proxy.port}"
        async with before("http://up.example", proxies=Proxies(http=address, https=address)) as http:
            proxy.will(whole(CHAT))
            answer = await asking(http, client)
            assert (answer.status_code, "Hello there." in answer.text) == (200, True)
            assert proxy.asked[0].target == "http://up.example/v1/chat/completions"
            assert proxy.asked[0].headers["host"] == "up.example"
            assert proxy.asked[0].headers["proxy-authorization"] == "Basic dXNlcjpwbGFudGVkLXMzY3IzdA=="
            assert not [name for name in answer.headers if name.startswith("proxy")]

            proxy.will(whole(b"", 407, {"proxy-authenticate": "Basic"}))
            answers = [await asking(http, client)]
            async with before("https://up.example", proxies=Proxies(https=address)) as over_tls:
                answers.append(await asking(over_tls, client))
    for answer in answers:
        assert answer.status_code == 502
        assert "it refuses our credentials (status 407)" in str(told(client, answer)["message"])
    for text in (caplog.text, *(f"{answer.headers} {answer.text}" for answer in answers)):
        assert "planted-s3cr3t" not in text
        assert "dXNlcjpwbGFudGVkLXMzY3IzdA" not in text
