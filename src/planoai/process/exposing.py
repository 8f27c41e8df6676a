"""What is read from the recorder by those who watch it: /metrics for Prometheus, /debug/memstats for who looks for memory."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, distribution

from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from planoai.names.metrics import UNKNOWN
from planoai.net.limits import Limits
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.observability.metrics import Metrics, Processes, Role, Sum
from planoai.observability.metrics.text import OPEN_METRICS, PROMETHEUS, asks_for_open_metrics
from planoai.process.usage_of import HAS_PROC, usages

LIMITS = Limits(head_bytes=16 * 1024, body_bytes=0)

_METRICS, _MEMORY = "/metrics", "/debug/memstats"
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")


class MemoryTold(Struct, frozen=True, omit_defaults=True):
    """Bytes of all processes together. `allocated`: what no file stands behind. `error`: why both are 0, or one is."""

    allocated_bytes: int
    resident_bytes: int
    error: str = ""


class Exposing:
    """The handler of a server. `running`: requests that have not ended, by handler; `processes`: which run now, by id. Both are asked at every look."""

    def __init__(
        self, metrics: Metrics, running: Callable[[], Mapping[str, int]], processes: Callable[[], Mapping[int, Role]]
    ) -> None:
        self._metrics = metrics
        self._running = running
        self._processes = processes
        self._seen = Processes()

    async def __call__(self, request: Request, reply: Reply) -> None:
        if request.path not in (_METRICS, _MEMORY):
            reply.send(404, [_PLAIN], f"there is {_METRICS} and {_MEMORY}\n".encode())
        elif request.method not in ("GET", "HEAD"):
            reply.send(405, [_PLAIN, (b"allow", b"GET, HEAD")], b"it can be read, and nothing else\n")
        elif request.path == _METRICS:
            await self._scraped(request, reply)
        else:
            told = encode(_memory(await self._sums()))
            reply.send(200, [(b"content-type", b"application/json")], told)

    async def _scraped(self, request: Request, reply: Reply) -> None:
        accepted = b",".join(request.headers.all(b"accept")).decode("latin-1")
        open_metrics = asks_for_open_metrics(accepted)
        sums = await self._sums()
        text = self._metrics.text(self._running(), sums, open_metrics=open_metrics)
        reply.send(200, [(b"content-type", OPEN_METRICS if open_metrics else PROMETHEUS)], text)

    async def _sums(self) -> Mapping[Role, Sum]:
        processes = self._processes()
        if HAS_PROC:
            return self._seen.see(usages(processes))
        return self._seen.see(await asyncio.to_thread(usages, processes))


def _memory(sums: Mapping[Role, Sum]) -> MemoryTold:
    allocated = sum(each.private for each in sums.values())
    resident = sum(each.resident for each in sums.values())
    return MemoryTold(allocated, resident, "" if allocated else "this system does not tell what is allocated")


def installed_commit() -> str:
    """That of the repository that planoai was installed from (PEP 610); `unknown` where it came as a package, or from a folder."""
    try:
        return commit(distribution("planoai").read_text("direct_url.json"))
    except PackageNotFoundError:
        return UNKNOWN


def commit(direct_url: str | None) -> str:
    """In the text of a direct_url.json."""
    try:
        told = decode(direct_url or "{}", type=_DirectUrl)
    except DecodeError:
        return UNKNOWN
    return told.vcs_info.commit_id or UNKNOWN


class _Origin(Struct, frozen=True):
    commit_id: str = ""


class _DirectUrl(Struct, frozen=True):
    vcs_info: _Origin = _Origin()
