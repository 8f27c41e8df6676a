"""The configs of the README and of the tutorial, as somebody new would use them; their providers are simulated."""

import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


@asynccontextmanager
async def gateway(page: str, found: str, written: str) -> AsyncIterator[str]:
    """Where the gateway of the first config on `page` is. `written`: where its providers are, for what is `found` there."""
    text = next(block.text for block in blocks("yaml") if block.page == page)
    async with Server(Simulator(), [listen("127.0.0.1", 0)], drain_seconds=1.0) as provider:
        host, port = provider.addresses[0]
        assert found in text
        simulated = text.replace(found, written.format(url=f"http://{host}:{port}"))
        async with serving(load(simulated, KEYS).config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            yield f"http://{host}:{port}"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with gateway("README.md", "access_key:", 'base_url: "{url}", access_key:') as found:
        yield found


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


async def test_what_the_tutorial_asks_is_answered() -> None:
    asked = [
        re.fullmatch(r"curl (?:-N )?http://127.0.0.1:12000(\S+) -d '(.*)'\n", block.text, re.DOTALL)
        for block in blocks("bash")
        if block.page == "docs/tutorial.md" and block.text.startswith("curl")
    ]
    assert len(asked) == 2
    async with (
        gateway("docs/tutorial.md", "http://127.0.0.1:8700", "{url}") as url,
        httpx2.AsyncClient(base_url=url, verify=NO_TLS) as http,
    ):
        for each in asked:
            assert each is not None
            answer = await http.post(each[1], json=json.loads(each[2]))
            assert answer.status_code == 200
            assert "error" not in answer.text
