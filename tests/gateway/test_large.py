"""Bodies so large that other requests would notice."""

import asyncio
from collections.abc import Callable

import pytest

from tests.gateway.conftest import Setting
from tests.support.answers import CHAT, MESSAGES
from tests.support.upstream import whole

MODELS = {"/v1/chat/completions": "anthropic/claude-sonnet-4-5", "/v1/messages": "openai/gpt-4o"}
ANSWERS = {"/v1/chat/completions": MESSAGES, "/v1/messages": CHAT}


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What went to a thread."""
    gone: list[object] = []
    to_thread = asyncio.to_thread

    async def watched(work: Callable[..., object], *args: object) -> object:
        gone.append(work)
        return await to_thread(work, *args)

    monkeypatch.setattr(asyncio, "to_thread", watched)
    return gone


@pytest.mark.parametrize("path", MODELS)
async def test_a_large_request_is_translated_beside_the_others(
    setting: Setting, path: str, threads: list[object]
) -> None:
    turns = [{"role": role, "content": f"{number} " * 20} for number in range(2_000) for role in ("user", "assistant")]
    last = {"role": "user", "content": "and now?"}
    small = {"model": MODELS[path], "max_tokens": 5, "messages": [last]}
    large = {**small, "messages": [*turns, last]}
    setting.upstream.will(whole(ANSWERS[path]))
    for body in (small, large):
        assert (await setting.http.post(path, json=body)).status_code == 200
    assert [len(asked.json["messages"]) for asked in setting.upstream.asked] == [1, len(turns) + 1]
    assert len(threads) == 1


async def test_a_large_answer_is_translated_beside_the_others(setting: Setting, threads: list[object]) -> None:
    text = "many words " * 100_000
    setting.upstream.will(whole({**MESSAGES, "content": [{"type": "text", "text": text}]}))
    body = {"model": MODELS["/v1/chat/completions"], "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    answer = await setting.http.post("/v1/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"] == text
    assert len(threads) == 1  # read and written there
