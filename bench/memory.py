"""What the gateway holds, and how soon it is there: memory of each process when idle, under load and with streams open, and the time of a start."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import uvloop
from bench.exchange import Address, Exchange
from bench.measured import number
from bench.processes import Cores, leashed, wait_healthy
from bench.rows import DIRECT, OURS, QUICK, Seat
from bench.setting import Around, Running, launched, place, seated, setting
from bench.streams import Connection
from bench.targets import TARGETS
from bench.usage import ROLES, Role, resident_megabytes, roles, usage
from msgspec import Struct

from bench import report, streams, wrk

_STARTS, _HELPS = 3, 7
_IDLE = Exchange(
    stream=True, include_usage=True, pace_ms=3_600_000
)  # the first piece, then none for as long as we look
_SETTLES = 1.0  # seconds for what is done a moment after the work, such as the writing of the log


class Process(Struct, frozen=True):
    """Resident megabytes of one process: once it serves, after the fewer and after the more requests."""

    role: Role
    idle: float
    fewer: float
    more: float


class Memory(Struct, frozen=True):
    """Times are medians, in seconds. `stream_kib`: what the worker grew by with `streams` open that say nothing, for each.
    `missing`: requests that the access log has no line for; None where there is no log.
    """

    help_seconds: float
    start_seconds: float
    streams: int
    stream_kib: float
    requests: tuple[int, int]
    missing: int | None
    processes: tuple[Process, ...]


def measure(cores: Cores, directory: Path, *, quick: bool) -> Memory | None:
    """None where memory cannot be measured. Raises NotStarted, and BadAnswer when one of the requests was not answered right."""
    home = directory / "memory"
    home.mkdir()
    many, fewer, more = (50, 2_000, 8_000) if quick else (500, 50_000, 200_000)
    with setting([], cores, home) as running:
        around = Around(cores, home, running.running[Seat(DIRECT)].address.port)
        starts = [_start(around, f"start-{each}") for each in range(_STARTS)]
        helps = [_help() for _ in range(_HELPS)]
        with seated(Seat(OURS), around, "streams") as ours:
            kib = _idle_streams(ours, many)
        with seated(Seat(OURS), around, "requests") as ours:
            counts, missing, processes = _requests(ours, fewer, more, home)
    if kib is None:
        return None
    return Memory(median(helps), median(starts), many, kib, counts, missing, processes)


def tables(found: Memory | None) -> str:
    title = "Memory of each process, MB"
    if found is None:
        return f"{title}: not measured on this system"
    fewer, more = found.requests
    head = ("process", "idle", f"after {fewer:,} requests", f"after {more:,}", "growth between")
    lines = [
        (each.role, number(each.idle), number(each.fewer), number(each.more), f"{each.more - each.fewer:+.2f}")
        for each in sorted(found.processes, key=lambda each: ROLES.index(each.role))
    ]
    missing = "" if found.missing is None else f"; the access log lacks {found.missing} of them"
    return f"{title}{missing}\n\n{report.table(head, lines)}"


def _start(around: Around, name: str) -> float:
    """From the command to the first 200."""
    target = TARGETS[OURS]
    where = place(Seat(OURS), around, name)
    began = time.monotonic()
    with launched(target, where, around.cores.proxy) as process:
        url = Address(where.port).url(target.health)
        wait_healthy(process, url, where.directory / "log", every=0.005)
        return time.monotonic() - began


def _help() -> float:
    began = time.monotonic()
    subprocess.run(leashed([sys.executable, "-m", "planoai", "--help"]), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _idle_streams(ours: Running, many: int) -> float | None:
    """KiB of a worker for each of so many streams. A few have been served before, so that what the first one loads does not count."""
    if ours.pid is None or usage(ours.pid) is None:
        return None
    streams.run(ours.address, Exchange(stream=True, include_usage=True), at_once=2, seconds=0.2)
    time.sleep(_SETTLES)
    before = _workers(ours.pid)
    pid = ours.pid
    held = uvloop.run(with_open(ours.address, many, lambda: _workers(pid)))
    return (held - before) * 1e6 / 1024 / many


async def with_open(address: Address, many: int, look: Callable[[], float]) -> float:
    """What `look` sees while so many streams have begun and go on."""
    loop = asyncio.get_running_loop()
    request = _IDLE.request(address)
    connections: list[Connection] = []
    try:
        for _ in range(many):
            _, connection = await loop.create_connection(Connection, "127.0.0.1", address.port)
            connections.append(connection)
            connection.ask(request)
        async with asyncio.timeout(60):
            await asyncio.gather(*(connection.begun.wait() for connection in connections))
        await asyncio.sleep(_SETTLES)
        return look()
    finally:
        for connection in connections:
            await connection.aclose()


def _workers(pid: int) -> float:
    return sum(resident_megabytes(each) for each, role in roles(pid).items() if role == "worker")


def _requests(
    ours: Running, fewer: int, more: int, directory: Path
) -> tuple[tuple[int, int], int | None, tuple[Process, ...]]:
    pid = ours.pid or 0
    time.sleep(_SETTLES)
    idle = _each(pid)
    size = streams.probe(ours.address, Exchange())
    first, missing = _load(ours, fewer, size, directory)
    after_first = _each(pid)
    then, also = _load(ours, more - first, size, directory)
    after_more = _each(pid)
    processes = tuple(
        Process(role, idle[each], after_first[each], after_more[each])
        for each, role in roles(pid).items()
        if each in idle and each in after_first and each in after_more
    )
    return (first, first + then), None if missing is None or also is None else missing + also, processes


def _load(ours: Running, requests: int, size: int, directory: Path) -> tuple[int, int | None]:
    """At least so many requests; how many there were, and how many the access log lacks."""
    done, missing = 0, None
    while done < requests:
        lines = None if ours.log is None else ours.log.read()
        if wrk.found():
            load = wrk.run(ours.address, Exchange(), at_once=QUICK, seconds=1, body_bytes=size, directory=directory)
        else:
            load = streams.run(ours.address, Exchange(), at_once=QUICK, seconds=1)
        done += load.requests
        if ours.log is not None and lines is not None:
            missing = (missing or 0) + (ours.log.since(lines, load.requests).missing or 0)
    time.sleep(_SETTLES)
    return done, missing


def _each(pid: int) -> Mapping[int, float]:
    return {each: resident_megabytes(each) for each in roles(pid)}
