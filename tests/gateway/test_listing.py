"""What the gateway says of itself."""

import json
from urllib.parse import quote

import httpx2
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from planoai.config.load import load
from planoai.config.schema import ModelProvider
from planoai.errors import UnknownModel
from planoai.gateway.listing import anthropic_list, openai_list, openai_model
from planoai.process.worker import serving
from planoai.providers.registry import snapshot
from planoai.routing.models import Models
from tests.gateway.conftest import Setting
from tests.support.upstream import scripted, whole

NAMES = ["openai/gpt-4o", "anthropic/claude-sonnet-4-5", "house/llama", "fast", "deep"]


async def test_models_in_openai_shape(setting: Setting) -> None:
    answer = (await setting.http.get("/v1/models")).json()
    assert [each["id"] for each in answer["data"]] == NAMES
    assert answer["data"][0] == {"id": "openai/gpt-4o", "object": "model", "created": 0, "owned_by": "OpenAI"}
    assert answer["data"][3] == {"id": "fast", "object": "model", "created": 0, "owned_by": "plano", "root": "gpt-4o"}


async def test_models_are_read_by_the_official_clients(setting: Setting) -> None:
    async with AsyncOpenAI(base_url=f"{setting.url}/v1", api_key="x") as openai:
        assert [each.id async for each in openai.models.list()] == NAMES
        assert (await openai.models.retrieve("openai/gpt-4o")).id == "openai/gpt-4o"
    async with AsyncAnthropic(base_url=setting.url, api_key="x") as anthropic:
        assert [each.id async for each in anthropic.models.list()] == NAMES
        assert (await anthropic.models.retrieve("deep")).type == "model"


async def test_a_model_that_is_not_there(setting: Setting) -> None:
    answer = await setting.http.get("/v1/models/gpt-5")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    "name", [*NAMES, "gpt-4o", "OpenAI/gpt-4o", "llama", "openrouter/mistral/large", "auto", "openrouter/größe"]
)
async def test_every_name_that_would_be_served_is_a_model(setting: Setting, name: str) -> None:
    answer = await setting.http.get(f"/v1/models/{quote(name, safe='')}")
    assert (answer.status_code, answer.json()["id"]) == (200, name)
    answer = await setting.http.get(f"/v1/models/{quote(name)}", headers={"anthropic-version": "2023-06-01"})
    assert (answer.status_code, answer.json()["id"], answer.json()["type"]) == (200, name, "model")


@pytest.mark.parametrize("name", ["openrouter/*", "claude-sonnet", "openai/gpt-5", "x" * 257, "openrouter/a\r\nb"])
async def test_every_other_name_is_not(setting: Setting, name: str) -> None:
    answer = await setting.http.get(f"/v1/models/{quote(name)}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert "x" * 81 not in answer.text


def test_a_name_is_told_once_and_as_what_it_means() -> None:
    """An alias comes before the entry of its name, which can not be asked for then."""
    entries = [ModelProvider(model="openai/a"), ModelProvider(model="groq/b", name="cheap")]
    models = Models(entries, {"cheap": "openai/a"})
    listed = json.loads(openai_list(models))["data"]
    assert [(each["id"], each["owned_by"]) for each in listed] == [("openai/a", "OpenAI"), ("cheap", "plano")]
    assert json.loads(openai_model(models, "cheap")) == listed[1]
    assert json.loads(openai_model(models, "groq/b"))["owned_by"] == "Groq"
    assert [each["id"] for each in json.loads(anthropic_list(models))["data"]] == ["openai/a", "cheap"]


WILD = """
version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: zhipu/*, name: cn/*, access_key: of-ours}
  - {model: openai/gpt-5.2, name: main, access_key: of-ours}
  - {model: openai/*, access_key: of-ours}
  - {model: openrouter/*, access_key: of-ours}
model_aliases:
  fast: {target: openai/gpt-5.2}
"""


async def test_wildcards_are_listed_by_what_they_stand_for() -> None:
    """In the order of the config, then of the registry; one that nobody has a list of stands for nothing, and serves everything."""
    async with serving(load(WILD, {}).config, port=0) as (_, [server]):
        host, port = server.addresses[0]
        url = f"http://{host}:{port}"
        async with httpx2.AsyncClient(base_url=url) as http:
            listed = (await http.get("/v1/models")).json()["data"]
            unlisted = await http.get("/v1/models/openrouter%2Fsome%2Fmodel")
            bare = await http.get("/v1/models/glm-5")
        async with AsyncAnthropic(base_url=url, api_key="x") as anthropic:
            names = [each.id async for each in anthropic.models.list()]
    chinese = [f"cn/{each.id}" for each in snapshot().models["z-ai"]]
    rest = [f"openai/{each.id}" for each in snapshot().models["openai"]]
    rest.remove("openai/gpt-5.2")
    assert names == [each["id"] for each in listed] == [*chinese, "main", *rest, "fast"]
    assert {each["owned_by"] for each in listed} == {"zhipu", "OpenAI", "plano"}
    assert listed[-1]["root"] == "openai/gpt-5.2"
    assert (unlisted.status_code, bare.json()["id"], bare.json()["owned_by"]) == (200, "glm-5", "zhipu")


async def test_a_bare_id_goes_to_the_first_wildcard_that_has_it() -> None:
    async with scripted() as upstream:
        text = f"""
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: 12000}}
model_providers:
  - {{model: zhipu/*, name: cn, base_url: "{upstream.url}/z", access_key: of-ours}}
  - {{model: openai/*, base_url: "{upstream.url}/o", access_key: of-ours}}
"""
        upstream.will(whole({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}))
        async with serving(load(text, {}).config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            async with httpx2.AsyncClient(base_url=f"http://{host}:{port}") as http:
                told = [
                    (await http.post("/v1/embeddings", json={"model": name, "input": "a"})).headers["x-plano-model"]
                    for name in ("glm-5", "gpt-4o", "cn/new", "openai/new")
                ]
    assert told == ["cn/glm-5", "openai/gpt-4o", "cn/new", "openai/new"]
    assert [(each.target, each.json["model"]) for each in upstream.asked] == [
        ("/z/embeddings", "glm-5"),
        ("/o/embeddings", "gpt-4o"),
        ("/z/embeddings", "new"),
        ("/o/embeddings", "new"),
    ]


def test_without_a_default_the_words_for_it_are_no_models() -> None:
    with pytest.raises(UnknownModel):
        openai_model(Models([ModelProvider(model="openai/a")]), "auto")


async def test_signs_of_life(setting: Setting) -> None:
    assert (await setting.http.get("/healthz")).status_code == 200
    assert (await setting.http.head("/")).status_code == 200
    assert (await setting.http.get("/v1/models/")).status_code == 200
    assert (await setting.http.head("/v1/models")).status_code == 200
    preflight = await setting.http.options("/v1/models")
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
