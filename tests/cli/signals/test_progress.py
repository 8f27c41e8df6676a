"""The line that says how far a command is."""

from io import StringIO
from itertools import count

from planoai.cli.signals.progress import Progress


def test_it_is_written_twice_a_second_and_gone_at_the_end() -> None:
    terminal = StringIO()
    ticks = count(0, 0.25)
    progress = Progress(terminal, lambda: next(ticks))
    for _ in range(4):
        progress.add(1000)
    progress.end()
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines == ["", "2,000 conversations, 4,000/s", "4,000 conversations, 4,000/s", ""]


def test_what_is_over_at_once_shows_nothing() -> None:
    terminal = StringIO()
    progress = Progress(terminal, lambda: 0.0)
    progress.add(1)
    progress.end()
    assert terminal.getvalue() == ""
