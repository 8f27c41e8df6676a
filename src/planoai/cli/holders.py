"""Which process listens on a port. Linux tells it in /proc; elsewhere `lsof` does, where it is installed."""

import os
import shlex
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

_PROC = Path("/proc")
FAMILIES = ("tcp", "tcp6")  # IPv4 and IPv6
_LISTENING = "0A"  # TCP_LISTEN of tcp_states.h
_SERVING = ("up", "demo", "simulate")  # commands that listen
_PATIENCE = 2.0  # seconds, with a program that only helps to tell
_NUMBERS = {"tcp": "4", "tcp6": "6"}  # as `lsof` calls them


class Holder(Struct, frozen=True):
    """A process and what it was started with. `sockets`: those of its own that listen; `home`: of a Plano, its PLANO_HOME."""

    pid: int
    name: str
    sockets: frozenset[str]
    words: tuple[str, ...] = ()
    home: str = ""

    @property
    def told(self) -> str:
        """`python3 (pid 4711): end it`; what is ours is called by its own name."""
        match ours(self.words):
            case None:
                return f"{self.name} (pid {self.pid}): end it"
            case "up":
                way = f"`PLANO_HOME={shlex.quote(self.home)} planoai down`" if self.home else "`planoai down`"
                return f"another Plano (pid {self.pid}), which {way} stops"
            case command:
                return f"`planoai {command}` (pid {self.pid}): end it"


def holder(port: int, *, but: int | None = None, families: Collection[str] = FAMILIES) -> Holder | None:
    """Who listens on `port`; None where that can not be known, as of processes of other users.

    Sockets that the process `but` has are passed over, whoever else has them too.
    """
    if (_PROC / "net").exists():
        return _by_proc(port, but, families)
    return _by_lsof(port, but, families)


def listening(table: str, port: int) -> set[str]:
    """The inodes of the sockets that listen on `port`, from the text of /proc/net/tcp or tcp6 (proc(5)). Pure."""
    found = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            found.add(fields[9])
    return found


def listed(told: str) -> list[Holder]:
    """The processes that `lsof -Fpcd` tells, a field a line (lsof(8), "output for other programs"). Pure."""
    names: dict[int, str] = {}
    sockets: dict[int, set[str]] = defaultdict(set)
    pid = 0
    for line in told.splitlines():
        field, value = line[:1], line[1:]
        if field == "p" and value.isdecimal():
            pid = int(value)
            names[pid] = ""
        elif field == "c":
            names[pid] = value
        elif field == "d":
            sockets[pid].add(value)
    return [Holder(each, name, frozenset(sockets[each])) for each, name in sorted(names.items())]


def ours(words: Sequence[str]) -> str | None:
    """The command of `planoai` that a process was started with: `up` of all that serve; None of other programs. Pure."""
    for place, word in enumerate(words[:6]):
        if word.startswith("planoai.process."):
            return "up"
        if word.rpartition("/")[2] == "planoai" and (place < 2 or words[place - 1] == "-m"):
            command = next((each for each in words[place + 1 :] if not each.startswith("-")), None)
            return command if command in _SERVING else None
    return None


def _by_proc(port: int, but: int | None, families: Collection[str]) -> Holder | None:
    wanted = {f"socket:[{inode}]" for table in _tables(families) for inode in listening(table, port)}
    if but is not None and wanted:
        wanted.difference_update(_open_files(but))
    for pid in sorted(int(each.name) for each in _PROC.glob("[0-9]*")) if wanted else ():
        if found := wanted.intersection(_open_files(pid)):
            with suppress(OSError):  # it has ended since
                name = (_PROC / str(pid) / "comm").read_text().strip()
                words = tuple((_PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0"))
                return Holder(pid, name, frozenset(found), words, _home(pid) if ours(words) == "up" else "")
    return None


def _by_lsof(port: int, but: int | None, families: Collection[str]) -> Holder | None:
    program = shutil.which("lsof") or shutil.which("lsof", path="/usr/sbin")
    if program is None:
        return None
    asks = [word for each in families for word in ("-i", f"{_NUMBERS[each]}TCP:{port}")]
    found = listed(_said(program, "-nP", *asks, "-sTCP:LISTEN", "-Fpcd"))
    passed = {each for one in found if one.pid == but for each in one.sockets}
    for each in found:
        if each.sockets - passed:
            words = _said("ps", "-o", "args=", "-p", str(each.pid)).split()
            return Holder(each.pid, each.name, each.sockets - passed, tuple(words))
    return None


def _said(*words: str) -> str:
    """What a program says on stdout; nothing where it can not be asked."""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(words, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - fixed words and numbers
        return done.stdout.decode(errors="replace")
    return ""


def _home(pid: int) -> str:
    """Where a Plano has its files; "" where it does not show it."""
    with suppress(OSError):
        pairs = (each.partition("=") for each in (_PROC / str(pid) / "environ").read_text(errors="replace").split("\0"))
        environ = {name: value for name, _, value in pairs}
        return environ.get("PLANO_HOME") or (f"{environ['HOME']}/.plano" if environ.get("HOME") else "")
    return ""


def _open_files(pid: int) -> Iterator[str]:
    folder = _PROC / str(pid) / "fd"
    with suppress(OSError):  # it has ended, or is not ours to look into
        for each in os.listdir(folder):
            with suppress(FileNotFoundError):  # closed just now
                yield os.readlink(folder / each)


def _tables(families: Collection[str]) -> Iterator[str]:
    for name in families:
        with suppress(OSError):
            yield (_PROC / "net" / name).read_text()
