"""The service behind Codex, which only streams and keeps nothing, for clients of every API."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import Setting
from tests.gateway.spoken import CLIENT_PATHS, asked, housed
from tests.support.upstream import stream

GOLDEN = Path(__file__).parent.parent / "golden" / "streams" / "openai_responses"
MODEL = "chatgpt/gpt-5.2-codex"
ENTRY = f"model: {MODEL}, base_url: '{{url}}/backend-api/codex', access_key: of-ours"


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with housed(ENTRY) as setting:
        yield setting


def will_say(setting: Setting, case: str) -> None:
    blocks = (GOLDEN / f"{case}.sse").read_bytes().split(b"\n\n")
    setting.upstream.will(stream(*(block + b"\n\n" for block in blocks if block)))


def call_in(client: str, answer: Any) -> tuple[str, Any]:
    """The tool that the model calls, and with what."""
    if client == "chat":
        function = answer["choices"][0]["message"]["tool_calls"][0]["function"]
        return function["name"], json.loads(function["arguments"])
    if client == "messages":
        block = next(block for block in answer["content"] if block["type"] == "tool_use")
        return block["name"], block["input"]
    item = next(item for item in answer["output"] if item["type"] == "function_call")
    return item["name"], json.loads(item["arguments"])


@pytest.mark.parametrize("client", CLIENT_PATHS)
async def test_a_client_that_wants_no_stream_gets_the_whole_answer(setting: Setting, client: str) -> None:
    will_say(setting, "output_empty_in_completed")

    answer = await setting.http.post(CLIENT_PATHS[client], json=asked(client, MODEL))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert call_in(client, answer.json()) == ("get_weather", {})
    assert setting.upstream.asked[0].json["stream"] is True


async def test_its_own_clients_get_every_item_as_it_was(setting: Setting) -> None:
    will_say(setting, "output_empty_in_completed")

    answer = await setting.http.post(CLIENT_PATHS["responses"], json=asked("responses", MODEL))
    thought, call = answer.json()["output"]
    assert thought["encrypted_content"] == "gAAAAAB"
    assert call["id"].startswith("fc_")


@pytest.mark.parametrize("client", CLIENT_PATHS)
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_failure_before_the_first_word_has_its_status(
    setting: Setting, client: str, *, streaming: bool
) -> None:
    will_say(setting, "error_event_flat")

    answer = await setting.http.post(CLIENT_PATHS[client], json=asked(client, MODEL, streaming=streaming))
    assert answer.status_code == 400
    assert "context window" in answer.json()["error"]["message"]


async def test_an_answer_that_it_does_not_keep_can_not_be_gone_on_from(setting: Setting) -> None:
    body = asked("responses", MODEL) | {"previous_response_id": "resp_1"}

    answer = await setting.http.post(CLIENT_PATHS["responses"], json=body)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "previous_response_not_found"
    assert not setting.upstream.asked
