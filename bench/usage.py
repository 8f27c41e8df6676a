"""What a process tree has used of the machine: processor time and memory, by the part that a process plays in it.

Everything comes from /proc (proc(5)); where there is none (macOS), nothing is measured.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

HAS_PROC = Path("/proc/self/stat").exists()
_TICKS = os.sysconf("SC_CLK_TCK") if HAS_PROC else 100
_PAGE = os.sysconf("SC_PAGE_SIZE")

Role = Literal["worker", "recorder", "supervisor"]
ROLES: tuple[Role, ...] = ("worker", "recorder", "supervisor")
"""A process whose arguments name no part is a worker where nobody else is one, and a supervisor otherwise: a peer is all worker."""

_MODULES: dict[str, Role] = {"planoai.process.worker": "worker", "planoai.process.recorder": "recorder"}


class Usage(Struct, frozen=True):
    """Of a tree at one moment: seconds of processor time and resident megabytes by role, and which processes there were.

    Pages that two processes share count for both.
    """

    cpu: Mapping[Role, float]
    resident: Mapping[Role, float]
    processes: Mapping[int, Role]


def usage(pid: int) -> Usage | None:
    if not HAS_PROC:
        return None
    processes = roles(pid)
    cpu: dict[Role, float] = {}
    resident: dict[Role, float] = {}
    for each, role in processes.items():
        cpu[role] = cpu.get(role, 0.0) + _cpu(each)
        resident[role] = resident.get(role, 0.0) + resident_megabytes(each)
    return Usage(cpu, resident, processes)


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


def resident_megabytes(pid: int) -> float:
    """Of one process; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0


def roles(pid: int) -> dict[int, Role]:
    """The processes of a tree and what each is there for, by what it was started with."""
    named = {each: _named(each) for each in tree(pid)}
    others: Role = "supervisor" if "worker" in named.values() else "worker"
    return {each: role or others for each, role in named.items()}


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


def _named(pid: int) -> Role | None:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    return next((_MODULES[each] for each in arguments if each in _MODULES), None)


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
