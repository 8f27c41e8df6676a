"""What a command takes from the process around it: where Plano's files and the config are, which variables there are.

What is not UTF-8 is in Python's text as surrogates, which neither messages between processes nor the status file can hold.
"""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planoai.config.variables import read_dotenv
from planoai.process.home import Home
from planoai.table import suggestion

NAMES = ("config.yaml", "plano_config.yaml")
_ENDINGS = (".yaml", ".yml")
_OTHERWISE = "; `planoai init` writes one to begin with"


def home() -> Home:
    """Raises ClickException where there can be none."""
    try:
        found = Home.of(os.environ)
    except RuntimeError:  # of Path.expanduser
        named = os.environ.get("PLANO_HOME")
        where = f"PLANO_HOME, {named}" if named else "~/.plano"
        raise click.ClickException(f"{where}: there is no such user, or one without a home; set PLANO_HOME") from None
    return Home(told(found.root))


def config_file(file: Path | None, folder: Path) -> Path:
    """`file`, else the config in `folder`; absolute. Raises ClickException where there is none, with the names that may have been meant."""
    if file is None and (file := found(folder)) is None:
        told(folder)
        why = near_to(NAMES[0], folder) or _OTHERWISE if folder.is_dir() else "; there is no such folder"
        raise click.ClickException(f"there is no {' or '.join(NAMES)} in {folder}{why}")
    file = told(file.absolute())
    with _seen(file):
        if file.is_dir():
            raise click.ClickException(
                f"{file} is a folder; `--path {shlex.quote(str(file))}` looks for {NAMES[0]} in it"
            )
        if not file.exists():
            raise click.ClickException(f"there is no file {file}{near_to(file.name, file.parent) or _OTHERWISE}")
    return file


def found(folder: Path) -> Path | None:
    """The config in `folder`. Raises ClickException where that can not be seen."""
    with _seen(folder):
        return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def has_none(folder: Path) -> bool:
    """Whether `folder` is one, and has no config. Raises ClickException where that can not be seen."""
    with _seen(folder):
        return folder.is_dir() and found(folder) is None


@contextmanager
def _seen(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # may not be looked at, or has a name that is too long
        raise click.ClickException(f"{shown(path)} can not be used: {(error.strerror or str(error)).lower()}") from None


def near_to(name: str, folder: Path) -> str:
    """`; did you mean 'config.yaml'?`: the files in `folder` that may be a config. Nothing where there are none."""
    return suggestion(name, configs_in(folder))


def configs_in(folder: Path) -> list[str]:
    """Names of files that may be a config."""
    try:
        names = [each.name for each in folder.iterdir() if each.suffix in _ENDINGS]
    except OSError:
        return []
    return sorted(each for each in names if _is_text(each) and not each.startswith("."))


def told(path: Path) -> Path:
    """`path`, which can be told to others. Raises ClickException where it can not."""
    if not _is_text(str(path)):
        raise click.ClickException(f"{shown(path)} can not be used: its name is not UTF-8")
    return path


def shown(path: Path) -> str:
    """`path` as text that any reader takes, whatever its name is."""
    return str(path).encode(errors="replace").decode()


def dotenv(folder: Path) -> dict[str, str]:
    """The variables in the `.env` of `folder`. One that can not be read is told of where the config is read."""
    try:
        return read_dotenv((folder / ".env").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def variables() -> dict[str, str]:
    """Those of the environment that are text: nobody can mean another one in a config, which is."""
    return {name: value for name, value in os.environ.items() if _is_text(name) and _is_text(value)}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
