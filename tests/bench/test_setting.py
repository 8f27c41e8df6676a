"""The upstream, the generator and the processes around them, for real and on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.exchange import BadAnswer, Exchange
from bench.processes import HAS_PROC, Cores, NotStarted, cpu_seconds, resident_megabytes, started, tree, wait_healthy
from bench.rows import DIRECT, ROWS
from bench.setting import setting

from bench import streams

NOT_PINNED = Cores(usable=1)


class NoSuchPath(Exchange, frozen=True):
    @property
    def path(self) -> str:
        return "/nowhere"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with setting([], NOT_PINNED, tmp_path_factory.mktemp("setting")) as running:
        yield running.ports[DIRECT]


@pytest.mark.parametrize("exchange", dict.fromkeys(row.exchange for row in ROWS if not row.exchange.pace_ms))
def test_the_upstream_answers_every_row_right(upstream: int, exchange: Exchange) -> None:
    load = streams.run(upstream, exchange, at_once=4, seconds=0.1)
    assert load.requests >= 4
    assert load.first_ms is None


def test_a_paced_stream_takes_its_time_and_is_timed(upstream: int) -> None:
    load = streams.run(upstream, Exchange(stream=True, include_usage=True, pace_ms=2), at_once=2, seconds=0.01)
    assert load.p50_ms >= 2 * 49
    assert load.first_ms is not None
    assert load.late_ms is not None


def test_a_wrong_answer_ends_a_run_with_the_reason(upstream: int) -> None:
    with pytest.raises(BadAnswer, match="status 404"):
        streams.run(upstream, NoSuchPath(), at_once=2, seconds=1)


def test_a_port_where_nobody_listens_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="refused"):
        streams.run(1, Exchange(), at_once=2, seconds=1)


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
        assert (resident_megabytes(process.pid) or 0) > 2
    assert process.returncode == -9
    assert not running(process.pid)
    assert not running(child)


def running(pid: int) -> bool:
    """False too for a process that has ended and that nobody has waited for: whoever adopts an orphan may take a moment."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


@pytest.mark.skipif(not HAS_PROC, reason="CPU time is read from /proc")
def test_cpu_of_children_counts_while_they_run_and_once_they_have_ended() -> None:
    before = cpu_seconds(os.getpid()) or 0
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    with subprocess.Popen(
        [sys.executable, "-c", burn + "\nprint(flush=True)\ninput()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        while_it_runs = cpu_seconds(os.getpid()) or 0
        child.communicate(b"\n")
    ended = cpu_seconds(os.getpid()) or 0
    assert while_it_runs - before >= 0.2
    assert ended - before >= 0.19  # what has ended is told in ticks of 10 ms


def test_a_process_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started([sys.executable, "-c", "raise SystemExit('no such option')"], core=None, log=log) as process:
        process.wait()
        with pytest.raises(NotStarted, match=r"it ended with 1\n    no such option"):
            wait_healthy(process, "http://127.0.0.1:1/healthz", log)
