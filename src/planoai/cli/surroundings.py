"""What a command takes from the process around it: where Plano's files are, which variables there are.

What is not UTF-8 is in Python's text as surrogates, which neither messages between processes nor the status file can hold.
"""

import os
from pathlib import Path

import click

from planoai.process.home import Home


def home() -> Home:
    """Raises ClickException where there can be none."""
    try:
        found = Home.of(os.environ)
    except RuntimeError:  # of Path.expanduser
        named = os.environ.get("PLANO_HOME")
        where = f"PLANO_HOME, {named}" if named else "~/.plano"
        raise click.ClickException(f"{where}: there is no such user, or one without a home; set PLANO_HOME") from None
    return Home(told(found.root))


def told(path: Path) -> Path:
    """`path`, which can be told to others. Raises ClickException where it can not."""
    if not _is_text(str(path)):
        raise click.ClickException(f"{path} can not be used: its name is not UTF-8")
    return path


def variables() -> dict[str, str]:
    """Those of the environment that are text: nobody can mean another one in a config, which is."""
    return {name: value for name, value in os.environ.items() if _is_text(name) and _is_text(value)}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
