"""The setting of a run: the upstream and every target, started once and kept for all rounds."""

import contextlib
import socket
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from subprocess import Popen

from bench.accesslog import AccessLog
from bench.authority import Authority, authority
from bench.exchange import Address
from bench.processes import Cores, NotInstalled, NotStarted, last_lines, pin_process, started, wait_healthy
from bench.recorded import Telemetry
from bench.rows import DIRECT, LIMIT, WITH_TLS, Seat
from bench.target import Place, Target
from bench.targets import TARGETS
from bench.usage import roles
from msgspec import Struct

from bench import nginx, wrk


class Running(Struct, frozen=True):
    """A target that serves: the root of its process tree, None for the upstream; its access log where it writes one, and what else it tells of itself."""

    address: Address
    pid: int | None = None
    log: AccessLog | None = None
    telemetry: Telemetry | None = None


class Setting(Struct, frozen=True):
    """What runs, and why the rest does not; the upstream itself is the seat DIRECT. `versions` are by name of the program."""

    running: dict[Seat, Running]
    versions: dict[str, str]
    failures: dict[Seat, str]
    absent: dict[Seat, str]
    """What this machine does not have, and how to get it: rows are left out."""


class Around(Struct, frozen=True):
    """What a target is started into. `apart`: recorders run on the core of the load."""

    cores: Cores
    directory: Path
    upstream: int
    tls_upstream: int | None = None
    authority: Authority | None = None
    apart: bool = False


@contextlib.contextmanager
def setting(seats: Collection[Seat], cores: Cores, directory: Path, *, apart: bool = False) -> Iterator[Setting]:
    """Everything runs inside the block and is gone after it. Raises NotStarted when the upstream does not run; a target that does not is in `failures`."""
    with contextlib.ExitStack() as stack:
        around = Around(cores, directory, stack.enter_context(_upstream(cores.load, directory)), apart=apart)
        if any(seat.door in WITH_TLS for seat in seats):
            around = _with_tls(around, stack)
        versions = {"wrk": wrk.version()} if wrk.found() else {}
        upstream = Running(Address(around.upstream))
        found = Setting(running={Seat(DIRECT): upstream}, versions=versions, failures={}, absent={})
        wanted = [seat for name in TARGETS for seat in sorted(seats, key=str) if seat.target == name]
        for seat in wanted:
            try:
                found.running[seat] = stack.enter_context(seated(seat, around))
                found.versions[seat.target] = TARGETS[seat.target].version()
            except NotInstalled as error:
                found.absent[seat] = str(error)
                print(f"{seat}: not installed, its rows and ratios are left out: {error}", file=sys.stderr)
            except NotStarted as error:
                found.failures[seat] = f"not started: {error}"
                print(f"{seat}: {found.failures[seat]}", file=sys.stderr)
        yield found


@contextlib.contextmanager
def seated(seat: Seat, around: Around, name: str = "") -> Iterator[Running]:
    """A target that serves inside the block. Raises NotInstalled or NotStarted. `name` tells its directory from that of others in the same seat."""
    target = TARGETS[seat.target]
    target.install()
    where = place(seat, around, name)
    tls = where.authority if seat.door == "tls-listener" else None
    address = Address(where.port, tls.ca if tls else None, tuple(target.headers(where).items()))
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(launched(target, where, around.cores.proxy))
        log = where.directory / "log"
        wait_healthy(process, address.url(target.health), log, authority=address.authority, seconds=target.patience)
        if around.apart:
            for pid, role in roles(process.pid).items():
                if role == "recorder":
                    pin_process(pid, around.cores.load)
        path = target.access_log(where)
        lines = None if path is None else stack.enter_context(contextlib.closing(AccessLog(path)))
        yield Running(address, process.pid, lines, target.telemetry(where))


@contextlib.contextmanager
def launched(target: Target, where: Place, core: int | None) -> Iterator[Popen[bytes]]:
    """The target's processes, which may not serve yet."""
    log = where.directory / "log"
    with started(target.command(where), core=core, log=log, environ=target.environ(where)) as process:
        yield process


def place(seat: Seat, around: Around, name: str = "") -> Place:
    """Its directory is made. Raises NotInstalled."""
    directory = around.directory / (name or f"{seat.target}-{seat.door}")
    directory.mkdir()
    port, spare = free_ports(2)
    upstream = around.upstream
    if seat.door in WITH_TLS and (around.tls_upstream is None or around.authority is None):
        raise NotInstalled(f"what speaks TLS to load and upstream is {LIMIT}: `apt-get install nginx`")
    if seat.door == "tls-upstream" and around.tls_upstream is not None:
        upstream = around.tls_upstream
    return Place(directory, port, spare, upstream, seat.door, around.authority)


@contextlib.contextmanager
def _upstream(core: int | None, directory: Path) -> Iterator[int]:
    """Gives the port, which the upstream prints once it listens."""
    log = directory / "upstream.log"
    with started([sys.executable, "-m", "bench.upstream"], core=core, log=log) as process:
        until = time.monotonic() + 15
        while not log.read_text().endswith("\n"):
            if process.poll() is not None or time.monotonic() > until:
                raise NotStarted(f"it printed no port{last_lines(log)}")
            time.sleep(0.02)
        yield int(log.read_text())


def _with_tls(around: Around, stack: contextlib.ExitStack) -> Around:
    """With an upstream behind TLS, where there is nginx to be one: in Python it would cost the load core more than the limit costs the other."""
    try:
        nginx.find()
    except NotInstalled:
        return around
    directory = around.directory / "tls-upstream"
    directory.mkdir()
    made = authority(directory)
    [port] = free_ports(1)
    log = directory / "log"
    command = nginx.answers_over_tls(directory, port, made)
    process = stack.enter_context(started(command, core=around.cores.load, log=log))
    wait_healthy(process, f"https://127.0.0.1:{port}/healthz", log, authority=made.ca)
    return Around(around.cores, around.directory, around.upstream, port, made, around.apart)


def free_ports(count: int) -> list[int]:
    """Held together while they are picked, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
