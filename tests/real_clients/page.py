"""docs/clients.md, from what was seen: pure, so that nothing else can get into it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tests.real_clients.case import CONTEXT, DOES, PLAIN, SESSION, TOOL, Seen

_HEAD = """\
# Clients

<!-- Written by scripts/real-clients; what is changed by hand is gone after the next run. -->

What real clients do through `planoai up`, seen on {day}. Each was installed from npm or PyPI in the version below and run in an empty home with a clean
environment and a proxy that lets nobody out; the models behind the gateway were those of the [simulated provider](simulate.md), which refuses what
the vendors refuse. `scripts/real-clients` does it all again and writes this page.

{versions}
## What was tried

- **{plain}**: a question. The model is sent it, and the user reads its answer.
- **{tool}**: the model calls a tool that the client has: a command, a function. It is run, the model is sent what came of it, and the user
  reads what the model made of that. Thoughts go back to the model with their proofs. aider has no tools: it edits a file as the model says.
- **{session}**: three questions one after the other, a tool in the second. The model is sent every word of the first two with the third.
- **{context}**: `/context` of Claude Code, which asks for the tokens of each part of its prompt.

The API is what the client speaks; the upstream is what the model behind the gateway speaks. Where both are the same nothing is translated.
Libraries ask for a whole answer when they ask a plain question and for a stream when they offer a tool; agents always stream.

"""
_SEEN = """
## What was noticed

What clients asked the gateway for; the largest request that reached an upstream; what a client sent or a model said for which the other API has no
words, as the gateway's log tells it; hosts a client wanted to reach beside the gateway, and could not.

"""


class _Way(NamedTuple):
    client: str
    api: str
    upstream: str


def written(rows: Iterable[Seen], versions: Mapping[str, Mapping[str, str]], day: date) -> str:
    ways: dict[_Way, list[Seen]] = {}
    for row in rows:
        ways.setdefault(_Way(*row.case[:3]), []).append(row)
    head = _HEAD.format(
        day=day.isoformat(), versions=_versions(versions), plain=PLAIN, tool=TOOL, session=SESSION, context=CONTEXT
    )
    return f"{head}{_results(ways)}{_SEEN}{_noticed(ways)}"


def _versions(versions: Mapping[str, Mapping[str, str]]) -> str:
    cells = (
        (client, ", ".join(f"`{package}` {version}" for package, version in packages.items()))
        for client, packages in versions.items()
    )
    return _table(("Client", "Version"), cells)


def _results(ways: Mapping[_Way, list[Seen]]) -> str:
    cells = (
        (*way, *(next((_outcome(row) for row in rows if row.case.does == does), "") for does in DOES))
        for way, rows in ways.items()
    )
    return _table(("Client", "API", "Upstream", *DOES), cells)


def _outcome(row: Seen) -> str:
    return f"**fails**: {row.outcome}" if row.outcome else "works"


def _noticed(ways: Mapping[_Way, list[Seen]]) -> str:
    cells = (
        (*way, _asked(rows), _largest(rows), _listed(_lost(rows)), _listed(_refused(rows)))
        for way, rows in ways.items()
    )
    return _table(("Client", "API", "Upstream", "Asked for", "Largest", "Lost", "Wanted to reach"), cells)


def _asked(rows: Iterable[Seen]) -> str:
    """Statuses only where they are not 200."""
    names = (f"{name} ({status})" if status != 200 else name for row in rows for name, status in row.requests)
    return _listed(dict.fromkeys(names))


def _largest(rows: Iterable[Seen]) -> str:
    return f"{max(row.largest for row in rows) / 1000:.1f} kB"


def _lost(rows: Iterable[Seen]) -> list[str]:
    """A path once, whichever of a list's members it was in."""
    return list(dict.fromkeys(_any_member(path) for row in rows for path in row.lost))


def _refused(rows: Iterable[Seen]) -> list[str]:
    return sorted({host.removesuffix(":443") for row in rows for host in row.refused})


def _any_member(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts) or "-"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
