import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.usage import HAS_PROC, cpu_seconds, resident_megabytes, roles, usage

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="processes are looked at in /proc")

# Starts a child for each word of its first line, with that as an argument, and waits for the end of its input.
PARENT = """
import subprocess, sys
child = [sys.executable, "-c", "import sys; sys.stdin.read()"]
children = [subprocess.Popen([*child, name]) for name in sys.stdin.readline().split()]
print(*(each.pid for each in children), flush=True)
for each in children:
    each.wait()
"""


@pytest.fixture
def family(request: pytest.FixtureRequest) -> Iterator[tuple[int, list[int]]]:
    """A parent with a child for each name of the parameter; their pids."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        print(*request.param, file=parent.stdin, flush=True)
        yield parent.pid, [int(each) for each in parent.stdout.readline().split()]


@pytest.mark.parametrize(
    "family", [["planoai.process.worker", "planoai.process.recorder"]], ids=["tree"], indirect=True
)
def test_each_process_of_a_tree_has_the_role_it_was_started_for(family: tuple[int, list[int]]) -> None:
    parent, [worker, recorder] = family
    assert roles(parent) == {parent: "supervisor", worker: "worker", recorder: "recorder"}


@pytest.mark.parametrize("family", [["one", "another"]], ids=["peer"], indirect=True)
def test_a_tree_without_roles_is_all_worker(family: tuple[int, list[int]]) -> None:
    parent, children = family
    assert roles(parent) == dict.fromkeys([parent, *children], "worker")
    used = usage(parent)
    assert used is not None
    assert set(used.cpu) == set(used.resident) == {"worker"}
    assert used.resident["worker"] == pytest.approx(sum(map(resident_megabytes, used.processes)), rel=0.2)


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


def test_a_process_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert resident_megabytes(child.pid) == 0
