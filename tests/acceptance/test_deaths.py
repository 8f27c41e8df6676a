"""The whole tree of processes: nothing is counted twice or not at all, whoever of it is killed and whatever config it is told to go by."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from planoai.observability.observation import Observation
from planoai.observability.store import Reader
from planoai.process.status import Status
from tests.acceptance import clients, providers
from tests.acceptance.providers import FACTS, STREAMS, WHOLE
from tests.observability.metrics.scraped import Samples, samples, total, value
from tests.process.load import load, streams
from tests.process.tree import Tree, access_log, ask, tree
from tests.support.answers import chat_chunk
from tests.support.collector import Collector, Span, collecting
from tests.support.ports import free_port
from tests.support.upstream import Hold, scripted, stream, whole

REQUESTS, IN_FLIGHT = "brightstaff_http_requests_total", "brightstaff_http_in_flight_requests"
METRICS = b"GET /metrics HTTP/1.1\r\nHost: a\r\nconnection: close\r\n\r\n"
PRICE = "price: {input: 1000.0, output: 0.0}"


def more(collector: Collector, metrics: int, *, capture: str = "preview", sampling: int = 100) -> str:
    tracing = {"random_sampling": sampling, "opentracing_grpc_endpoint": collector.url}
    watching = {"capture": capture, "metrics_bind": f"127.0.0.1:{metrics}"}
    return f"tracing: {json.dumps(tracing)}\nobservability: {json.dumps(watching)}\n"


async def scraped(port: int) -> Samples:
    """Waits for the recorder that answers, where one has just died."""
    async with asyncio.timeout(30):
        while True:
            try:
                return samples((await ask(port, METRICS)).body)
            except (OSError, EOFError):
                await asyncio.sleep(0.01)


async def until(port: int, holds: Callable[[Samples], bool]) -> Samples:
    async with asyncio.timeout(30):
        while not holds(found := await scraped(port)):
            await asyncio.sleep(0.01)
    return found


def rows(running: Tree, *, content: bool = False) -> list[Observation]:
    """The oldest first."""
    with Reader(running.program.home.root / "store.db") as reader:
        return reader.newest(100_000, content=content)[::-1]


def roots(collector: Collector) -> list[Span]:
    return [each for each in collector.spans if each.service == "plano(llm)"]


def asks(name: str, *, streaming: bool) -> bytes:
    body = json.dumps(clients.body("chat", "gpt-4o", streaming=streaming))
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nx-request-id: {name}\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def test_long_answers_count_fully_and_those_of_a_killed_worker_are_lost(tmp_path: Path) -> None:
    port, chat, page = free_port(), STREAMS["chat"], "x" * 5_000_000
    answer = json.loads(json.dumps(WHOLE["chat"]))
    answer["choices"][0]["message"]["content"] = page
    long = {
        "chunks": stream(*chat[:2], *[chat_chunk({"content": "seven b"})] * 3000, *chat[2:]),
        "large": stream(*chat[:2], *[chat_chunk({"content": page[:5000]})] * 1000, *chat[2:]),
        "whole": whole(answer),
    }
    with collecting() as collector:
        async with (
            scripted() as upstream,
            tree(tmp_path, upstream=upstream.url, more=more(collector, port)) as running,
        ):
            for name, script in long.items():
                upstream.will(script)
                assert (await ask(running.port, asks(name, streaming=name != "whole"))).status == 200
            upstream.will(stream(*chat[:2], Hold()))
            begun = await streams(running.port, 4)
            for raw in begun:
                assert b"Let me" in await raw.reader.readuntil(b"Let me")
            await until(port, lambda now: total(now, REQUESTS) == 3 and value(now, IN_FLIGHT, handler="llm_chat") == 4)
            workers = running.status.workers
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            for raw in begun:
                raw.writer.close()
            now = await until(port, lambda now: total(now, IN_FLIGHT) == 0 and total(now, REQUESTS) == 7)
            upstream.will(providers.fine("chat", streaming=False))
            await running.when(lambda status: len(set(status.workers) - set(workers)) == 2)
            assert (await ask(running.port, asks("after", streaming=False))).status == 200
            collector.wait(lambda it: len(roots(it)) == 8)
            stored = {each.opened.request_id.decode(): each for each in rows(running)}

    assert value(now, REQUESTS, handler="llm_chat", method="POST", status_class="2xx") == 3
    assert total(now, "plano_records_dropped_total") == 0
    spent = FACTS["chat"].spent
    for name in (*long, "after"):
        usage = stored[name].usage
        assert usage is not None
        assert (usage.input, usage.output, usage.cache_read, usage.reasoning) == (
            spent.input,
            spent.output,
            spent.cached,
            spent.thought,
        )
        assert stored[name].whole
    said = len(providers.SAID)
    told = {name: found.characters for name in long if (found := stored[name].answer) is not None}
    assert told == {"chunks": 21_000 + said, "large": 5_000_000 + said, "whole": 5_000_000}

    lost = [each for each in stored.values() if each.closed.outcome == "lost"]
    assert len(lost) == 4
    spans = {each.id: each for each in collector.spans}
    for each in lost:
        root = spans[each.opened.trace.span.hex()]
        [tried] = [span for span in spans.values() if span.parent == root.id]
        assert (root.attributes["plano.outcome"], root.attributes["error.type"], root.status) == (
            "lost",
            "lost",
            "error",
        )
        assert "http.status_code" not in root.attributes
        assert tried.attributes["http.status_code"] == 200


async def stored_with(running: Tree, wanted: tuple[bool, bool]) -> None:
    """Waits for an exchange that was looked at with such a config."""
    async with asyncio.timeout(30):
        while not any(kept(each) == wanted for each in rows(running, content=True)):
            await asyncio.sleep(0.02)


def kept(observation: Observation) -> tuple[bool, bool]:
    """Whether all of the request is, and anything of the answer."""
    asked, answer = observation.asked, observation.answer
    return bool(asked and asked.lines), bool(answer and answer.text)


async def test_a_config_that_changes_under_load_loses_no_record(tmp_path: Path) -> None:
    port = free_port()
    captures = {"preview": (False, True), "full": (True, True), "none": (False, False)}
    with collecting() as collector:
        async with tree(tmp_path, more=more(collector, port)) as running:
            async with load(running.port, clients=16, think=0.02) as driven:
                await driven.until(50)
                await stored_with(running, captures["preview"])
                running.write(more=more(collector, port, capture="full", sampling=50))
                priced = running.config.read_text().replace("default: true", f"default: true, {PRICE}")
                running.config.write_text(priced)
                assert (await running.reload()).problems == ()
                await driven.until(50)
                await stored_with(running, captures["full"])
                running.write(more=more(collector, port, capture="none"))
                assert (await running.reload()).problems == ()
                await driven.until(50)
                await stored_with(running, captures["none"])
            assert driven.lost == []
            now = await until(port, lambda now: total(now, REQUESTS) >= driven.sent and total(now, IN_FLIGHT) == 0)
            stored = rows(running, content=True)
            sampled = {each.opened.trace.span.hex() for each in stored if each.opened.trace.sampled}
            collector.wait(lambda it: {each.id for each in roots(it)} >= sampled)
            lines = access_log(running)

    assert Counter(each.id for each in roots(collector)) == Counter(sampled)
    spans = {each.opened.trace.span for each in stored}
    assert len(sampled) < len(spans) == len(stored) == len(lines) == total(now, REQUESTS) == driven.sent
    assert value(now, REQUESTS, handler="llm_chat", method="POST", status_class="2xx") == driven.sent
    assert total(now, "plano_records_dropped_total") == total(now, "plano_export_dropped_total") == 0
    costs = {
        each: [row.cost.total / row.usage.input for row in stored if row.cost and row.usage and kept(row) == wanted]
        for each, wanted in captures.items()
    }
    assert sum(map(len, costs.values())) == driven.sent
    assert costs["full"] == [pytest.approx(0.001)] * len(costs["full"])  # the price that held then
    assert max(*costs["preview"], *costs["none"]) < 0.001


def recorded_by_another(before: int, now: Status) -> bool:
    return now.recorder not in (None, before)


async def test_killed_recorders_make_no_request_fail_and_the_store_has_each_once(tmp_path: Path) -> None:
    """Metrics begin anew with each; what an exporter had taken and not sent goes with the recorder, and the store has it still."""
    port = free_port()
    with collecting() as collector:
        async with tree(tmp_path, more=more(collector, port)) as running:
            async with load(running.port, clients=16, think=0.02) as driven:
                for _ in range(2):
                    await driven.until(50)
                    before = (await running.when(lambda now: now.recorder is not None)).recorder
                    assert before is not None
                    os.kill(before, signal.SIGKILL)
                    await running.when(partial(recorded_by_another, before))
                await driven.until(50)
            assert driven.lost == []
            now = await until(port, lambda now: total(now, REQUESTS) >= 50 and total(now, IN_FLIGHT) == 0)
            running.program.signal()
            assert await running.program.ends() == 0
            stored = rows(running)

    assert len(stored) == len({each.opened.trace.span for each in stored}) == driven.sent
    assert {each.closed.outcome for each in stored} == {"completed"}
    assert total(now, REQUESTS) <= driven.sent
    assert total(now, "plano_records_dropped_total") == 0
    exported = Counter(each.id for each in roots(collector))
    assert exported.keys() <= {each.opened.trace.span.hex() for each in stored}
