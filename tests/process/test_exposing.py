"""Metrics, as they are read over HTTP."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec import Struct

from planoai.net.client import Client
from planoai.net.origin import Origin
from planoai.net.server import Server, listen
from planoai.observability.metrics import Metrics
from planoai.process.exposing import LIMITS, Exposing, commit, installed_commit
from planoai.process.usage_of import HAS_PROC
from tests.observability.metrics.made import FINE, USAGE, observation
from tests.observability.metrics.scraped import families, samples, total, value


class Seen(Struct):
    status: int
    kind: bytes | None
    allow: bytes | None
    body: bytes


class Exposed:
    """One that is served, and who looks at it."""

    def __init__(self) -> None:
        self.metrics = Metrics("1.2.3")
        self.running: dict[str, int] = {}
        self.origin = Origin("http", "127.0.0.1", 0)

    async def look(self, path: str, *accept: bytes, method: str = "GET") -> Seen:
        async with Client() as client:
            headers = [(b"accept", each) for each in accept]
            with await client.send(self.origin, method, path, headers) as response:
                told = response.headers
                body = await response.body()
                return Seen(response.status, told.get(b"content-type"), told.get(b"allow"), body)


@asynccontextmanager
async def exposed() -> AsyncIterator[Exposed]:
    made = Exposed()
    listener = listen("127.0.0.1", 0)
    handler = Exposing(made.metrics, lambda: made.running, lambda: {os.getpid(): "recorder"})
    async with Server(handler, [listener], LIMITS) as server:
        made.origin = Origin("http", *server.addresses[0])
        yield made


async def test_every_scrape_tells_what_has_happened_until_then() -> None:
    async with exposed() as gateway:
        gateway.metrics.add(observation(FINE, usage=USAGE))
        first = await gateway.look("/metrics")
        gateway.metrics.add(observation(FINE, usage=USAGE))
        gateway.running["llm_chat"] = 7
        second = await gateway.look("/metrics")
    assert (first.status, first.kind) == (200, b"text/plain; version=0.0.4; charset=utf-8")
    found = [samples(each.body) for each in (first, second)]
    assert [total(each, "brightstaff_http_requests_total") for each in found] == [1, 2]
    in_flight = [value(each, "brightstaff_http_in_flight_requests", handler="llm_chat") for each in found]
    assert in_flight == [0, 7]


async def test_a_scrape_tells_what_the_processes_use() -> None:
    async with exposed() as gateway:
        found = samples((await gateway.look("/metrics?name=x")).body)
    assert value(found, "plano_processes", role="recorder") == 1
    resident = value(found, "plano_process_resident_memory_bytes", role="recorder")
    assert resident is not None
    assert resident > 1_000_000
    assert resident == value(found, "process_resident_memory_bytes")


async def test_who_likes_open_metrics_best_gets_them() -> None:
    async with exposed() as gateway:
        seen = await gateway.look("/metrics", b"text/plain;q=0.5", b"application/openmetrics-text; version=1.0.0")
    assert seen.kind == b"application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert seen.body.endswith(b"# EOF\n")
    assert families(seen.body, open_metrics=True)


async def test_memory_is_told() -> None:
    async with exposed() as gateway:
        seen = await gateway.look("/debug/memstats")
    assert (seen.status, seen.kind) == (200, b"application/json")
    told = msgspec.json.decode(seen.body)
    assert told["resident_bytes"] > 1_000_000
    if HAS_PROC:
        assert 0 < told["allocated_bytes"] <= told["resident_bytes"]
        assert "error" not in told
    else:
        assert told["error"]


async def test_there_is_nothing_else() -> None:
    async with exposed() as gateway:
        seen = [await gateway.look(path) for path in ("/", "/metrics/", "/debug", "/healthz", "/v1/models")]
    assert [each.status for each in seen] == [404] * 5
    assert b"/metrics" in seen[0].body


@pytest.mark.parametrize("path", ["/metrics", "/debug/memstats"])
async def test_it_can_be_read_and_nothing_else(path: str) -> None:
    async with exposed() as gateway:
        refused = await gateway.look(path, method="POST")
        head = await gateway.look(path, method="HEAD")
    assert (refused.status, refused.allow) == (405, b"GET, HEAD")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('{"url": "https://example.com/x", "vcs_info": {"vcs": "git", "commit_id": "abc123"}}', "abc123"),
        ('{"url": "file:///x", "dir_info": {"editable": true}}', "unknown"),
        (None, "unknown"),
        ("no JSON", "unknown"),
        ('{"vcs_info": 3}', "unknown"),
    ],
)
def test_the_commit_is_the_one_it_was_installed_from(told: str | None, expected: str) -> None:
    assert commit(told) == expected


def test_this_installation_can_be_asked_for_its_commit() -> None:
    assert installed_commit()
