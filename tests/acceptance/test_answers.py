"""Answers of every size and coding are counted to their end, and every try, every error and every request that asks no model has its span."""

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.acceptance import clients, providers
from tests.acceptance.providers import FACTS, STREAMS, WHOLE
from tests.acceptance.scene import MODELS, NAMES, Scene, scene
from tests.observability.metrics.scraped import value
from tests.support.answers import chat_chunk, messages_event
from tests.support.collector import Collector, Span, collecting
from tests.support.upstream import Cut, Hold, stream, whole

ASKED_AS = {api: name for name, api in NAMES.items()}
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


async def ask(staged: Scene, client: str, api: str, name: str, *, streaming: bool = False) -> int:
    body = clients.body(client, ASKED_AS[api], streaming=streaming)
    headers = {"x-request-id": name}
    return (await staged.http.post(clients.PATHS[client], json=body, headers=headers)).status_code


def tokens(span: Span) -> tuple[object, ...]:
    names = ("prompt_tokens", "completion_tokens", "cached_input_tokens", "total_cost_usd")
    return tuple(span.attributes.get(f"llm.usage.{name}") for name in names)


def expected(api: str) -> tuple[object, ...]:
    spent = FACTS[api].spent
    return spent.input, spent.output, spent.cached, pytest.approx(sum(spent.dollars), abs=1e-9)


async def test_compressed_answers_count_fully(tmp_path: Path, collector: Collector) -> None:
    names: dict[str, str] = {}
    async with scene(tmp_path, collector) as staged:
        for coding, compressed in CODINGS.items():
            for api in MODELS:
                for streaming in (False, True):
                    sent = b"".join(STREAMS[api]) if streaming else json.dumps(WHOLE[api]).encode()
                    fields = {
                        "content-type": providers.kind(api) if streaming else "application/json",
                        "content-encoding": coding,
                    }
                    packed = compressed(sent)
                    halves = packed[: len(packed) // 2], packed[len(packed) // 2 :]
                    staged.upstream.will(stream(*halves, headers=fields) if streaming else whole(packed, 200, fields))
                    for client in ("chat", "messages"):  # verbatim and translated
                        name = f"{client}-{api}-{coding}-{streaming}"
                        names[name] = api
                        assert await ask(staged, client, api, name, streaming=streaming) == 200

    roots = staged.roots()
    assert {name: tokens(roots[name]) for name in names} == {name: expected(api) for name, api in names.items()}
    answers = {each.opened.request_id.decode(): each.answer for each in staged.rows()}
    assert {name: answer.text for name, answer in answers.items() if answer} == dict.fromkeys(names, providers.SAID)


@pytest.mark.parametrize("client", clients.PATHS)
async def test_long_answers_count_fully(tmp_path: Path, collector: Collector, client: str) -> None:
    """The usage stands at the very end; Messages tells a part of it at the beginning."""
    chat, messages = STREAMS["chat"], STREAMS["messages"]
    word, page = "seven b", "x" * 5_000_000
    bodies = {
        "chat-chunks": [*chat[:2], *[chat_chunk({"content": word})] * 3000, *chat[2:]],
        "chat-large": [*chat[:2], *[chat_chunk({"content": page[:5000]})] * 1000, *chat[2:]],
        "messages-chunks": [
            *messages[:3],
            *[messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": word})] * 3000,
            *messages[3:],
        ],
    }
    async with scene(tmp_path, collector) as staged:
        for name, chunks in bodies.items():
            staged.upstream.will(stream(*chunks))
            assert await ask(staged, client, name.partition("-")[0], name, streaming=True) == 200
        answer = json.loads(json.dumps(WHOLE["chat"]))
        answer["choices"][0]["message"]["content"] = page
        staged.upstream.will(whole(answer))
        assert await ask(staged, client, "chat", "whole-large") == 200

    roots = staged.roots()
    for name, root in roots.items():
        api = "messages" if name.startswith("messages") else "chat"
        assert (name, tokens(root)) == (name, expected(api))
        assert root.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]
    said = len(providers.SAID)
    characters = {each.opened.request_id.decode(): each.answer.characters for each in staged.rows() if each.answer}
    assert characters == {
        "chat-chunks": 3000 * len(word) + said,
        "chat-large": 5_000_000 + said,
        "messages-chunks": 3000 * len(word) + said,
        "whole-large": 5_000_000,
    }


async def test_the_first_token_is_when_it_came(tmp_path: Path, collector: Collector) -> None:
    before, after = Hold(), Hold()
    begins, first, *rest = STREAMS["chat"]
    async with scene(tmp_path, collector) as staged:
        staged.upstream.will(stream(before, begins, first, after, *rest))
        body = clients.body("chat", "fast", streaming=True)
        asking = asyncio.create_task(_until_its_first_words(staged, body, after))
        await before.reached.wait()
        reached = time.perf_counter_ns()
        await asyncio.sleep(0.05)  # what the model takes to think
        begun, thought = time.time_ns(), time.perf_counter_ns() - reached
        before.release.set()
        had = await asking

    [root] = staged.roots().values()
    [event] = [each for each in root.events if each.name == "llm.time_to_first_token"]
    told = root.attributes["llm.time_to_first_token"]
    assert isinstance(told, int)
    assert told >= thought // 1_000_000
    assert begun <= event.at <= had


async def _until_its_first_words(staged: Scene, body: object, then: Hold) -> int:
    """When they were there. What follows is let go after that."""
    had = 0
    async with staged.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        async for chunk in answer.aiter_raw():
            if b"Let me" in chunk:
                had = time.time_ns()
                then.release.set()
    return had


async def test_every_try_has_a_span_and_the_last_one_is_the_answer(tmp_path: Path, collector: Collector) -> None:
    async with scene(tmp_path, collector, door=", max_retries: 2") as staged:
        staged.upstream.will(
            providers.broken("chat"),
            providers.begun("chat", Cut(), streaming=False),
            providers.fine("chat", streaming=False),
        )
        assert await ask(staged, "messages", "chat", "one") == 200

    root = staged.roots()["one"]
    tries = sorted(staged.tries(root), key=lambda each: each.start)
    assert [each.attributes["plano.attempt"] for each in tries] == [1, 2, 3]
    assert [each.attributes.get("error.type") for each in tries] == ["503", "stream", None]
    assert [each.status for each in tries] == ["error", "error", "unset"]
    assert tries[0].end <= tries[1].start
    assert tries[1].end <= tries[2].start
    assert root.attributes["plano.attempts"] == 3
    assert (root.status, tokens(root)) == ("unset", expected("chat"))
    model = {"provider": "chatter", "model": "gpt-4o"}
    classes = (("5xx", "5xx"), ("2xx", "stream"), ("2xx", "none"))
    for status, error in classes:
        counted = value(
            staged.metrics,
            "brightstaff_llm_upstream_requests_total",
            status_class=status,
            error_class=error,
            **model,
        )
        assert (status, error, counted) == (status, error, 1)


async def test_nobody_there_and_no_answer_in_time_are_told_as_such(tmp_path: Path, collector: Collector) -> None:
    async with scene(tmp_path, collector, door=", timeout: 50ms") as staged:
        hold = Hold()
        staged.upstream.will([hold])
        late = await ask(staged, "chat", "messages", "late")
        body = clients.body("chat", "nobody", streaming=False)
        missing = (await staged.http.post("/v1/chat/completions", json=body, headers={"x-request-id": "nobody"})).json()

    roots = staged.roots()
    [tried] = staged.tries(roots["late"])
    assert late == roots["late"].attributes["http.status_code"] == 504
    assert (roots["late"].status, tried.status) == ("error", "error")
    assert tried.attributes["error.type"] == tried.description == "timeout"
    assert "http.status_code" not in tried.attributes
    assert staged.tries(roots["nobody"]) == []
    assert roots["nobody"].attributes["error.type"] == missing["error"]["code"] == "model_not_found"
    assert roots["nobody"].name == "POST /v1/chat/completions nobody 🚩"


async def test_what_asks_no_model_is_an_inbound_span(tmp_path: Path, collector: Collector) -> None:
    door = ", client_keys: [key-of-a-client]"
    async with scene(tmp_path, collector, door=door) as staged:
        good = {"authorization": "Bearer key-of-a-client"}
        await staged.http.get("/v1/models", headers={**good, "x-request-id": "listed"})
        await staged.http.get("/nowhere", headers={**good, "x-request-id": "nowhere"})
        await staged.http.post("/v1/chat/completions", json={}, headers={"x-request-id": "refused"})
        await staged.http.get("/healthz", headers={"x-request-id": "probe"})

    found = staged.roots()
    assert {name: (each.name, each.service, each.status) for name, each in found.items()} == {
        "listed": ("GET /v1/models", "plano(inbound)", "unset"),
        "nowhere": ("GET /nowhere", "plano(inbound)", "unset"),
        "refused": ("POST /v1/chat/completions", "plano(inbound)", "unset"),
    }
    assert found["refused"].attributes["http.status_code"] == 401
    assert found["refused"].attributes["error.type"] == "invalid_api_key"


async def test_embeddings_are_counted_and_paid_as_well(tmp_path: Path, collector: Collector) -> None:
    numbers = [{"object": "embedding", "index": each, "embedding": [0.25] * 1536} for each in range(100)]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    async with scene(tmp_path, collector) as staged:
        staged.upstream.will(whole({"object": "list", "data": numbers, "model": "embedder-1", "usage": usage}))
        await staged.http.post("/v1/embeddings", json={"model": "fast", "input": "hi"})

    [root] = staged.roots().values()
    assert root.name == "POST /v1/embeddings fast -> chatter/gpt-4o"
    assert root.attributes["gen_ai.operation.name"] == "embeddings"
    assert root.attributes["gen_ai.response.model"] == "embedder-1"
    assert root.attributes["llm.usage.prompt_tokens"] == 7
    assert root.attributes["llm.usage.total_cost_usd"] == pytest.approx(7 * 2.0 / 1e6, abs=1e-9)


MOODS: Mapping[str, tuple[list[str], Mapping[str, object], bool]] = {
    "asks for somebody else": (
        ["this"],
        {
            "signals.quality": "severe",
            "signals.quality_score": 0.0,
            "signals.interaction.disengagement.count": 2,
            "signals.interaction.satisfaction.count": 1,
            "signals.escalation.requested": True,
            "signals.positive_feedback.count": 1,
        },
        True,
    ),
    "shouts": (
        ["WHY IS THIS BROKEN"],
        {
            "signals.quality": "neutral",
            "signals.quality_score": 40.0,
            "signals.frustration.count": 1,
            "signals.frustration.severity": 1,
        },
        True,
    ),
    "is glad": (
        ["Yes!! That's perfect!!!"],
        {"signals.quality": "good", "signals.quality_score": 62.0, "signals.positive_feedback.count": 1},
        False,
    ),
    "asks": (["Which day is it"], {"signals.quality": "neutral", "signals.quality_score": 50.0}, False),
    "drags on": (
        [f"q{number}" for number in range(33)],
        {"signals.turn_count": 33, "signals.quality_score": 50.0, "signals.repetition.count": 1},
        False,
    ),
}
OLDER = {
    "signals.follow_up.repair.count",
    "signals.follow_up.repair.ratio",
    "signals.frustration.count",
    "signals.frustration.severity",
    "signals.repetition.count",
    "signals.escalation.requested",
    "signals.positive_feedback.count",
}


@pytest.mark.parametrize("mood", MOODS)
async def test_older_names_of_signals_are_there_only_where_they_say_something(
    tmp_path: Path, collector: Collector, mood: str
) -> None:
    says, wanted, flagged = MOODS[mood]
    async with scene(tmp_path, collector) as staged:
        staged.upstream.will(providers.fine("chat", streaming=False))
        messages = [{"role": "user", "content": each} for each in says]
        await staged.http.post("/v1/chat/completions", json={"model": "fast", "messages": messages})

    [root] = staged.roots().values()
    assert {name: root.attributes.get(name) for name in wanted} == wanted
    assert OLDER & root.attributes.keys() == OLDER & wanted.keys()
    assert root.name.endswith(" 🚩") is flagged
