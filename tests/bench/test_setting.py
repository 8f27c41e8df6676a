"""The upstream, the generator and the processes around them, for real and on loopback."""

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from bench.accesslog import AccessLog, Count, Records
from bench.exchange import Address, BadAnswer, Exchange
from bench.memory import with_open
from bench.processes import Cores, NotInstalled, NotStarted, leashed, started, wait_healthy
from bench.rows import DIRECT, LIMIT, OURS, ROWS, Door, Seat
from bench.setting import Running, setting
from bench.usage import HAS_PROC, resident_megabytes, roles, tree

from bench import nginx, streams

NOT_PINNED = Cores(usable=1)


def has_nginx() -> bool:
    try:
        nginx.find()
    except NotInstalled:
        return False
    return True


class NoSuchPath(Exchange, frozen=True):
    @property
    def path(self) -> str:
        return "/nowhere"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with setting([], NOT_PINNED, tmp_path_factory.mktemp("setting")) as found:
        yield found.running[Seat(DIRECT)].address


@pytest.mark.parametrize("exchange", dict.fromkeys(row.exchange for row in ROWS if not row.exchange.pace_ms))
def test_the_upstream_answers_every_row_right(upstream: Address, exchange: Exchange) -> None:
    load = streams.run(upstream, exchange, at_once=4, seconds=0.1)
    assert load.requests >= 4
    assert load.first_ms is None


def test_a_paced_stream_takes_its_time_and_is_timed(upstream: Address) -> None:
    load = streams.run(upstream, Exchange(stream=True, include_usage=True, pace_ms=2), at_once=2, seconds=0.01)
    assert load.p50_ms >= 2 * 49
    assert load.first_ms is not None
    assert load.late_ms is not None


def test_a_wrong_answer_ends_a_run_with_the_reason(upstream: Address) -> None:
    with pytest.raises(BadAnswer, match="status 404"):
        streams.run(upstream, NoSuchPath(), at_once=2, seconds=1)


def test_a_port_where_nobody_listens_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="refused"):
        streams.run(Address(1), Exchange(), at_once=2, seconds=1)


async def test_streams_that_say_nothing_are_held_open_while_someone_looks(upstream: Address) -> None:
    looked = []

    def look() -> float:
        looked.append(True)
        return 7.0

    assert await with_open(upstream, 5, look) == 7.0
    assert looked == [True]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    seat = Seat(OURS)
    with setting({seat}, NOT_PINNED, tmp_path_factory.mktemp("gateway")) as found:
        assert found.failures == {}
        yield found.running[seat]


def _count(log: AccessLog) -> Count:
    """Workers serve a moment before the recorder has its log."""
    until = time.monotonic() + 20
    while (count := log.read()) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    return count


def test_the_gateway_keeps_a_line_for_each_request_and_the_usage_of_its_answer(gateway: Running) -> None:
    assert gateway.log is not None
    for exchange in (Exchange(), Exchange(stream=True), Exchange(api="messages", stream=True)):
        before = _count(gateway.log)
        load = streams.run(gateway.address, exchange, at_once=4, seconds=0.1)
        assert gateway.log.since(before, load.requests) == Records(missing=0, without_usage=0)
        assert gateway.log.count.lines - before.lines == load.requests


@pytest.mark.skipif(not HAS_PROC, reason="a tree is read from /proc")
def test_the_gateway_is_a_tree_of_which_each_process_has_a_role(gateway: Running) -> None:
    assert gateway.pid is not None
    assert sorted(roles(gateway.pid).values()) == ["recorder", "supervisor", "worker"]


@pytest.mark.skipif(not has_nginx(), reason="nginx speaks TLS to load and upstream")
@pytest.mark.parametrize("door", ["tls-upstream", "tls-listener"])
@pytest.mark.parametrize("target", [LIMIT, OURS])
def test_a_target_speaks_tls_at_its_doors_and_only_there(target: str, door: Door, tmp_path: Path) -> None:
    seat = Seat(target, door)
    with setting({seat}, NOT_PINNED, tmp_path) as found:
        assert found.failures == {}
        address = found.running[seat].address
        assert (address.authority is not None) == (door == "tls-listener")
        assert streams.run(address, Exchange(), at_once=2, seconds=0.05).requests >= 2
        other = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(other)
        plain = Address(address.port) if address.authority else Address(address.port, other)
        with pytest.raises(BadAnswer):
            streams.probe(plain, Exchange())


# A run that is in the middle of its work: what it had started is there, and it will not end by itself.
RUN = """
import os, signal, sys
from pathlib import Path
from bench.processes import Cores
from bench.rows import OURS, Seat
from bench.setting import setting
from bench.usage import tree
with setting({Seat(OURS)}, Cores(usable=1), Path(sys.argv[1])):
    print(*tree(os.getpid())[1:], flush=True)
    signal.pause()
"""


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv ties a process to its parent")
def test_a_run_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        handles = [os.pidfd_open(int(pid)) for pid in run.stdout.readline().split()]
        run.kill()
    assert len(handles) >= 2  # the upstream and the gateway
    for handle in handles:
        assert select.select([handle], [], [], 30)[0]  # readable once the process has ended
        os.close(handle)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv ties a process to its parent")
def test_a_leash_leaves_the_command_its_own_pid() -> None:
    with subprocess.Popen(
        leashed([sys.executable, "-c", "import os; print(os.getpid())"]), stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert int(child.stdout.read()) == child.pid


# A parent that ignores SIGTERM, with a child that would sleep on; it opens the pipe it is given once both are there.
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid))
signal.pause()
"""


@pytest.mark.skipif(not HAS_PROC, reason="a tree is read from /proc")
def test_the_whole_tree_is_gone_after_the_block_even_when_it_will_not_go(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with started([sys.executable, "-c", STUBBORN, str(pipe)], core=None, log=tmp_path / "log", grace=0.1) as process:
        child = int(pipe.read_text())
        assert tree(process.pid) == [process.pid, child]
        assert resident_megabytes(process.pid) > 2
    assert process.returncode == -9
    assert not running(process.pid)
    assert not running(child)


def running(pid: int) -> bool:
    """False too for a process that has ended and that nobody has waited for: whoever adopts an orphan may take a moment."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_a_process_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started([sys.executable, "-c", "raise SystemExit('no such option')"], core=None, log=log) as process:
        process.wait()
        with pytest.raises(NotStarted, match=r"it ended with 1\n    no such option"):
            wait_healthy(process, "http://127.0.0.1:1/healthz", log)
