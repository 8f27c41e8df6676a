"""`planoai signals parity`: whether two analyzers say the same of the same conversations."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from planoai.cli.signals.compared import Entry

_FILE = click.Path(path_type=Path, readable=False, allow_dash=True)


@click.command()
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@click.option(
    "--show", type=click.IntRange(min=0), default=10, show_default=True, help="So many of those that differ, with what."
)
def parity(ours: Path, theirs: Path, as_json: bool, show: int) -> None:
    """Hold two files of reports against each other.

    They are as `planoai signals replay` writes them, plain or gzip; - is stdin. Conversations are matched by
    id, in any order. Tier A: types, how often each, quality. Tier B: where each stands. Tier C: everything
    else. What is told is Markdown. The exit code is 1 unless all agree in tier A.

    \b
    Example:
      planoai signals parity ours.jsonl theirs.jsonl.gz
    """
    import msgspec

    from planoai.cli.signals import agreement
    from planoai.cli.signals.compared import pairs

    if ours == theirs == Path("-"):
        raise click.UsageError("only one of the two can be stdin")
    found = agreement.Agreement(show)
    for pair in pairs(_entries(ours), _entries(theirs)):
        found.add(pair)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(agreement.plain(found)), indent=2))
    else:
        click.echo(agreement.markdown(found))
    if not found.good:
        sys.exit(1)


def _entries(file: Path) -> Iterator["Entry"]:
    """Raises ClickException where a line is no report."""
    from planoai.cli.signals.compared import entry
    from planoai.cli.signals.files import lines

    for number, line in lines(file):
        try:
            yield entry(line)
        except ValueError as error:
            raise click.ClickException(f"{file}, line {number}: {error}") from None
