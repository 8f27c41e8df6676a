"""How much of what was said is kept, and where: by `capture`, and never a key or a client's credential."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.acceptance import providers
from tests.acceptance.scene import OUR_KEY, Scene, scene
from tests.support.answers import chat_chunk
from tests.support.collector import Collector, collecting
from tests.support.upstream import Cut, Step, stream, whole

SECRET_BEARER = "CLIENTBEARER9f8e7d6c5b4a39281706"
WRITTEN_KEY = "sk-proj-written0into0the0text0by0a0user"
ASKED = (
    f"A long question from Jane, who is at jane@example.com and whose key is {WRITTEN_KEY}, to see where that is cut."
)
SAID = "Jane, an answer that is longer than fifty characters has an end that is seen only by who keeps all of it."
CALLED = '{"secret_word":"xylophone"}'
CALL = {"id": "call_1", "type": "function", "function": {"name": "play", "arguments": CALLED}}
ANSWER: Mapping[str, object] = {
    "id": "chatcmpl-B1",
    "object": "chat.completion",
    "created": 1760000000,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": SAID, "tool_calls": [CALL]},
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
}
STREAM = (
    chat_chunk({"role": "assistant", "content": SAID[:30]}),
    chat_chunk({"content": SAID[30:]}),
    chat_chunk({"tool_calls": [{"index": 0, **CALL}]}),
    chat_chunk({}, "tool_calls"),
    b"data: [DONE]\n\n",
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


def body(*, streaming: bool = False, model: str = "fast") -> Mapping[str, object]:
    messages = [
        {"role": "system", "content": "The system says Abracadabra."},
        {"role": "user", "content": "i want to talk to a real person"},
        {"role": "assistant", "content": "It said Sesame."},
        {"role": "user", "content": ASKED},
    ]
    return {"model": model, "stream": streaming, "messages": messages}


async def talked(folder: Path, collector: Collector, capture: str, redact: str = "") -> Scene:
    more = f"observability: {{capture: {capture}{redact}}}\n"
    async with scene(folder, collector, more) as staged:
        staged.upstream.will(whole(ANSWER), stream(*STREAM))
        for streaming in (False, True):
            await staged.http.post("/v1/chat/completions", json=body(streaming=streaming))
    return staged


def everything(staged: Scene, collector: Collector) -> str:
    """All that was written or sent: every export, the file of the store and what it has compressed, metrics, and the access log."""
    exported = "".join(repr(export.message) for export in collector.exports)
    stored = staged.store.read_bytes().decode("latin-1") + repr(staged.rows(content=True))
    return f"{exported}\n{stored}\n{staged.text}\n{staged.log.read_text()}"


async def test_without_capture_no_word_is_kept(tmp_path: Path, collector: Collector) -> None:
    staged = await talked(tmp_path, collector, "none")

    kept = everything(staged, collector)
    for words in ("real person", "Jane", "Abracadabra", "Sesame", "xylophone", "A long", "[key]"):
        assert words not in kept
    for root in staged.roots().values():  # how it felt is told all the same
        assert root.attributes["signals.escalation.requested"] is True
        [signal] = [each for each in root.events if each.name.startswith("signal.")]
        assert "signal.snippet" not in signal.attributes
        assert signal.attributes["signal.metadata"] == "{}"
        assert root.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]
    for row in staged.rows():
        assert row.answer is not None
        assert (row.answer.text, row.answer.characters) == ("", len(SAID))


async def test_of_a_preview_fifty_characters_are_kept(tmp_path: Path, collector: Collector) -> None:
    staged = await talked(tmp_path, collector, "preview")

    kept = everything(staged, collector)
    for words in ("Abracadabra", "Sesame", "xylophone", SAID[50:60], WRITTEN_KEY):
        assert words not in kept
    for root in staged.roots().values():
        assert root.attributes["llm.user_message_preview"] == ASKED[:50] + "..."
        assert root.attributes["llm.response_preview"] == SAID[:50] + "..."


async def test_full_capture_keeps_all_in_the_store_and_previews_in_spans(tmp_path: Path, collector: Collector) -> None:
    staged = await talked(tmp_path, collector, "full")

    redacted = ASKED.replace(WRITTEN_KEY, "[key]")
    for row in staged.rows(content=True):
        assert row.asked is not None
        assert row.answer is not None
        assert [(each.role, each.text) for each in row.asked.lines] == [
            ("system", "The system says Abracadabra."),
            ("user", "i want to talk to a real person"),
            ("assistant", "It said Sesame."),
            ("user", redacted),
        ]
        assert row.answer.text == SAID
        assert [(each.name, each.arguments) for each in row.answer.calls] == [("play", CALLED)]
    for root in staged.roots().values():
        assert root.attributes["llm.user_message_preview"] == ASKED[:50] + "..."
        assert root.attributes["llm.response_preview"] == SAID[:50] + "..."
    assert WRITTEN_KEY not in everything(staged, collector)


async def test_what_is_to_be_blackened_is_so_everywhere(tmp_path: Path, collector: Collector) -> None:
    staged = await talked(tmp_path, collector, "full", ", redact: [email, '(?:Jane)', '(?:xylo)']")

    kept = everything(staged, collector)
    for words in ("jane@example.com", "Jane", "xylo"):
        assert words not in kept
    assert "[redacted], an answer" in kept


def failing() -> list[list[Step]]:
    """Upstreams that say our key and the client's in every place they have."""
    said = f"Incorrect API key provided: {OUR_KEY}, Bearer {SECRET_BEARER}, {SECRET_BEARER}"
    refused = {"error": {"message": said, "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}}
    return [
        whole(refused, 401),
        whole(refused, 500, {"x-key": OUR_KEY}),
        whole(said.encode(), 502, {"content-type": "text/plain"}),
        providers.failed("chat", said, streaming=False),
        providers.failed("chat", said, streaming=True),
        stream(*STREAM[:2], b"data: " + json.dumps(refused).encode() + b"\n\n"),
        stream(*STREAM[:2], Cut()),
        providers.failed("messages", said, streaming=True),
        providers.failed("responses", said, streaming=True),
        whole(providers.WHOLE["chat"]),
    ]


@pytest.mark.parametrize("protocol", ["grpc", "http"])
async def test_no_key_is_ever_kept(
    tmp_path: Path, collector: Collector, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "planoai")
    headers = {
        "authorization": f"Bearer {SECRET_BEARER}",
        "x-api-key": SECRET_BEARER,
        "x-goog-api-key": SECRET_BEARER,
        "cookie": f"session={SECRET_BEARER}",
        "x-acme-token": SECRET_BEARER,
        "x-acme-api-key": SECRET_BEARER,
    }
    more = "observability: {capture: full}\n"
    async with scene(tmp_path, collector, more, protocol=protocol) as staged:
        for script in failing():
            for model in ("fast", "deep", "wise"):
                for streaming in (False, True):
                    staged.upstream.will(script)
                    url = f"/v1/chat/completions?key={SECRET_BEARER}"
                    with suppress(httpx2.RemoteProtocolError):
                        await staged.http.post(url, json=body(streaming=streaming, model=model), headers=headers)
        staged.upstream.will(whole({"error": {"message": f"no {OUR_KEY}", "type": "x"}}, 401))
        await staged.http.post("/v1/embeddings", json={"model": "fast", "input": "hi"}, headers=headers)
        await staged.http.get(f"/v1/models?key={SECRET_BEARER}", headers=headers)
        await staged.http.post("/v1/chat/completions", content=b"{", headers=headers)

    assert len(staged.roots()) == len(failing()) * 6 + 3
    said = [each.getMessage() for each in caplog.records if each.name.startswith("planoai")]
    assert any("Incorrect API key" in each for each in said)
    for kept in (*everything(staged, collector).split("\n"), *said):
        assert OUR_KEY not in kept
        assert SECRET_BEARER not in kept
