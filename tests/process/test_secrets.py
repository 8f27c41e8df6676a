"""No secret, ours or a client's, is to be found where somebody might look: answers, logs, files, arguments and environments of processes."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.support.answers import CHAT, CHAT_STREAM
from tests.support.ports import free_port
from tests.support.program import Program, planoai
from tests.support.upstream import Cut, Step, Upstream, scripted, stream, whole

pytestmark = pytest.mark.no_cover

MARK = "planted"  # in every secret, and nowhere else
IN_ENVIRON = {
    "PLANTED_KEY": "sk-planted-provider-key",
    "CLIENT_KEY": "planted-client-key-of-a-team",
    "UNUSED": "planted-and-never-named",
    "HTTPS_PROXY": "http://planted-user:planted-password@127.0.0.1:1",
}
CONFIG = """
version: v0.4.0
workers: 2
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}, max_retries: 1, client_keys: [$CLIENT_KEY, $KEY_OF_FILE]}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: $PLANTED_KEY, default: true, headers: {{x-team: $KEY_OF_FILE}}}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: $PLANTED_KEY}}
  - {{model: openrouter/*, base_url: "{url}", passthrough_auth: true}}
  - {{model: house/llama, base_url: "{url}", provider_interface: openai, headers: {{x-vendor-token: "Token $PLANTED_KEY"}}}}
  - {{model: groq/nobody, base_url: "http://127.0.0.1:1", access_key: sk-planted-literal}}
  - {{model: mistral/far, base_url: "https://198.51.100.1", access_key: $PLANTED_KEY}}
"""
PATHS = ["/v1/chat/completions", "/v1/messages"]
MODELS = [
    "openai/gpt-4o",
    "anthropic/claude-sonnet-4-5",
    "house/llama",
    "openrouter/any",
    "groq/nobody",
    "mistral/far",
    "no/such",
]
CREDENTIALS: list[dict[str, str]] = [
    {"authorization": f"Bearer {IN_ENVIRON['CLIENT_KEY']}"},
    {"x-api-key": IN_ENVIRON["CLIENT_KEY"], "authorization": "Bearer sk-planted-of-the-client"},
    {"authorization": "Bearer sk-planted-wrong-key"},
    {"x-api-key": "sk-planted-wrong-key", "cookie": "session=planted-cookie"},
    {
        "authorization": "Basic planted-basic",
        "proxy-authorization": "Basic planted-proxy",
        "x-goog-api-key": "planted-goog",
    },
]
REFUSAL = whole(
    {"error": {"message": "Incorrect API key provided: sk-planted-provider-key.", "code": "invalid_api_key"}}, 401
)
SCRIPTS: dict[str, list[Step]] = {
    "an answer": whole(CHAT),
    "a stream": stream(*CHAT_STREAM),
    "a key that is refused, and repeated": REFUSAL,
    "the same, and no JSON": whole(b"bad key sk-planted-provider-key", 403, {"content-type": "text/plain"}),
    "an error that may pass": whole({"error": {"message": "sk-planted-provider-key is over its limit"}}, 503),
    "nothing": [Cut()],
    "half a stream": stream(CHAT_STREAM[0], CHAT_STREAM[1], Cut()),
    "a stream that ends with an error": stream(
        CHAT_STREAM[0], CHAT_STREAM[1], b'data: {"error":{"message":"sk-planted-provider-key is over its limit"}}\n\n'
    ),
    "a stream that ends with an error of another shape": stream(
        *CHAT_STREAM[:2], b'event: error\ndata: {"message": "no key sk-planted-provider-key", "code": 401}\n\n'
    ),
    "a stream that ends with text": stream(*CHAT_STREAM[:2], b"data: no key sk-planted-provider-key\n\n"),
    "an error as a stream": whole(
        b'data: {"error":{"message":"no key sk-planted-provider-key"}}\n\n', 401, {"content-type": "text/event-stream"}
    ),
    "a header": whole(
        CHAT, headers={"x-debug-key": "sk-planted-provider-key", "x-debug": "Bearer sk-planted-provider-key"}
    ),
    "what is no HTTP": [b"sk-planted-provider-key\r\n\r\n", Cut()],
}
# With what is wrong about the client's own credential, which it may be told and nobody else.
OF_THE_CLIENT: list[list[Step]] = [
    whole({"error": {"message": "bad key sk-planted-of-the-client"}}),
    whole({"error": {"message": "bad key sk-planted-of-the-client"}}, 401),
    whole({"error": {"message": "bad key sk-planted-of-the-client"}}, 503),
    whole(b"bad key sk-planted-of-the-client"),
    stream(b'data: {"error":{"message":"bad key sk-planted-of-the-client"}}\n\n'),
    stream(*CHAT_STREAM[:2], b'data: {"error":{"message":"bad key sk-planted-of-the-client"}}\n\n'),
    [b"sk-planted-of-the-client\r\n\r\n", Cut()],
    whole(CHAT, 302, headers={"location": "/?key=sk-planted-of-the-client"}),
]
RAW = [
    b"GET /?key=sk-planted-in-a-query HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nHost: b\r\nx-api-key: planted-client-key-of-a-team\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer sk-planted-of-the-client\r\n\r\n",
    b"POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk-planted\x00\r\n\r\n",
    b"sk-planted-of-the-client\r\n\r\n",
]


@dataclass
class Seen:
    """Everything that anybody got to see, with the place of it."""

    texts: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, where: str, text: bytes) -> None:
        self.texts.append((where, text))

    def secrets(self) -> Iterator[str]:
        for where, text in self.texts:
            at = text.find(MARK.encode())
            if at >= 0:
                yield f"{where}: {text[max(at - 60, 0) : at + 60]!r}"


@dataclass
class Planted:
    program: Program
    upstream: Upstream
    config: Path
    port: int
    seen: Seen

    async def asks(self) -> None:
        """Every kind of request, with every credential, at every kind of upstream."""
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60) as http:
            for name, script in SCRIPTS.items():
                self.upstream.will(script)
                for path in PATHS:
                    for model in MODELS[:3]:
                        await self._ask(http, name, path, model, CREDENTIALS[1], streaming="stream" in name)
            for path in PATHS:
                for model in MODELS:
                    for credential in CREDENTIALS:
                        await self._ask(http, "an upstream", path, model, credential, streaming=False)

    async def asks_with_its_own(self) -> None:
        """What the client is told of its own credential is for it alone."""
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60) as http:
            for script in OF_THE_CLIENT:
                self.upstream.will(script)
                for path in PATHS:
                    for streaming in (False, True):
                        await http.post(path, json=_body("openrouter/any", streaming=streaming), headers=CREDENTIALS[1])
                        own = self.upstream.asked[-1].headers.get("authorization")
                        assert own == "Bearer sk-planted-of-the-client"

    async def _ask(
        self, http: httpx2.AsyncClient, name: str, path: str, model: str, credential: dict[str, str], *, streaming: bool
    ) -> None:
        body = _body(model, streaming=streaming)
        answer = await http.post(f"{path}?api_key=planted-in-a-query", json=body, headers=credential)
        self.seen.add(f"{name} at {path} from {model}", repr(answer.headers).encode() + answer.content)

    async def shouts(self) -> None:
        for said in RAW:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(said)
            writer.write_eof()
            self.seen.add(f"the answer to {said[:20]!r}", await reader.read())
            writer.close()

    def looks(self) -> None:
        """At every file and process there is of it."""
        for file in self.program.home.root.rglob("*"):
            if file.is_file():
                self.seen.add(str(file), file.read_bytes())
        status = self.program.status
        assert status.recorder is not None
        for pid in (*status.workers, status.recorder):
            self.seen.add("arguments", Path(f"/proc/{pid}/cmdline").read_bytes())
            self.seen.add("environment", Path(f"/proc/{pid}/environ").read_bytes())
        self.seen.add("arguments of the supervisor", Path(f"/proc/{status.pid}/cmdline").read_bytes())


def _body(model: str, *, streaming: bool) -> dict[str, object]:
    return {"model": model, "max_tokens": 5, "stream": streaming, "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
async def planted(tmp_path: Path) -> AsyncIterator[Planted]:
    config, port = tmp_path / "config.yaml", free_port()
    (tmp_path / ".env").write_text("KEY_OF_FILE=planted-key-from-a-file\n")
    async with scripted() as upstream:
        config.write_text(CONFIG.format(port=port, url=upstream.url))
        environ = {**IN_ENVIRON, "LOG_LEVEL": "debug"}
        async with planoai("up", str(config), "--foreground", "-v", environ=environ) as program:
            await program.says(r"on http://")
            yield Planted(program, upstream, config, port, Seen())


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="there is no /proc to look into")
async def test_no_secret_is_found_anywhere(planted: Planted) -> None:
    program = planted.program
    await planted.asks()
    await planted.asks_with_its_own()
    await planted.shouts()
    planted.looks()

    planted.config.write_text(
        planted.config.read_text() + "  - {model: openai, access_key: sk-planted-broken, zzz: $PLANTED_KEY}\n"
    )
    program.signal(signal.SIGHUP)
    await program.says("as it was|unchanged")
    status = program.status
    assert status.recorder is not None
    os.kill(status.workers[0], signal.SIGKILL)
    os.kill(status.recorder, signal.SIGKILL)
    killed = {status.workers[0], status.recorder}
    async with asyncio.timeout(30):
        while (
            killed & {*(status := program.status).workers, status.recorder}
            or status.recorder is None
            or len(status.workers) < 2
        ):
            await asyncio.sleep(0.01)
    await planted.shouts()
    planted.looks()

    program.signal()
    assert await program.ends() == 0
    planted.seen.add("what it said", program.said.encode())
    for file in program.home.root.rglob("*"):
        if file.is_file():
            planted.seen.add(str(file), file.read_bytes())
    assert len(planted.upstream.asked) > 50
    assert any(IN_ENVIRON["PLANTED_KEY"] in json.dumps(asked.headers) for asked in planted.upstream.asked)
    assert "\n".join(planted.seen.secrets()) == ""


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="there is no /proc to look into")
async def test_no_secret_is_in_a_gateway_that_runs_in_the_background(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    (tmp_path / ".env").write_text("KEY_OF_FILE=planted-key-from-a-file\n")
    config.write_text(CONFIG.format(port=free_port(), url="http://127.0.0.1:1"))
    async with planoai("up", str(config), environ=IN_ENVIRON) as program:
        assert await program.ends() == 0, program.said
        seen = Seen([("what it said", program.said.encode())])
        status = program.status
        assert status.recorder is not None
        for pid in (status.pid, *status.workers, status.recorder):
            seen.add("arguments", Path(f"/proc/{pid}/cmdline").read_bytes())
            seen.add("environment", Path(f"/proc/{pid}/environ").read_bytes())
        assert list(seen.secrets()) == []
