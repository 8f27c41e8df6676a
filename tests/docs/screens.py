"""Plays each journey in a terminal of 100 columns and writes what is on its screen to docs/screens: `scripts/screens [NAME ...]`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.journeys import JOURNEYS, Journey
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "first-minutes.md"
SCREENS = ROOT / "docs" / "screens"


def main(names: Sequence[str]) -> None:
    SCREENS.mkdir(exist_ok=True)
    for journey in JOURNEYS:
        if not names or journey.name in names:
            (SCREENS / f"{journey.name}.txt").write_text(played(journey), encoding="utf-8")
            print(journey.name)
    PAGE.write_text(shown(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def shown(page: str) -> str:
    """`page` with the screen of each journey below the comment that names it."""

    def below(match: re.Match[str]) -> str:
        screen = (SCREENS / f"{match[1]}.txt").read_text(encoding="utf-8")
        return f"<!-- {match[1]} -->\n\n```console\n{screen}```\n"

    return re.sub(r"^<!-- (\S+) -->\n(?:\n```console\n.*?^```\n)?", below, page, flags=re.DOTALL | re.MULTILINE)


def played(journey: Journey) -> str:
    with TemporaryDirectory(prefix="planoai-") as folder:
        home = Path(folder)
        work = home / "work"
        work.mkdir()
        for name, text in journey.files.items():
            (work / name).write_text(text, encoding="utf-8")
        with _terminal(f"planoai-{os.getpid()}-{journey.name}", home, work) as terminal:
            for line in (*journey.before.splitlines(), "clear", *journey.typed):
                terminal.type(line)
            return normal(terminal.screen(), home)


def normal(screen: str, home: Path) -> str:
    """`screen` without what differs from one time to the next."""
    lines = [line.rstrip() for line in screen.replace(str(home), "/home/you").splitlines()]
    text = "\n".join(lines).strip().removesuffix("$").rstrip() + "\n"
    text = re.sub(r"\b(pid|workers|recorder)(\s+)(?:pid )?\d+", r"\g<1>\g<2>4711", text)
    return re.sub(r"\b\d+(\.\d+)? m?s\b", "1 s", text)


class Terminal:
    """A shell in tmux, whose server is called `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._name, *words], check=True, capture_output=True, text=True, timeout=90
        )
        return done.stdout

    def type(self, line: str) -> None:
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")
        self.await_prompt()

    def await_prompt(self) -> None:
        """Until what was typed has ended, and the shell has said so."""
        self.tmux("wait-for", "ready")
        while not re.search(r"^\$ ?\Z", self.screen().rstrip("\n"), re.MULTILINE):
            pass

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-J")


@contextmanager
def _terminal(name: str, home: Path, work: Path) -> Iterator[Terminal]:
    """With nothing in its environment but what a shell needs. What was started in it has ended afterwards."""
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PS1": "$ ",
        "PROMPT_COMMAND": f"tmux -L {name} wait-for -S ready",
        "HISTFILE": "/dev/null",
    }
    shell = ["env", "-i", *(f"{key}={value}" for key, value in environ.items()), "bash", "--norc", "--noprofile"]
    terminal = Terminal(name)
    terminal.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "90", "-c", str(work), *shell)
    try:
        terminal.await_prompt()
        yield terminal
    finally:
        stop = [sys.executable, "-m", "planoai", "down", "--now"]
        subprocess.run(stop, env=environ, cwd=ROOT, capture_output=True, check=False)
        terminal.tmux("kill-server")


if __name__ == "__main__":
    main(sys.argv[1:])
