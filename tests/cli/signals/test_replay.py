"""`planoai signals replay` as a process: its workers, its pipes, its end."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planoai.cli.signals.lines import Reader
from planoai.cli.signals.options import progress
from planoai.signals import Options
from tests.signals.corpus import lines

COMMAND = (sys.executable, "-m", "planoai", "signals", "replay")
ROW = b'{"id": 1, "messages": [{"from": "human", "value": "I want to speak to a human"}]}\n'
SECONDS = 60


@contextmanager
def replaying(*words: str, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """In a group of its own, as a shell would start it."""
    with subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def fed(process: subprocess.Popen[bytes]) -> None:
    """Comes back once the workers have worked; the pipe to the command stays open."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(ROW + b"\n" * 5_000_000)  # blank lines are work without an answer, which nobody would take
    process.stdin.flush()
    assert process.stdout.readline().startswith(b'{"id":1,')


def fed_until_it_ends(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    while True:
        os.write(process.stdin.fileno(), ROW * 1000)


def test_workers_write_what_one_process_writes() -> None:
    given = b"\n".join(lines("conversations.jsonl.gz")[::3])
    told = subprocess.run([*COMMAND, "--workers", "3"], input=given, capture_output=True, check=True, timeout=SECONDS)
    assert told.stderr == b""
    assert told.stdout == Reader(Options(), native=False).block(given)


@pytest.mark.parametrize("ended", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_command(ended: signal.Signals) -> None:
    with replaying("--workers", "2") as process:
        fed(process)
        if ended is signal.SIGINT:
            os.killpg(process.pid, ended)  # Ctrl-C is sent to all of them
        else:
            process.send_signal(ended)
        out, err = process.communicate(timeout=SECONDS)  # it comes back when nobody holds the pipes any more
    assert b"Traceback" not in err
    assert process.returncode == (1 if ended is signal.SIGINT else -ended)
    assert out == b""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_reader_that_leaves_ends_it_without_a_word(workers: str) -> None:
    with replaying("--workers", workers) as process:
        fed(process)
        assert process.stdout is not None
        process.stdout.close()
        with pytest.raises(BrokenPipeError):
            fed_until_it_ends(process)
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_what_can_not_be_written_is_told_in_a_sentence() -> None:
    with open("/dev/full", "wb") as full:
        told = subprocess.run(COMMAND, input=ROW, stdout=full, stderr=subprocess.PIPE, check=False, timeout=SECONDS)
    assert (told.returncode, told.stderr) == (1, b"Error: no space left on device\n")


def test_how_far_it_is_is_told_to_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with open(ours, "rb", buffering=0), open(theirs, "w") as terminal:
        shown = progress(beside=True)
        shown.add(1)
        assert shown._stream is None
        monkeypatch.setattr(sys, "stderr", terminal)
        assert progress(beside=True)._stream is terminal
        monkeypatch.setattr(sys, "stdout", terminal)
        assert progress(beside=True)._stream is None
        assert progress(beside=False)._stream is terminal


@pytest.mark.parametrize("words", [("replay",), ("analyze", "-"), ("parity", "-", os.devnull)])
def test_a_closed_stdin_is_one_that_nothing_comes_from(words: tuple[str, ...]) -> None:
    closed = ("sh", "-c", 'exec "$@" <&-', "sh", *COMMAND[:-1], *words)
    told = subprocess.run(closed, capture_output=True, check=False, timeout=SECONDS)
    assert (told.returncode, told.stderr) == {
        "replay": (0, b""),
        "analyze": (1, b"Error: there is no conversation in -\n"),
        "parity": (0, b""),
    }[words[0]]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("words", [(), ("--native",)])
def test_the_page_finds_conversations_by_a_signal(tmp_path: Path, words: tuple[str, ...]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "signals.md").read_text(encoding="utf-8")
    given = b'{"id": 0, "messages": []}\n{\n' + ROW
    told = subprocess.run([*COMMAND, *words], input=given, capture_output=True, check=True, timeout=SECONDS)
    (tmp_path / "reports.jsonl").write_bytes(told.stdout)
    (function,) = re.findall(r"^found\(\) .*$", page, re.MULTILINE)
    asked = f"{function}\nfound '.signal_type == \"interaction.disengagement.escalation\"'"
    found = subprocess.run(["sh", "-c", asked], cwd=tmp_path, capture_output=True, check=False, timeout=SECONDS)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"1\n", b"")
