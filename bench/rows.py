"""What is measured: the table of rows. A row is one exchange through one target, at several numbers of connections."""

from collections.abc import Collection
from typing import Literal

from bench.exchange import Exchange
from msgspec import Struct

Group = Literal["whole", "stream", "paced"]
"""Whole JSON answers; streams as fast as they go; streams with a piece every PACE_MS, as a model would write them."""

LEVELS: dict[Group, tuple[int, ...]] = {"whole": (1, 16, 128), "stream": (16, 128), "paced": (16, 128)}
"""Connections that are busy at once."""

PACE_MS = 20

LIMIT, OURS, DIRECT = "nginx", "planoai", "direct"
"""Targets with a part in the arithmetic: the limit, the gateway, and no proxy at all."""


class Row(Struct, frozen=True):
    name: str
    group: Group
    target: str
    exchange: Exchange
    beside: str | None = None
    """Name of another row of the same target that this one is compared with, beside nginx."""


_CLAUDE = "anthropic/claude-sonnet-4-5"  # the model that a Messages upstream serves; the default one is behind Chat Completions
_WHOLE = Exchange()
_STREAM = Exchange(stream=True, include_usage=True)
_PACED = Exchange(stream=True, include_usage=True, pace_ms=PACE_MS)

ROWS = (
    Row("chat", "whole", LIMIT, _WHOLE),
    Row("chat", "whole", OURS, _WHOLE),
    Row("chat-to-messages", "whole", OURS, Exchange(model=_CLAUDE), beside="chat"),
    Row("messages-to-chat", "whole", OURS, Exchange(api="messages"), beside="chat"),
    Row("stream-verbatim", "stream", LIMIT, _STREAM),
    Row("stream-verbatim", "stream", OURS, _STREAM),
    Row("stream-events", "stream", OURS, Exchange(stream=True), beside="stream-verbatim"),
    Row("stream-chat-to-messages", "stream", OURS, Exchange(model=_CLAUDE, stream=True), beside="stream-verbatim"),
    Row("stream-messages-to-chat", "stream", OURS, Exchange(api="messages", stream=True), beside="stream-verbatim"),
    Row("paced-verbatim", "paced", DIRECT, _PACED),
    Row("paced-verbatim", "paced", LIMIT, _PACED),
    Row("paced-verbatim", "paced", OURS, _PACED),
    Row("paced-events", "paced", OURS, Exchange(stream=True, pace_ms=PACE_MS), beside="paced-verbatim"),
    Row(
        "paced-chat-to-messages",
        "paced",
        OURS,
        Exchange(model=_CLAUDE, stream=True, pace_ms=PACE_MS),
        beside="paced-verbatim",
    ),
    Row(
        "paced-messages-to-chat",
        "paced",
        OURS,
        Exchange(api="messages", stream=True, pace_ms=PACE_MS),
        beside="paced-verbatim",
    ),
)

NAMES = tuple(dict.fromkeys(row.name for row in ROWS))


def chosen(names: Collection[str], peers: Collection[str]) -> tuple[Row, ...]:
    """The rows whose name begins with one of `names`, all when there are none, and the rows that their ratios need; peers go where nginx goes.

    Rows stay in the order of the table, grouped, which is the order of one round.
    """
    ours = [row for row in ROWS if row.target == OURS and (not names or row.name.startswith(tuple(names)))]
    groups = {row.group for row in ours}
    needed = {row.name for row in ours} | {row.beside for row in ours}
    rows: list[Row] = []
    for group in LEVELS:
        if group in groups:
            rows += [row for row in ROWS if row.group == group and (row.target != OURS or row.name in needed)]
            rows += [
                Row(row.name, group, peer, row.exchange)
                for row in ROWS
                if row.group == group and row.target == LIMIT
                for peer in peers
            ]
    return tuple(rows)
