"""What the commands share that run the analyzer: how it is set, and the line that says how far they are."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planoai.cli.signals.progress import Progress

if TYPE_CHECKING:
    from planoai.signals.options import Options

Command = TypeVar("Command", bound=Callable[..., Any])

PROFILES = ("parity", "strict")


def of_analyzer(command: Command) -> Command:
    """--profile and --window: what `options` takes."""
    profile = click.option(
        "--profile",
        type=click.Choice(PROFILES),
        default=PROFILES[0],
        show_default=True,
        help="strict finds less, and is wrong less often.",
    )
    window = click.option(
        "--window",
        type=click.IntRange(min=1),
        default=100,
        show_default=True,
        help="So many rows at the end of a conversation are looked at.",
    )
    return profile(window(command))


def options(profile: str, window: int) -> "Options":
    from msgspec import convert

    from planoai.signals.options import Options

    return convert({"profile": profile, "window": window}, Options)


def progress(*, beside: bool) -> Progress:
    """For who looks at it. `beside`: results go to stdout meanwhile, and what scrolls by in a terminal is progress enough."""
    seen = sys.stderr.isatty() and not (beside and sys.stdout.isatty())
    return Progress(sys.stderr if seen else None, time.monotonic)
