"""What processes use of the machine."""

import os
import shutil
import subprocess
import sys
from time import time

import pytest

from planoai.observability.metrics import Usage
from planoai.process.usage_of import HAS_PROC, from_proc, from_ps, seconds, usages

STAT = "42 (a) b (c)) S " + " ".join(str(number) for number in range(4, 53))
STATUS = "Name:\tpython\nVmSize:\t  300 kB\nVmRSS:\t  200 kB\nRssAnon:\t 120 kB\nThreads:\t3\n"
LIMITS = "Limit            Soft Limit  Hard Limit  Units\nMax open files   1024        524288      files\n"


def test_proc_tells_of_a_process_whatever_it_is_called() -> None:
    assert from_proc(STAT, STATUS, LIMITS, 9, booted=1000.0, ticks=100) == Usage(
        cpu=(14 + 15) / 100,
        started=1000.0 + 22 / 100,
        resident=200 * 1024,
        private=120 * 1024,
        virtual=300 * 1024,
        threads=3,
        files=9,
        most_files=1024,
    )


def test_what_proc_leaves_out_is_0() -> None:
    found = from_proc(
        STAT, "Name:\tpython\n", "Max open files   unlimited   unlimited   files\n", 0, booted=0.0, ticks=1
    )
    assert (found.resident, found.private, found.threads, found.most_files) == (0, 0, 0, 0)


def test_ps_tells_of_processes_as_it_does_on_macos() -> None:
    told = "   12  2048  408000   1:02.50 Mon Nov 23 03:36:37 2026    \n 7 1024 9 00:00:01 Thu Jan  1 00:01:00 1970\n"
    assert from_ps(told) == {
        12: Usage(cpu=62.5, started=1795404997.0, resident=2048 * 1024, virtual=408000 * 1024),
        7: Usage(cpu=1.0, started=60.0, resident=1024 * 1024, virtual=9 * 1024),
    }


@pytest.mark.parametrize(
    ("told", "expected"), [("00:00:03", 3), ("1:02.50", 62.5), ("2-03:04:05", 183_845), ("100:00.00", 6000)]
)
def test_times_of_ps_are_read(told: str, expected: float) -> None:
    assert seconds(told) == expected


@pytest.mark.parametrize("proc", [True, False])
def test_this_process_is_seen(*, proc: bool) -> None:
    if proc and not HAS_PROC:
        pytest.skip("this system has no /proc")
    if not proc and shutil.which("ps") is None:
        pytest.skip("this system has no ps")
    found = usages({os.getpid(): "recorder"}, proc=proc)["recorder", os.getpid()]
    assert found.cpu >= 0
    assert found.resident > 1_000_000
    assert found.virtual > found.resident
    assert 1_000_000_000 < found.started < time() + 60
    if proc:
        assert found.files > 2
        assert found.threads > 0
        assert found.most_files > 2


@pytest.mark.parametrize("proc", [True, False])
def test_a_process_that_has_ended_is_left_out(*, proc: bool) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert usages({gone.pid: "worker"}, proc=proc) == {}


def test_where_nothing_tells_of_processes_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert usages({os.getpid(): "worker"}, proc=False) == {}
