"""`planoai signals`: the analyzer at work on files of conversations, without a gateway."""

import click

from planoai.cli.signals import analyze, parity, replay


@click.group()
def signals() -> None:
    """Read conversations for behavioural signals. No model is asked, and nothing leaves the machine.

    \b
    Examples:
      planoai signals analyze conversations.jsonl.gz
      planoai signals replay < conversations.jsonl > reports.jsonl
    """


for each in (replay.replay, analyze.analyze, parity.parity):
    signals.add_command(each)
