"""Who has a port."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planoai.cli import holders
from planoai.cli.holders import FAMILIES, Holder, holder, listed, listening, ours
from planoai.cli.ports import taken
from planoai.config.schema import Config, Listener
from planoai.net.server import listen

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2EE0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 71234 1 0000000000000000 100 0 0 10 0
   1: 0100007F:2EE0 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 71300 1 0000000000000000 20 4 30 10 -1
   2: 00000000:2710 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 80000 1 0000000000000000 100 0 0 10 0
"""
TABLE_6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:2EE0 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1 0
"""


@pytest.mark.parametrize(
    ("table", "port", "found"),
    [
        pytest.param(TABLE, 12000, {"71234"}, id="not the connections"),
        pytest.param(TABLE, 10000, {"80000"}, id="any address"),
        pytest.param(TABLE, 12001, set(), id="nobody"),
        pytest.param(TABLE_6, 12000, {"999"}, id="ipv6"),
        pytest.param("", 12000, set(), id="no table"),
        pytest.param("head\n  garbage\n", 12000, set(), id="garbage"),
    ],
)
def test_the_sockets_that_listen_on_a_port(table: str, port: int, found: set[str]) -> None:
    assert listening(table, port) == found


def by_proc(port: int) -> Holder | None:
    return holders._by_proc(port, None, FAMILIES)


def by_lsof(port: int) -> Holder | None:
    return holders._by_lsof(port, None, FAMILIES)


WAYS = [
    pytest.param(by_proc, id="proc", marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")),
    pytest.param(by_lsof, id="lsof", marks=pytest.mark.skipif(shutil.which("lsof") is None, reason="no lsof here")),
]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("way", WAYS)
def test_the_process_that_has_a_port_is_named(way: Callable[[int], Holder | None], address: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as taken:
        taken.bind((address, 0))
        port = taken.getsockname()[1]
        assert way(port) is None
        taken.listen()
        found = way(port)
        assert found is not None
        assert (found.pid, len(found.sockets)) == (os.getpid(), 1)
        assert found.words[0] == sys.orig_argv[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_a_process_is_called_as_its_system_calls_it(door: socket.socket) -> None:
    found = holder(door.getsockname()[1])
    assert found is not None
    assert found.told == f"{Path('/proc/self/comm').read_text().strip()} (pid {os.getpid()}): end it"


@pytest.mark.skipif(shutil.which("lsof") is None, reason="no lsof here")
def test_the_sockets_of_one_process_can_be_passed_over(door: socket.socket) -> None:
    port = door.getsockname()[1]
    assert holders._by_lsof(port, os.getpid(), FAMILIES) is None
    with another("::1", port) as pid:
        found = holders._by_lsof(port, os.getpid(), FAMILIES)
        assert found is not None
        assert found.pid == pid
        assert holders._by_lsof(port, os.getpid(), ("tcp",)) is None


def test_what_lsof_tells_is_read() -> None:
    told = "p90\ncnginx\nf3\nd0x1\nf4\nd0x2\np12\ncpython3.12\nf3\nd0x1\n"
    assert listed(told) == [
        Holder(12, "python3.12", frozenset({"0x1"})),
        Holder(90, "nginx", frozenset({"0x1", "0x2"})),
    ]
    assert listed("") == []
    assert listed("lsof: WARNING: can't stat() a file system\nd1\n") == []


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("/opt/bin/python -P -m planoai.process.supervisor 5", "up"),
        ("/opt/bin/python3 /opt/bin/planoai up --foreground", "up"),
        ("planoai demo --port 12000", "demo"),
        ("python3 -m planoai -v simulate", "simulate"),
        ("vim /home/you/planoai", None),
        ("python3 -m http.server 12000", None),
        ("nginx: master process", None),
        ("", None),
    ],
)
def test_what_is_ours_is_known_by_how_it_was_started(words: str, command: str | None) -> None:
    assert ours(words.split(" ")) == command


@pytest.mark.parametrize(
    ("words", "home", "told"),
    [
        ("python3 -m http.server", "", "python3 (pid 7): end it"),
        ("planoai demo", "", "`planoai demo` (pid 7): end it"),
        ("planoai up", "/a b", "another Plano (pid 7), which `PLANO_HOME='/a b' planoai down` stops"),
        ("planoai up", "", "another Plano (pid 7), which `planoai down` stops"),
    ],
)
def test_what_is_ours_is_told_with_the_way_to_end_it(words: str, home: str, told: str) -> None:
    assert Holder(7, "python3", frozenset({"x"}), tuple(words.split()), home).told == told


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other words")
def test_an_address_that_can_never_be_had_is_told_with_one_that_can() -> None:
    [problem] = taken(config("192.0.2.1", 12000), [])
    assert (
        "can not be bound: cannot assign requested address; it is no address of this machine: `127.0.0.1` is one"
        in problem
    )


def config(address: str, port: int) -> Config:
    return Config(version="v0.4.0", listeners=(Listener(type="model", name="a", address=address, port=port),))


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """A port of a gateway that is to be replaced: of this process."""
    with listen("127.0.0.1", 0) as door:
        yield door


def replacing(door: socket.socket, address: str) -> list[str]:
    port = door.getsockname()[1]
    return list(taken(config(address, port), [f"http://127.0.0.1:{port}"], os.getpid()))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_what_the_replaced_one_has_comes_free(door: socket.socket, address: str) -> None:
    assert replacing(door, address) == []


LISTENS = """
import sys
from planoai.net.server import listen
door = listen(sys.argv[1], int(sys.argv[2]))
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def another(address: str, port: int) -> Iterator[int]:
    """A process that listens there; its id."""
    words = [sys.executable, "-c", LISTENS, address, str(port)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"\n"
            yield process.pid
        finally:
            process.stdin.close()


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address of this machine only there")
@pytest.mark.parametrize("address", ["127.0.0.2", "0.0.0.0"])
def test_what_another_program_has_on_the_same_port_does_not(door: socket.socket, address: str) -> None:
    with another("127.0.0.2", door.getsockname()[1]) as pid:
        [problem] = replacing(door, address)
        assert problem.startswith(f"listeners[0]: {address}:")
        assert "can not be bound: address already in use, by " in problem
        assert problem.endswith(f"(pid {pid}): end it; or write another `port`")
        assert replacing(door, "127.0.0.1") == []


def test_what_another_program_has_of_ipv6_keeps_nobody_from_ipv4(door: socket.socket) -> None:
    with another("::1", door.getsockname()[1]):
        assert replacing(door, "0.0.0.0") == []
