"""Ports for what a test starts.

Who asks the system for a port gets one of those that it gives out by itself, from 32768 on (Linux) or 49152 (macOS, RFC 6335). One of these that is free
now may be somebody's before it is bound again, so ours are taken from below, each once, and every worker has some of its own.
"""

import os
import random
import socket
from collections.abc import Iterator

_FIRST, _END = 14_000, 32_000
_WORKERS = 12


def free_port() -> int:
    """On 127.0.0.1, and nobody else's for as long as the tests run."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def _own(worker: int) -> Iterator[int]:
    """From anywhere on, for other runs may go on at the same time."""
    share = (_END - _FIRST) // _WORKERS
    first, begin = _FIRST + share * (worker % _WORKERS), random.SystemRandom().randrange(share)
    while True:
        yield from (first + (begin + number) % share for number in range(share))


_ports = _own(int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))
