"""`planoai doctor`: what would keep a gateway from working, and what helps."""

import sys
from pathlib import Path

import click
import msgspec

from planoai.cli import surroundings, talk
from planoai.cli.doctor import checks
from planoai.cli.doctor.survey import survey


@click.command()
@talk.names_config
@click.option("--offline", is_flag=True, help="Ask no provider whether it can be reached.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
def doctor(file: Path | None, folder: Path, offline: bool, as_json: bool) -> None:
    """Look for what would keep a gateway from working: the config, keys, ports, the way to the providers, this machine. Nothing is changed.

    Without FILE it looks at config.yaml, else at the config of the gateway that runs. Where something has to be mended the exit code is 1.

    \b
    Examples:
      planoai doctor
      planoai doctor config.yaml --offline
    """
    found = checks.findings(survey(surroundings.home(), file, folder, offline=offline))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        click.echo(checks.shown(found))
        talk.say(f"\n{checks.summary(found)}")
    if any(each.level == "fail" for each in found):
        sys.exit(1)
