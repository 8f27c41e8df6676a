"""The questions of `planoai init`, on a terminal. What a key means is decided in `choosing`."""

import os
import select
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planoai.cli.init.choosing import Cancelled, Choice, Chosen, Item, after, cut, is_unfinished

_COLOUR = (150, 159, 244)
_REST = 0.05  # seconds in which the rest of a key comes that was sent at once
_MOST_BYTES = 1024
_UNKNOWN = os.terminal_size((80, 24))
_HIDE, _SHOW, _ERASE_BELOW = "\x1b[?25l", "\x1b[?25h", "\x1b[J"


def is_possible() -> bool:
    """Whether somebody is there who can answer, at a terminal whose cursor moves."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def choose(title: str, items: tuple[Item, ...], at: int) -> str:
    """The name of the one that was chosen. Raises Abort where none is wanted."""
    state: Choice | Chosen | Cancelled = Choice(items, at)
    with _unbuffered(sys.stdin.fileno()) as typed:
        while isinstance(state, Choice):
            shown = _draw(title, state)
            state = after(state, typed())
            _send(f"\x1b[{_rows(shown)}A\r{_ERASE_BELOW}")
    if isinstance(state, Cancelled):
        raise click.Abort
    return state.name


def path(usual: str) -> Path:
    """Raises Abort."""
    with _line_of_its_own():
        return Path(click.prompt("Write it to", default=usual))


def overwrite(file: Path) -> bool:
    """Raises Abort."""
    with _line_of_its_own():
        return click.confirm(f"{file} exists. Overwrite it?", default=False)


@contextmanager
def _line_of_its_own() -> Iterator[None]:
    """What is said of an answer that was broken off stands below the question."""
    try:
        yield
    except click.Abort:
        click.echo()
        raise


def _draw(title: str, choice: Choice) -> list[str]:
    """What is on the screen now."""
    size = _size()
    items = choice.lines(size.columns, size.lines - 2)
    title = cut(title, size.columns)
    click.secho(title, bold=True)
    for line in items:
        click.echo(click.style(line, fg=_COLOUR, bold=True) if choice.is_taken(line) else line)
    return [title, *items]


def _rows(shown: list[str]) -> int:
    """That `shown` takes by now: a terminal that was made narrower has folded its lines."""
    width = _size().columns
    return sum(max(-(-len(line) // width), 1) for line in shown)


def _size() -> os.terminal_size:
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return _UNKNOWN
    return size if size.columns and size.lines else _UNKNOWN


def _send(control: str) -> None:
    sys.stdout.write(control)
    sys.stdout.flush()


@contextmanager
def _unbuffered(descriptor: int) -> Iterator[Callable[[], str]]:
    """Every key is there as soon as it is pressed, Ctrl-C too, and is not echoed. Yields what waits for the next ones."""
    before = termios.tcgetattr(descriptor)
    now = termios.tcgetattr(descriptor)
    now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
    termios.tcsetattr(descriptor, termios.TCSADRAIN, now)
    _send(_HIDE)
    try:
        yield lambda: _typed(descriptor)
    finally:
        _send(_SHOW)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _typed(descriptor: int) -> str:
    """Raises Abort where the terminal is gone."""
    text = ""
    while not text or (is_unfinished(text) and select.select([descriptor], [], [], _REST)[0]):
        part = os.read(descriptor, _MOST_BYTES)
        if not part:
            raise click.Abort
        text += part.decode(errors="replace")
    return text
