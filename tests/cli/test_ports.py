"""Who has a port."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planoai.cli.ports import listening, owner, taken
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"], ids=["ipv4", "ipv6"])
def test_the_process_that_has_a_port_is_named(address: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as taken:
        taken.bind((address, 0))
        port = taken.getsockname()[1]
        assert owner(port) == ""
        taken.listen()
        assert owner(port) == f"{Path('/proc/self/comm').read_text().strip()} (pid {os.getpid()})"


def config(address: str, port: int) -> Config:
    return Config(version="v0.4.0", listeners=(Listener(type="model", name="a", address=address, port=port),))


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    """A port of a gateway that is to be replaced: of this process."""
    with listen("127.0.0.1", 0) as door:
        yield door


def replacing(ours: socket.socket, address: str) -> list[str]:
    port = ours.getsockname()[1]
    return list(taken(config(address, port), [f"http://127.0.0.1:{port}"], os.getpid()))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_what_the_replaced_one_has_comes_free(ours: socket.socket, address: str) -> None:
    assert replacing(ours, address) == []


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
def test_what_another_program_has_on_the_same_port_does_not(ours: socket.socket, address: str) -> None:
    with another("127.0.0.2", ours.getsockname()[1]) as pid:
        [problem] = replacing(ours, address)
        assert problem.startswith(f"listeners[0]: {address}:")
        assert "can not be bound: address already in use, by " in problem
        assert problem.endswith(f"(pid {pid})")
        assert replacing(ours, "127.0.0.1") == []


def test_what_another_program_has_of_ipv6_keeps_nobody_from_ipv4(ours: socket.socket) -> None:
    with another("::1", ours.getsockname()[1]):
        assert replacing(ours, "0.0.0.0") == []
