"""Who has a port."""

import os
import socket
import sys
from pathlib import Path

import pytest

from planoai.cli.ports import listening, owner

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
