"""`planoai --version`: which version this is, and whether a newer one can be had."""

import json
import os
import re
import threading
import urllib.request
from http.client import HTTPException
from typing import TypedDict

import click

from planoai import __version__

INDEX = "https://pypi.org/pypi/planoai/json"
SKIP = "PLANO_SKIP_VERSION_CHECK"
_SECONDS = 2.0
_LONGEST = 8_000_000  # bytes of an answer; it tells every file of every version
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!-]{0,60}")


class Status(TypedDict):
    is_outdated: bool
    current: str
    latest: str | None
    message: str | None


def tell() -> None:
    """The version is a result, the rest is talk. A check that fails, for whatever reason, says nothing."""
    click.echo(f"plano version {__version__}")
    if os.environ.get(SKIP):
        return
    found = status(__version__, fetch(INDEX))
    if found["is_outdated"]:
        click.echo(f"⚠ {found['message']}\n  uv pip install --upgrade planoai", err=True)
    elif found["latest"] is not None:
        click.echo("✓ You're up to date", err=True)


def parse(text: str) -> tuple[int, ...]:
    """The numbers of a version, up to what says that it is no final one: `0.4.1a1` is (0, 4, 1). Empty where there are none."""
    numbers = re.match(r"[0-9.]*", text.strip())
    return tuple(int(part) for part in numbers[0].split(".") if part) if numbers else ()


def status(current: str, latest: str | None) -> Status:
    """`latest` is None where it is not known."""
    ours, theirs = parse(current), parse(latest or "")
    outdated = bool(ours) and _significant(ours) < _significant(theirs)
    message = f"Update available: {latest}" if outdated else None
    return Status(is_outdated=outdated, current=current, latest=latest, message=message)


def _significant(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Without the zeros at its end: 1.0 is 1.0.0."""
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def fetch(url: str, timeout: float = _SECONDS) -> str | None:
    """The version that the index at `url` has; None where that can not be learned within `timeout` seconds."""
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.extend(_asked(url, timeout)), daemon=True)
    asking.start()
    asking.join(timeout)  # looking a name up has no time limit of its own
    return found[0] if found else None


def _asked(url: str, timeout: float) -> list[str]:
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310 - the address is ours
            version = json.loads(answer.read(_LONGEST))["info"]["version"]
    except (OSError, HTTPException, ValueError, LookupError, TypeError, RecursionError):
        return []
    return [version] if isinstance(version, str) and _VERSION.fullmatch(version) else []
