"""The config of the README, as somebody new would use it; its providers are simulated."""

import ssl
from collections.abc import AsyncIterator

import httpx2
import pytest
from openai import AsyncOpenAI

from planoai.config.load import load
from planoai.net.server import Server, listen
from planoai.process.worker import serving
from planoai.simulate import Simulator
from tests.docs.pages import blocks

KEYS = {"OPENAI_API_KEY": "sk-of-somebody", "ANTHROPIC_API_KEY": "sk-ant-of-somebody"}
# Nothing here speaks TLS, and reading the system's certificates takes longer than a test.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where the gateway of the README is."""
    async with Server(Simulator(), [listen("127.0.0.1", 0)], drain_seconds=1.0) as provider:
        host, port = provider.addresses[0]
        [text] = [block.text for block in blocks("yaml") if block.page == "README.md"]
        simulated = text.replace("access_key:", f'base_url: "http://{host}:{port}", access_key:')
        async with serving(load(simulated, KEYS).config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            yield f"http://{host}:{port}"


@pytest.mark.parametrize(
    ("model", "chosen"),
    [
        ("gpt-4o", "openai/gpt-4o"),
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("none", "openai/gpt-4o"),
        ("--", "openai/gpt-4o"),
        ("fast", "openai/gpt-4o"),
        ("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
    ],
)
async def test_a_model_answers_by_each_of_its_names(url: str, model: str, chosen: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}]}
    async with httpx2.AsyncClient(base_url=url, verify=NO_TLS) as http:
        answer = await http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-plano-model"] == chosen
    assert answer.json()["choices"][0]["message"]["content"]


async def test_openais_library_needs_nothing_but_the_address(url: str) -> None:
    async with httpx2.AsyncClient(verify=NO_TLS) as http:
        client = AsyncOpenAI(base_url=f"{url}/v1", api_key="any", http_client=http)
        answer = await client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello!"}])
    assert answer.choices[0].message.content
