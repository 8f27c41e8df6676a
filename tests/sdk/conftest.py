"""The gateway on loopback between the official clients and the simulated provider, which speaks every API as the vendors do.

A pair is (client API, upstream API); Converse is spoken to upstreams only. Every upstream remembers what it was asked.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from planoai.config.load import load
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.server import Server, listen
from planoai.process.worker import serving
from planoai.simulate import Options, Simulator
from tests.sdk.apis import PAIRS, UPSTREAMS
from tests.sdk.chat import ChatTalker
from tests.sdk.messages import MessagesTalker
from tests.sdk.responses import ResponsesTalker
from tests.sdk.talk import Talker
from tests.support.upstream import Asked, Upstream, scripted

MODELS = {
    "chat": "openai/gpt-5.2",
    "messages": "anthropic/claude-sonnet-4-5",
    "responses": "chatty/gpt-5.2",
    "converse": "amazon_bedrock/us.anthropic.claude-sonnet-4-5-v1:0",
}
_ENTRIES = {
    "chat": "{model: openai/*, access_key: sk-of-ours, upstream_api: chat, base_url: URL}",
    "messages": "{model: anthropic/*, access_key: sk-ant-of-ours, base_url: URL}",
    "responses": "{model: chatty/*, access_key: ours, provider_interface: openai, upstream_api: responses, base_url: URL}",
    "converse": "{model: amazon_bedrock/*, access_key: ours, base_url: URL}",
}
CONFIG = "\n".join(
    (
        "version: v0.4.0",
        "listeners: [{type: model, name: test, address: 127.0.0.1, port: 12000}]",
        "model_providers:",
        *(f"  - {_ENTRIES[api]}" for api in UPSTREAMS),
        "  - {model: gemini/*, access_key: ours, base_url: URL}",
    )
)

# Nothing here speaks TLS, and reading the system's certificates takes longer than a test.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Witness:
    """The simulated provider, and every request that reached it."""

    simulator: Simulator
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, request: Request, reply: Reply) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in request.headers}
        self.asked.append(Asked(request.method, request.target, headers, await request.body()))
        await self.simulator(request, reply)


@dataclass
class House:
    """A gateway in front of one upstream. `asked` is what the upstream was asked, oldest first."""

    url: str
    openai: AsyncOpenAI
    anthropic: AsyncAnthropic
    asked: list[Asked]

    def talker(self, api: str, upstream: str) -> Talker:
        """A client of one API that asks a model behind another, or the same."""
        return self.talker_to(api, MODELS[upstream])

    def talker_to(self, api: str, model: str) -> Talker:
        match api:
            case "chat":
                return ChatTalker(self.openai, model)
            case "messages":
                return MessagesTalker(self.anthropic, model)
            case _:
                return ResponsesTalker(self.openai, model)

    def methods(self, api: str, *, max_retries: int = 0) -> Any:
        """The client's own methods, of which `create` is one."""
        if api == "messages":
            return self.anthropic.with_options(max_retries=max_retries).messages
        client = self.openai.with_options(max_retries=max_retries)
        return client.chat.completions if api == "chat" else client.responses


@asynccontextmanager
async def _house(upstream_url: str, asked: list[Asked]) -> AsyncIterator[House]:
    config = load(CONFIG.replace("URL", upstream_url), {}).config
    async with serving(config, port=0) as (_, [server]), httpx2.AsyncClient(verify=_NO_TLS, timeout=30) as http:
        host, port = server.addresses[0]
        url = f"http://{host}:{port}"
        openai = AsyncOpenAI(base_url=f"{url}/v1", api_key="of-the-client", max_retries=0, http_client=http)
        anthropic = AsyncAnthropic(base_url=url, api_key="of-the-client", max_retries=0, http_client=http)
        yield House(url, openai, anthropic, asked)


@asynccontextmanager
async def simulated(options: Options) -> AsyncIterator[House]:
    witness = Witness(Simulator(options))
    async with Server(witness, [listen("127.0.0.1", 0)], drain_seconds=1.0) as server:
        [(host, port)] = server.addresses
        async with _house(f"http://{host}:{port}", witness.asked) as house:
            yield house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """In front of the simulated provider, which refuses what the vendors refuse."""
    async with simulated(Options()) as house:
        yield house


@pytest.fixture
async def lenient() -> AsyncIterator[House]:
    """In front of a simulated provider that overlooks parameters it does not know."""
    async with simulated(Options(lenient=True)) as house:
        yield house


@dataclass
class Stage:
    """A gateway in front of an upstream that says what it is told to, byte for byte."""

    house: House
    upstream: Upstream


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with scripted() as upstream, _house(upstream.url, upstream.asked) as house:
        yield Stage(house, upstream)


@pytest.fixture(params=PAIRS, ids=[f"{client}>{upstream}" for client, upstream in PAIRS])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """(client API, upstream API)."""
    both: tuple[str, str] = request.param
    return both


@pytest.fixture(params=[False, True], ids=["plain", "streamed"])
def streamed(request: pytest.FixtureRequest) -> bool:
    streaming: bool = request.param
    return streaming
