"""What the gateway says of itself."""

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.gateway.conftest import Setting

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


async def test_signs_of_life(setting: Setting) -> None:
    assert (await setting.http.get("/healthz")).status_code == 200
    assert (await setting.http.head("/")).status_code == 200
    assert (await setting.http.get("/v1/models/")).status_code == 200
    assert (await setting.http.head("/v1/models")).status_code == 200
    preflight = await setting.http.options("/v1/models")
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
