"""The questions of `planoai init`, as they are asked on a terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from planoai.cli.init import template
from planoai.config import defaults

TEMPLATES = list(template.offered().values())
ENTER, CTRL_C, ESC, UP, LAST = "\r", "\x03", "\x1b", "\x1b[A", "G"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
NORMAL = termios.ECHO | termios.ICANON | termios.ISIG
# A terminal tells of Ctrl-C the programs that it controls.
PROGRAM = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from planoai.cli import main; main(prog_name='planoai')"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """`planoai init` on one. `sent` is what was written to it."""

    def __init__(self, folder: Path, *words: str, size: tuple[int, int] = (24, 100), **environ: str) -> None:
        self._ours, self._theirs = pty.openpty()
        self.resize(*size)
        self.sent, self._told = "", 0
        unwanted = {*defaults.variables(), "NO_COLOR"}
        inherited = {name: value for name, value in os.environ.items() if name not in unwanted}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "init", *words],
            cwd=folder,
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
            env={**inherited, "TERM": "xterm", "HOME": str(folder), "PLANO_HOME": str(folder / "home"), **environ},
        )

    @property
    def text(self) -> str:
        """What was written, without what moves and colours it."""
        return CONTROL.sub("", self.sent).replace("\r", "")

    def says(self, wanted: str) -> str:
        """Waits for `wanted`, which was not told before; what was written up to its end."""
        while (found := self.text.find(wanted, self._told)) < 0:
            assert select.select([self._ours], [], [], 30)[0], self.text
            self.sent += os.read(self._ours, 65536).decode()
        before, self._told = self._told, found + len(wanted)
        return self.text[before : self._told]

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def sleeps(self) -> None:
        """Waits until it waits for keys. A Ctrl-C in the moment before would be heard with the next one only, as by every Python program."""
        state = Path(f"/proc/{self.process.pid}/stat")
        while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "S":
            os.sched_yield()

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def ends(self) -> int:
        """Its exit code. It has left the terminal as it was."""
        code = self.process.wait(30)
        assert termios.tcgetattr(self._theirs)[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == NORMAL
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def asked(folder: Path, *words: str, **options: Any) -> Iterator[Terminal]:
    with closing(Terminal(folder, *words, **options)) as terminal:
        yield terminal


def test_a_template_is_chosen_by_arrows_and_written_where_one_says(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        shown = terminal.says(TEMPLATES[-1].said[:40])
        assert shown.splitlines()[1].split()[:2] == ["1", "empty"]
        terminal.type(LAST + UP + ENTER)
        terminal.says(f"Template: {TEMPLATES[-2].id}\n")
        terminal.says("Write it to [config.yaml]: ")
        terminal.type(f"~/of/mine.yaml{ENTER}")
        terminal.says(f"✓ Wrote {tmp_path}/of/mine.yaml ({TEMPLATES[-2].id})")
        assert terminal.ends() == 0
    assert (tmp_path / "of" / "mine.yaml").read_text() == TEMPLATES[-2].text


def test_what_is_there_stays_unless_one_says_yes(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("# mine\n")
    for answer, said, content in (
        (ENTER, "Cancelled.", "# mine\n"),
        (f"y{ENTER}", "✓ Wrote config.yaml (empty)", "\n"),
    ):
        with asked(tmp_path) as terminal:
            terminal.says("empty")
            terminal.type(f"1{ENTER}")
            terminal.says("Write it to [config.yaml]: ")
            terminal.type(ENTER)
            terminal.says("config.yaml exists. Overwrite it? [y/N]: ")
            terminal.type(answer)
            terminal.says(said)
            assert terminal.ends() == 0
        assert file.read_text() == content


def test_who_has_said_where_and_that_it_may_be_overwritten_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("# mine\n")
    with asked(tmp_path, "-o", "mine.yaml", "--force") as terminal:
        terminal.says("empty")
        terminal.type(LAST + ENTER)
        terminal.says("✓ Wrote mine.yaml")
        assert terminal.ends() == 0
        assert "?" not in terminal.text.partition("Template: ")[2].partition("✓")[0]
    assert (tmp_path / "mine.yaml").read_text() == TEMPLATES[-1].text


@pytest.mark.parametrize("key", [CTRL_C, ESC])
def test_one_can_leave_the_list(tmp_path: Path, key: str) -> None:
    with asked(tmp_path) as terminal:
        terminal.says("empty")
        terminal.type(key)
        terminal.says("Cancelled.\n")
        assert terminal.ends() == 0
        assert terminal.sent.rindex(SHOW_CURSOR) > terminal.sent.rindex(HIDE_CURSOR)
    assert list(tmp_path.iterdir()) == []


def test_one_can_leave_the_question_where_to_write(tmp_path: Path) -> None:
    with asked(tmp_path) as terminal:
        terminal.says("empty")
        terminal.type(ENTER)
        terminal.says("Write it to [config.yaml]: ")
        terminal.sleeps()
        terminal.type(CTRL_C)
        terminal.says("\nCancelled.\n")
        assert terminal.ends() == 0
    assert list(tmp_path.iterdir()) == []


def test_keys_that_are_there_are_what_enter_takes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-that-nobody-sees\n")
    with asked(tmp_path) as terminal:
        terminal.says("> 2 from-env")
        terminal.type(ENTER)
        terminal.says("Write it to [config.yaml]: ")
        terminal.type(ENTER)
        terminal.says("planoai up\n")
        assert terminal.ends() == 0
        assert "sk-that-nobody-sees" not in terminal.sent
    assert "access_key: $OPENAI_API_KEY" in (tmp_path / "config.yaml").read_text()


def test_the_list_fits_a_terminal_that_is_small_and_has_no_colours(tmp_path: Path) -> None:
    with asked(tmp_path, size=(5, 30), NO_COLOR="1") as terminal:
        shown = terminal.says("> 2")
        terminal.type(LAST)
        shown += terminal.says(TEMPLATES[-1].id) + terminal.says("\n")
        assert max(map(len, shown.splitlines())) < 30
        assert not re.search(r"\x1b\[[0-9;]*m", terminal.sent)
        assert "\x1b[4A" in terminal.sent
        terminal.type(CTRL_C)
        assert terminal.ends() == 0


def test_a_terminal_whose_cursor_can_not_move_is_told_what_to_say(tmp_path: Path) -> None:
    with asked(tmp_path, TERM="dumb") as terminal:
        terminal.says("Interactive mode requires a TTY")
        assert terminal.ends() == 1
