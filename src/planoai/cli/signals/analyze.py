"""`planoai signals analyze`: what a file of conversations shows, and which of them to read first."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planoai.cli.signals.options import of_analyzer, options, progress

if TYPE_CHECKING:
    from planoai.cli.signals.tally import Survey
    from planoai.signals import Analyzer, Api

_APIS = ("auto", "openai_chat", "anthropic_messages", "openai_responses", "sharegpt")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False, allow_dash=True))
@click.option("--api", type=click.Choice(_APIS), default=_APIS[0], show_default=True, help="Whose messages they are.")
@of_analyzer
@click.option(
    "--top", type=click.IntRange(min=0), default=20, show_default=True, help="So many conversations worth reading."
)
@click.option("--by", metavar="KEY", help="Rates for each value of KEY too, with 95 % intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def analyze(file: Path, api: "Api", profile: str, window: int, top: int, by: str | None, as_json: bool) -> None:
    """Count the signals of the conversations in FILE, and name those worth reading first.

    FILE is JSON lines, a JSON array of conversations, one conversation, or Parquet; plain or gzip; - is
    stdin. A conversation has its messages in `messages`, `conversations` or `input`, or is their list. It is
    read piece by piece, so it may be larger than memory. The exit code is 1 if nothing could be read.

    \b
    Examples:
      planoai signals analyze conversations.jsonl.gz
      planoai signals analyze runs.jsonl --by reward --top 5
    """
    import msgspec

    from planoai.cli.signals import table
    from planoai.cli.signals.tally import Survey
    from planoai.signals import Analyzer

    survey = Survey(top)
    _read(file, survey, Analyzer(options(profile, window)), api, by)
    if not survey.whole.conversations:
        raise click.ClickException(table.unread(survey) if survey.unread else f"there is no conversation in {file}")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(table.plain(survey)), indent=2))
        return
    click.echo(table.shown(survey))
    if survey.unread:
        click.echo(f"\n{table.unread(survey)}", err=True)


def _read(file: Path, survey: "Survey", analyzer: "Analyzer", api: "Api", by: str | None) -> None:
    from planoai.cli.signals.conversations import KEYS, conversation
    from planoai.cli.signals.files import items

    with ExitStack() as stack:
        shown = progress(beside=False)
        stack.callback(shown.end)
        for item in items(file, {"id", by or "id", *KEYS}):
            try:
                found = conversation(item, api, by)
            except ValueError as error:
                survey.skip(item.place, str(error))
                continue
            report = analyzer.messages(found.messages, found.api)
            if report.unread:
                survey.skip(item.place, report.unread)
            else:
                survey.add(found.name, report, None if by is None else found.value)
            shown.add(1)
