"""The gateway on loopback, in front of one scripted upstream that stands for both providers."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from planoai.config.load import load
from planoai.observability.observation import Observation
from planoai.process.worker import serving
from tests.support.upstream import Upstream, scripted

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: 12000{listener}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: sk-of-ours, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: sk-ant-of-ours}}
  - {{model: openrouter/*, base_url: "{url}/api/v1", passthrough_auth: true}}
  - {{model: house/llama, base_url: "{url}/serving/v1", provider_interface: openai, headers: {{x-team: platform}}}}
model_aliases:
  fast: {{target: gpt-4o}}
  deep: {{target: anthropic/claude-sonnet-4-5}}
"""


@dataclass
class Setting:
    """`http` is a client of the gateway; `upstream` is what stands behind it."""

    url: str
    http: httpx2.AsyncClient
    upstream: Upstream


Opened = AbstractAsyncContextManager[Setting]


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with opened() as setting:
        yield setting


@asynccontextmanager
async def opened(**listener: object) -> AsyncIterator[Setting]:
    """The keys of `listener` are written into the config's listener."""
    more = "".join(f", {key}: {json.dumps(value)}" for key, value in listener.items())
    async with served(CONFIG, more) as setting:
        yield setting


@asynccontextmanager
async def served(
    text: str, listener: str = "", observed: Callable[[Observation], None] | None = None
) -> AsyncIterator[Setting]:
    """`text`: a config like CONFIG. `observed` gets what is made of each request."""
    async with scripted() as upstream:
        config = load(text.format(url=upstream.url, listener=listener), {}).config
        async with serving(config, port=0, observed=observed) as (_, [server]):
            host, port = server.addresses[0]
            url = f"http://{host}:{port}"
            async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
                yield Setting(url, http, upstream)
