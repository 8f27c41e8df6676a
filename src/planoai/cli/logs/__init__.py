"""`planoai logs`: the last lines of the log files, and those that come."""

import time
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from planoai.cli import surroundings, talk
from planoai.cli.logs.follow import Followed
from planoai.cli.logs.tail import Headed

_LOOKS_SECONDS = 0.2


@click.command()
@click.option("--debug", is_flag=True, help="Show plano.log too: what the gateway says of itself.")
@click.option("--follow", is_flag=True, help="Show the lines that come as well, until Ctrl-C.")
@click.option(
    "--lines", type=click.IntRange(min=0), default=10, show_default=True, help="So many lines of the end of each file."
)
@talk.docker
def logs(debug: bool, follow: bool, lines: int) -> None:
    """Show the requests that were served, one a line.

    \b
    Example:
      planoai logs --follow
    """
    folder = surroundings.home().logs
    if not folder.is_dir():
        raise click.ClickException(f"there is no folder {folder}: start Plano first, with `planoai up`")
    with ExitStack() as stack:
        shown = Shown(folder, stack, debug=debug)
        if not shown.tails(lines, more=follow):
            raise click.ClickException(f"there are no {'' if debug else 'access '}logs in {folder} yet")
        with suppress(KeyboardInterrupt):
            while follow:
                time.sleep(_LOOKS_SECONDS)
                shown.news()


class Shown:
    """The logs in `folder` that are wanted, on stdout. `stack` closes them."""

    def __init__(self, folder: Path, stack: ExitStack, *, debug: bool) -> None:
        self._folder = folder
        self._stack = stack
        self._patterns = ("access_*.log", "plano.log") if debug else ("access_*.log",)
        self._files: dict[str, Followed] = {}
        self._headed = Headed()

    def tails(self, count: int, *, more: bool) -> bool:
        """Shows the last `count` lines of each; a line that has not ended is left for `news` if there will be `more`. Says whether there are files."""
        self._open()
        for name, file in self._files.items():
            last = file.tail(count)
            self._show(name, last if more else last + file.end())
        return bool(self._files)

    def news(self) -> None:
        """Shows what came since, also in files that are new."""
        self._open()
        for name, file in self._files.items():
            while lines := file.read():
                self._show(name, lines)

    def _open(self) -> None:
        for path in sorted(path for pattern in self._patterns for path in self._folder.glob(pattern)):
            if path.name not in self._files:
                try:
                    self._files[path.name] = self._stack.enter_context(Followed(path))
                except FileNotFoundError:  # moved away just now
                    continue
                except OSError as error:
                    raise click.ClickException(f"{path} can not be read: {error.strerror}") from None

    def _show(self, name: str, lines: bytes) -> None:
        if lines:
            click.echo(self._headed.under(name, lines, alone=len(self._files) == 1), nl=False)
