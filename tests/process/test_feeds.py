"""The lists of models that are fetched and kept."""

import json
import logging
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from planoai.config.load import load
from planoai.config.schema import Config
from planoai.net.proxy import Proxies
from planoai.process.feeds import Told, refresh
from planoai.process.known import fetched, file_in
from planoai.providers.registry import Model, snapshot
from tests.support.upstream import Cut, Upstream, scripted, whole

TODAY = "2026-11-23"
HEAD = "version: v0.4.0\nlisteners:\n  - {type: model, name: test, address: 127.0.0.1, port: 12000}\nmodel_providers:\n"


def config_of(*entries: str) -> Config:
    return load(HEAD + "".join(f"  - {{{each}}}\n" for each in entries), {}).config


async def asked(config: Config, home: Path, today: str = TODAY) -> list[Told]:
    return await refresh(config, home, Proxies(), today)


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Upstream, Upstream]]:
    async with scripted() as one, scripted() as other:
        yield one, other


async def test_every_configured_provider_is_asked_once_with_its_key(tmp_path: Path) -> None:
    async with two() as (openai, house):
        openai.will(whole({"data": [{"id": "gpt-5.2"}, {"id": "gpt-new"}]}))
        house.will(whole({"data": [{"id": "llama"}]}))
        config = config_of(
            f'model: openai/*, base_url: "{openai.url}", access_key: sk-of-ours, headers: {{x-team: a}}',
            f'model: openai/gpt-4o, base_url: "{openai.url}", access_key: sk-of-ours',
            f'model: House/*, base_url: "{house.url}/serving/v1", provider_interface: openai',
        )
        assert await asked(config, tmp_path) == [Told("openai", 2), Told("House", 1)]
    assert [(each.method, each.target) for each in openai.asked] == [("GET", "/v1/models")]
    assert openai.asked[0].headers["authorization"] == "Bearer sk-of-ours"
    assert openai.asked[0].headers["x-team"] == "a"
    assert house.asked[0].target == "/serving/v1/models"
    registry = fetched(tmp_path)
    assert registry is not None
    assert registry.as_of == TODAY
    assert registry.models["openai"] == (Model("gpt-5.2", "chat"), Model("gpt-new", "chat"))
    assert registry.models["house/*"] == (Model("llama", "chat"),)
    assert registry.models["anthropic"] == snapshot().models["anthropic"]


async def test_a_list_in_pages(tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(
            whole({"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude a&b"}),
            whole({"data": [{"id": "claude-b"}], "has_more": False, "last_id": "claude-b"}),
        )
        config = config_of(f'model: anthropic/*, base_url: "{upstream.url}", access_key: sk-ant-of-ours')
        assert await asked(config, tmp_path) == [Told("anthropic", 2)]
    assert [each.target for each in upstream.asked] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=claude%20a%26b",
    ]
    assert upstream.asked[0].headers["x-api-key"] == "sk-ant-of-ours"
    assert upstream.asked[0].headers["anthropic-version"] == "2023-06-01"


async def test_a_list_without_end_is_left(tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole({"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude-a"}))
        config = config_of(f'model: anthropic/*, base_url: "{upstream.url}", access_key: sk-ant-of-ours')
        await asked(config, tmp_path)
    assert len(upstream.asked) == 20


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (whole({"error": {"message": "bad key sk-of-ours"}}, status=401), "it answered with status 401"),
        (whole(b"<html>"), "its list can not be read"),
        (whole({"data": []}), "its list is empty"),
        ([Cut()], ""),
    ],
)
async def test_a_provider_that_fails_keeps_its_list(tmp_path: Path, script: list[bytes], problem: str) -> None:
    async with two() as (openai, groq):
        openai.will(whole({"data": [{"id": "gpt-before"}]}), script)
        groq.will(whole({"data": [{"id": "llama-1"}]}), whole({"data": [{"id": "llama-2"}]}))
        config = config_of(
            f'model: openai/*, base_url: "{openai.url}", access_key: sk-of-ours',
            f'model: groq/*, base_url: "{groq.url}", access_key: gsk-of-ours',
        )
        await asked(config, tmp_path)
        told = await asked(config, tmp_path, "2026-11-24")
    assert problem in told[0].problem
    assert told[0].problem
    assert "sk-of-ours" not in told[0].problem
    assert told[1] == Told("groq", 1)
    registry = fetched(tmp_path)
    assert registry is not None
    assert registry.as_of == "2026-11-24"
    assert registry.models["openai"] == (Model("gpt-before", "chat"),)
    assert registry.models["groq/*"] == (Model("llama-2", "chat"),)


async def test_who_can_not_be_asked_says_why(tmp_path: Path) -> None:
    config = config_of(
        "model: openai/*",
        'model: amazon_bedrock/*, base_url: "https://bedrock-runtime.eu-west-1.amazonaws.com", access_key: of-ours',
    )
    told = await asked(config, tmp_path)
    assert "access key" in told[0].problem
    assert told[1] == Told("amazon_bedrock", problem="it has no list of models beside its calls")
    assert not file_in(tmp_path).exists()
    assert fetched(tmp_path) is None


async def test_two_addresses_of_one_provider_make_one_list(tmp_path: Path) -> None:
    async with two() as (one, other):
        one.will(whole({"data": [{"id": "a"}, {"id": "b"}]}))
        other.will(whole({"data": [{"id": "b"}, {"id": "c"}]}))
        config = config_of(
            f'model: house/x, base_url: "{one.url}", provider_interface: openai',
            f'model: house/*, base_url: "{other.url}", provider_interface: openai',
        )
        await asked(config, tmp_path)
    registry = fetched(tmp_path)
    assert registry is not None
    assert [each.id for each in registry.models["house/*"]] == ["a", "b", "c"]


async def test_the_file_is_its_owners_alone_and_holds_nothing_but_lists(tmp_path: Path) -> None:
    file_in(tmp_path).touch(mode=0o644)
    async with scripted() as upstream:
        upstream.will(whole({"data": [{"id": "a"}]}))
        await asked(config_of(f'model: openai/*, base_url: "{upstream.url}", access_key: sk-of-ours'), tmp_path)
    assert stat.S_IMODE(file_in(tmp_path).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["models.json"]
    written = json.loads(file_in(tmp_path).read_bytes())
    assert written["models"] == {"openai": {"chat": ["a"]}}
    assert "sk-of-ours" not in file_in(tmp_path).read_text()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"as_of": 1}'])
def test_a_file_that_can_not_be_read_is_left_out(tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    file_in(tmp_path).write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert fetched(tmp_path) is None
    assert "planoai models refresh" in caplog.text


def test_a_list_that_can_not_be_read_is_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "home"
    file.touch()
    assert fetched(file) is None  # what is no folder has no lists
    assert not caplog.messages
    file_in(tmp_path).mkdir()
    assert fetched(tmp_path) is None
    assert caplog.messages == [f"{file_in(tmp_path)} is left out: is a directory"]
