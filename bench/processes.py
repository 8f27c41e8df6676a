"""Processes that a run starts: on which core, and that they end. Where a process cannot be pinned (macOS), none is."""

import contextlib
import os
import select
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.usage import tree
from msgspec import Struct

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


def pin_process(pid: int, core: int | None) -> None:
    if core is not None:
        os.sched_setaffinity(pid, {core})


def leashed(command: Sequence[str]) -> list[str]:
    """The command, such that the kernel asks it to end (SIGTERM) when this process dies, however that comes about: with `kill -9` nobody here can.

    setpriv(1) of util-linux sets PR_SET_PDEATHSIG and becomes the command, so the pid is the command's own. Where it is missing (macOS) there is no leash.
    """
    return [*(("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()), *command]


@contextlib.contextmanager
def started(
    command: Sequence[str], *, core: int | None, log: Path, environ: Mapping[str, str] | None = None, grace: float = 8
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
                leashed(command),
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


def wait_healthy(
    process: subprocess.Popen[bytes],
    url: str,
    log: Path,
    *,
    authority: Path | None = None,
    seconds: float = 30,
    every: float = 0.05,
) -> None:
    """Returns once GET `url` answers 200; asks `every` so many seconds. Raises NotStarted when the process ends first, or when time is up."""
    until = time.monotonic() + seconds
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if authority is not None:
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(authority))))
    opener = urllib.request.build_opener(*handlers)
    while process.poll() is None and time.monotonic() < until:
        if _answers(opener, url):
            return
        time.sleep(every)
    ended = process.poll()
    how = f"it ended with {ended}" if ended is not None else f"it did not answer {url} within {seconds:.0f} s"
    raise NotStarted(how + last_lines(log))


def last_lines(log: Path, count: int = 5) -> str:
    """What a log ends with, ready to be added to a message; empty when nothing was written."""
    lines = log.read_text(errors="replace").strip().splitlines()[-count:]
    return "".join(f"\n    {line}" for line in lines)


def _answers(opener: urllib.request.OpenerDirector, url: str) -> bool:
    try:
        with opener.open(url, timeout=2) as answer:
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
