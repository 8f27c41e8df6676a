"""The setting of a run: the upstream and every target, started once and kept for all rounds."""

import contextlib
import socket
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from subprocess import Popen

from bench.processes import Cores, NotInstalled, NotStarted, last_lines, started, wait_healthy
from bench.rows import DIRECT
from bench.targets import TARGETS, Place, Target
from msgspec import Struct

from bench import wrk


class Setting(Struct, frozen=True):
    """By name of the target: its port, the root of its process tree, its version, or why it does not run. The upstream is the target `direct`."""

    ports: dict[str, int]
    pids: dict[str, int]
    versions: dict[str, str]
    failures: dict[str, str]
    absent: dict[str, str]
    """Targets that this machine does not have, and how to get them: their rows are left out."""


@contextlib.contextmanager
def setting(names: Collection[str], cores: Cores, directory: Path) -> Iterator[Setting]:
    """Everything runs inside the block and is gone after it. Raises NotStarted when the upstream does not run; a target that does not is in `failures`."""
    with contextlib.ExitStack() as stack:
        upstream = _upstream(cores.load, directory, stack)
        versions = {"wrk": wrk.version()} if wrk.found() else {}
        found = Setting(ports={DIRECT: upstream}, pids={}, versions=versions, failures={}, absent={})
        for target in TARGETS.values():
            if target.name in names:
                try:
                    _start(target, upstream, cores.proxy, directory, found, stack)
                except NotInstalled as error:
                    found.absent[target.name] = str(error)
                    print(f"{target.name} is not installed, its rows and ratios are left out: {error}", file=sys.stderr)
                except NotStarted as error:
                    found.failures[target.name] = f"not started: {error}"
                    print(f"{target.name}: {found.failures[target.name]}", file=sys.stderr)
        yield found


def _upstream(core: int | None, directory: Path, stack: contextlib.ExitStack) -> int:
    """Returns the port, which the upstream prints once it listens."""
    log = directory / "upstream.log"
    process = stack.enter_context(started([sys.executable, "-m", "bench.upstream"], core=core, log=log))
    until = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < until:
        line = log.read_text()
        if line.endswith("\n"):
            return int(line)
        time.sleep(0.02)
    raise NotStarted(f"it printed no port{last_lines(log)}")


def _start(
    target: Target, upstream: int, core: int | None, directory: Path, found: Setting, stack: contextlib.ExitStack
) -> None:
    target.install()
    home = directory / target.name
    home.mkdir()
    port, spare = _free_ports(2)
    place = Place(directory=home, port=port, spare_port=spare, upstream_port=upstream)
    process: Popen[bytes] = stack.enter_context(
        started(target.command(place), core=core, log=home / "log", environ=target.environ(place))
    )
    wait_healthy(process, f"http://127.0.0.1:{port}{target.health}", home / "log")
    found.ports[target.name] = port
    found.pids[target.name] = process.pid
    found.versions[target.name] = target.version()


def _free_ports(count: int) -> list[int]:
    """Held together while they are picked, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
