"""Runs one program over lines, as a process of its own, and tells what that took."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.processes import leashed
from msgspec import Struct

REPLAY = (sys.executable, "-m", "planoai", "signals", "replay")
PLAIN = (sys.executable, "-m", "bench.signals.plain")


class Broken(Exception):
    """A program that failed, or two that should agree and do not."""


class Spent(Struct, frozen=True):
    """Seconds: `cpu` of the process and of those it started, from the start of Python to the end, and `wall` by the clock."""

    cpu: float
    wall: float


def run(command: Sequence[str], source: Path, target: Path) -> Spent:
    """Raises Broken when the program does not end with 0."""
    program, *arguments = leashed(command)
    opened = [
        (os.POSIX_SPAWN_OPEN, 0, str(source), os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(target), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    began = time.monotonic()
    pid = os.posix_spawnp(program, [program, *arguments], os.environ, file_actions=opened)
    _, status, used = os.wait4(pid, 0)
    wall = time.monotonic() - began
    if code := os.waitstatus_to_exitcode(status):
        raise Broken(f"{' '.join(command)}: ended with {code}")
    return Spent(used.ru_utime + used.ru_stime, wall)
