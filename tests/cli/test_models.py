"""`planoai models`, and what becomes of a list that was fetched."""

import json
from pathlib import Path

import httpx2
import pytest

from planoai.process.home import Home
from planoai.providers.registry import snapshot
from tests.cli.command import done
from tests.support.ports import free_port
from tests.support.upstream import scripted, whole

pytestmark = pytest.mark.no_cover

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: groq/*, base_url: "{url}", access_key: $THE_KEY}}
  - {{model: house/*, base_url: "{url}", provider_interface: openai}}
"""


async def test_the_models_that_are_known(home: Home) -> None:
    told = await done("models", "--json", home=home)
    assert told.code == 0
    listed = json.loads(told.out)
    assert listed["as_of"] == snapshot().as_of
    assert {"model": "openai/text-embedding-3-small", "kind": "embedding"} in listed["models"]
    assert {"model": "zhipu/glm-5", "kind": "chat"} in listed["models"]
    lines = (await done("models", "--kind", "moderation", home=home)).out.splitlines()
    assert "moderation  openai/omni-moderation-latest" in lines
    assert all(line.startswith("moderation ") for line in lines)
    assert (await done("models", "--kind", "poem", home=home)).code == 2


async def names(port: int) -> list[str]:
    """Over a new connection: one that is kept leads to the workers of before."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        return [each["id"] for each in (await http.get("/v1/models")).json()["data"]]


async def test_a_list_that_was_fetched_is_served_after_up_and_after_reload(home: Home, tmp_path: Path) -> None:
    file, port = tmp_path / "config.yaml", free_port()
    async with scripted() as upstream:
        file.write_text(CONFIG.format(url=upstream.url, port=port))
        upstream.will(whole({"data": [{"id": "llama"}]}))
        told = await done("models", "refresh", str(file), home=home)
        assert (told.code, told.out.splitlines()) == (0, ["groq: 1 model", "house: 1 model"])
        started = await done("up", str(file), home=home)
        assert started.code == 0
        assert "warning: config.yaml:7:13: model_providers[1].model: 'groq/*' has 'llama' too" in started.err
        assert await names(port) == ["groq/llama", "house/llama"]
        upstream.will(whole({"data": [{"id": "llama"}, {"id": "new"}]}))
        assert (await done("models", "refresh", str(file), home=home)).code == 0
        assert (await done("reload", home=home)).code == 0
        assert await names(port) == ["groq/llama", "groq/new", "house/llama", "house/new"]
    listed = json.loads((await done("models", "--json", home=home)).out)["models"]
    assert {"model": "groq/new", "kind": "chat"} in listed
    assert {"model": "house/new", "kind": "chat"} in listed


async def test_nobody_tells_anything(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    async with scripted() as upstream:
        unserved = "console: {enabled: true}  # which is no reason not to ask for models\n"
        file.write_text(CONFIG.format(url=upstream.url, port=free_port()) + unserved)
        upstream.will(whole({"error": "sk-that-nobody-sees"}, status=403))
        told = await done("models", "refresh", "--path", str(tmp_path), home=home)
    assert told.code == 1
    assert "groq: it answered with status 403; its list stays as it is" in told.err
    assert "no provider told its models" in told.err
    assert "sk-that-nobody-sees" not in told.err + told.out
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: v9\n")
    assert (await done("models", "refresh", str(broken), home=home)).code == 1
