"""`planoai build`: nothing is compiled; a look whether all that was installed is there, and can be run."""

import pkgutil
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version

import click

import planoai
from planoai.cli import COMMANDS
from planoai.providers.catalog import PROVIDERS
from planoai.providers.registry import snapshot


@click.command()
@click.option("--docker", is_flag=True, expose_value=False, help="Has no meaning any more.")
@click.option("--native", is_flag=True, expose_value=False, help="Has no meaning any more.")
def build() -> None:
    """Check that this installation is whole. There is nothing to compile.

    \b
    Example:
      planoai build
    """
    click.echo(f"planoai {planoai.__version__}")
    click.echo(f"Python {platform.python_version()} on {sys.platform}, {platform.machine()}")
    for name, installed in libraries(_requirements()):
        click.echo(f"{name} {installed or 'is not installed'}")
    ours = list(modules())
    wrong = broken(ours)
    if wrong:
        raise click.ClickException("\n".join(["this installation is not whole; install planoai anew", *wrong]))
    known = sum(len(listed) for listed in snapshot().models.values())
    click.echo(f"✓ {len(ours)} modules, {len(COMMANDS)} commands, {len(PROVIDERS)} providers, {known} models")


def _requirements() -> list[str]:
    try:
        return requires("planoai") or []
    except PackageNotFoundError:  # imported from a checkout that was never installed
        return []


def libraries(requirements: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each that is required, with the version that is installed; None where none is."""
    for requirement in requirements:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None


def modules() -> Iterator[str]:
    """Every module of ours, but for the one that runs the command when it is imported."""
    for found in pkgutil.walk_packages(planoai.__path__, "planoai."):
        if not found.name.endswith("__main__"):
            yield found.name


def broken(names: Iterable[str]) -> list[str]:
    """Why which of the modules can not be imported, a line each."""
    told = []
    for name in names:
        try:
            import_module(name)
        except ImportError as error:
            told.append(f"{name}: {error}")
    return told
