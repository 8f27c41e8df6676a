"""How a child of the supervisor begins and ends."""

import asyncio
import ctypes
import gc
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD, mallopt(3): once it is set, glibc does not raise it by itself
_LARGE = 256 * 1024  # bytes
_MOST_FILES = 1 << 20  # more than one process can use


def enter(
    work: Callable[[int], Coroutine[None, None, int]], loop: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> None:
    """Runs `work` with the descriptor of the channel, the one argument of the process, and exits with what it returns."""
    # A service manager may send its signals to every process it finds; only the supervisor's are meant, and it tells us what to do.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold keys
    with asyncio.Runner(loop_factory=loop) as runner:
        sys.exit(runner.run(work(int(sys.argv[1]))))


def end_with_supervisor() -> None:
    """This process is killed when the one that started it ends, even while it is stopped or hangs and so can not see the end of its channel.

    Linux; elsewhere nothing is done. For a process whose sockets must not outlive the supervisor's; it loses what it has not written.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    # It may have ended before we asked. Who made the channel is known to the kernel: socket(7), SO_PEERCRED.
    with socket.socket(fileno=os.dup(int(sys.argv[1]))) as channel:
        credentials = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    if struct.unpack("3i", credentials)[0] != os.getppid():
        sys.exit(1)


def settle_memory() -> None:
    """What has been loaded stays: the collector need not look at it again, nor so often at requests, which hardly ever leave cycles behind.

    What was large goes back to the system once it is free: queues that were long once would otherwise count as ours for good.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):  # glibc and musl differ
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


def allow_connections() -> None:
    """As many open files as this process may have: what a login shell gets would do for some hundred streams."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if wanted > soft != resource.RLIM_INFINITY:
        with suppress(ValueError, OSError):  # macOS has a lower limit than it tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
