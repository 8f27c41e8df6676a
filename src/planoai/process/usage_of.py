"""What processes use of the machine, as the system tells it: /proc (proc(5)), and ps where there is none."""

import os
import subprocess
from calendar import timegm
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from time import strptime

from planoai.observability.metrics import Role, Usage

HAS_PROC = Path("/proc/self/stat").exists()

_PROC = Path("/proc")
_PS_SECONDS = 2.0
_PS = ("ps", "-o", "pid=,rss=,vsz=,time=,lstart=", "-p")
_PLAINLY = {"LC_ALL": "C", "TZ": "UTC0"}  # how it writes when a process started
_KIB = 1024


def usages(processes: Mapping[int, Role], *, proc: bool = HAS_PROC) -> dict[tuple[Role, int], Usage]:
    """Of those that still run. Without `proc` another program is asked, which takes milliseconds."""
    if not proc:
        return {(processes[pid], pid): usage for pid, usage in _told_by_ps(processes).items()}
    found = {(role, pid): _told_by_proc(pid) for pid, role in processes.items()}
    return {key: usage for key, usage in found.items() if usage is not None}


def from_proc(stat: str, status: str, limits: str, files: int, *, booted: float, ticks: int) -> Usage:
    """What the files of that name in /proc/PID say. `files`: how many there are in its folder `fd`. `ticks`: of the clock, a second."""
    fields = stat.rpartition(")")[2].split()  # from the third on: the second is a name that may hold spaces
    told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    most = next((line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")), "")
    return Usage(
        cpu=(int(fields[11]) + int(fields[12])) / ticks,
        started=booted + int(fields[19]) / ticks,
        resident=_kib(told.get("VmRSS", "")),
        private=_kib(told.get("RssAnon", "")),
        virtual=_kib(told.get("VmSize", "")),
        threads=int(told.get("Threads", "0")),
        files=files,
        most_files=int(most) if most.isdigit() else 0,
    )


def from_ps(text: str) -> dict[int, Usage]:
    """What `ps -o pid=,rss=,vsz=,time=,lstart=` prints, by process id. Raises ValueError."""
    found = {}
    for line in text.splitlines():
        pid, rss, vsz, used, started = line.split(maxsplit=4)
        found[int(pid)] = Usage(
            cpu=seconds(used),
            started=float(timegm(strptime(started.strip(), "%a %b %d %H:%M:%S %Y"))),
            resident=int(rss) * _KIB,
            virtual=int(vsz) * _KIB,
        )
    return found


def seconds(told: str) -> float:
    """`[[days-]hours:]minutes:seconds`, the last of them with a fraction or not."""
    days, dash, rest = told.partition("-")
    total = 0.0
    for part in (rest if dash else days).split(":"):
        total = total * 60 + float(part)
    return total + (int(days) * 86_400 if dash else 0)


def _told_by_proc(pid: int) -> Usage | None:
    folder = _PROC / str(pid)
    files = 0
    try:
        with suppress(PermissionError):  # it runs as somebody else
            files = len(os.listdir(folder / "fd"))
        stat, status, limits = ((folder / name).read_text(errors="replace") for name in ("stat", "status", "limits"))
        return from_proc(stat, status, limits, files, booted=_booted(), ticks=os.sysconf("SC_CLK_TCK"))
    except (OSError, IndexError):
        return None  # it has ended


def _told_by_ps(processes: Mapping[int, Role]) -> dict[int, Usage]:
    command = [*_PS, ",".join(map(str, processes))]
    environ = {**os.environ, **_PLAINLY}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_PS_SECONDS, env=environ)  # noqa: S603 - ours
        return from_ps(done.stdout.decode(errors="replace"))
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return {}


def _kib(told: str) -> int:
    """Bytes, of a line as `12 kB`."""
    number = told.split()[:1]
    return int(number[0]) * _KIB if number else 0


@lru_cache(maxsize=1)
def _booted() -> float:
    """Seconds of Unix time."""
    with (_PROC / "stat").open() as lines:
        return next(float(line.split()[1]) for line in lines if line.startswith("btime "))
