"""`pick`: one way to look a name up in a table, and one way to say that it is not there."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from planoai.errors import NotInTable

Row = TypeVar("Row")


def pick(table: Mapping[str, Row], name: str, where: str) -> Row:
    """The row called `name`. Raises NotInTable, which names `where` the name was written and what would have been right."""
    try:
        return table[name]
    except KeyError:
        raise NotInTable(f"{where}: {name!r} is not known{suggestion(name, table)}") from None


def suggestion(name: str, known: Iterable[str], most: int = 3, shown: int = 12) -> str:
    """`; did you mean 'a' or 'b'?`, else `; there is 'a', 'b', ...`, else nothing: the end of a sentence about a wrong name."""
    known = list(known)
    folded = {each.lower(): each for each in known}
    close = [folded[each] for each in get_close_matches(name.lower(), folded, n=most, cutoff=0.6)]
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    if known and shown:
        return f"; there is {', '.join(map(repr, known[:shown]))}{', ...' if len(known) > shown else ''}"
    return ""
