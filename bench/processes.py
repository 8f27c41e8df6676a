"""Processes that a run starts: on which core, how much CPU and memory their trees have taken, and that they end.

CPU and memory come from /proc (proc(5)); where there is none (macOS), both are None and nothing is pinned.
"""

import contextlib
import os
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

HAS_PROC = Path("/proc/self/stat").exists()
_TICKS = os.sysconf("SC_CLK_TCK") if HAS_PROC else 100
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROXY_VARIABLES = {"http_proxy", "https_proxy", "all_proxy"}


class NotStarted(Exception):
    """A process that went away, or never answered its health check; the message ends with the last lines it wrote."""


class NotInstalled(Exception):
    """A program that is not on this machine; the message says how to get it."""


class Cores(Struct, frozen=True):
    """`proxy` is for what is measured alone, `load` for everything around it; None where a process cannot be pinned or only one core is `usable`."""

    usable: int
    proxy: int | None = None
    load: int | None = None


def cores() -> Cores:
    """The first and the last core that this process may use: the last gets the proxy, since interrupts tend to go to the first."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(os.cpu_count() or 1)
    usable = sorted(os.sched_getaffinity(0))
    return Cores(len(usable), proxy=usable[-1], load=usable[0]) if len(usable) > 1 else Cores(1)


def pin(core: int | None) -> None:
    """Keeps this process, and what it starts from now on, to one core."""
    if core is not None:
        os.sched_setaffinity(0, {core})


@contextlib.contextmanager
def started(
    command: Sequence[str], *, core: int | None, log: Path, environ: Mapping[str, str] | None = None, grace: float = 5
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `command` on `core` with its output in `log`; whatever happens inside the block, its whole tree is gone after it.

    It has `grace` seconds to end by itself. `environ` adds to ours, from which variables that name an HTTP proxy are taken: all traffic stays on loopback.
    """
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in _PROXY_VARIABLES}
    with log.open("wb") as output:
        before = os.sched_getaffinity(0) if core is not None else None
        pin(core)  # a child inherits it; the tools for pinning a running tree are not on every machine
        try:
            # A session of its own: Ctrl-C reaches us alone, and we end our processes in order.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**inherited, **(environ or {})},
                start_new_session=True,
            )
        finally:
            if before is not None:
                os.sched_setaffinity(0, before)
    try:
        yield process
    finally:
        _end(process, grace)


def wait_healthy(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 30) -> None:
    """Returns once GET `url` answers 200. Raises NotStarted when the process ends first, or when time is up."""
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        if _answers(url):
            return
        time.sleep(0.05)
    ended = process.poll()
    how = f"it ended with {ended}" if ended is not None else f"it did not answer {url} within {seconds:.0f} s"
    raise NotStarted(how + last_lines(log))


def last_lines(log: Path, count: int = 5) -> str:
    """What a log ends with, ready to be added to a message; empty when nothing was written."""
    lines = log.read_text(errors="replace").strip().splitlines()[-count:]
    return "".join(f"\n    {line}" for line in lines)


def cpu_seconds(pid: int) -> float | None:
    """User and system time of a process and all that descend from it. Children that have ended count as well: they are in their parent's `cutime`."""
    return sum(_cpu(each) for each in tree(pid)) if HAS_PROC else None


def busy_seconds() -> float | None:
    """What all processes of this machine have spent on its processors since it started, and what the hypervisor gave to others meanwhile."""
    if not HAS_PROC:
        return None
    user, nice, system, _, _, _, _, stolen = (
        Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )  # proc(5), the line `cpu`
    return sum(map(int, (user, nice, system, stolen))) / _TICKS


def resident_megabytes(pid: int) -> float | None:
    """Resident memory of the tree; pages that two processes share count twice."""
    return sum(_resident_pages(each) for each in tree(pid)) * _PAGE / 1e6 if HAS_PROC else None


def tree(pid: int) -> list[int]:
    """A process and all its descendants, the process itself first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir() if HAS_PROC else ():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:  # grows as it goes
        found.extend(children.get(each, ()))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on: the second is a name that may hold spaces. Empty once the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    """The sum of `utime`, `stime`, `cutime` and `cstime` of proc(5). The first two come from the process's own clock, which counts nanoseconds where /proc
    counts ticks of 10 ms: 16 paced streams take a proxy no more than a few of those.
    """
    fields = _stat(pid)
    try:
        own = time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) returns on Linux for a pid
    except OSError:
        return 0.0
    return own + sum(int(ticks) for ticks in fields[13:15]) / _TICKS


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    """Asks politely, then kills; what the process had started and left behind is killed too, and is gone when this returns."""
    with contextlib.ExitStack() as stack:
        family = _handles(process.pid, stack)
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            family += _handles(process.pid, stack)
            process.kill()
            process.wait()
        for handle in family:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], 5)  # readable once the process has ended


def _handles(pid: int, stack: contextlib.ExitStack) -> list[int]:
    """A file descriptor for each descendant: unlike its pid it never comes to mean another process (pidfd_open(2))."""
    handles = []
    for each in tree(pid)[1:]:
        with contextlib.suppress(ProcessLookupError):
            handles.append(os.pidfd_open(each))
            stack.callback(os.close, handles[-1])
    return handles
