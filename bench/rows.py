"""What is measured: the table of rows. A row is one exchange through one target, at several numbers of connections."""

from collections.abc import Collection
from typing import Literal

from bench.exchange import API, Exchange
from msgspec import Struct

Group = Literal["whole", "tls-upstream", "tls-listener", "stream", "paced"]
"""Whole JSON answers, in the clear, with TLS to the upstream, and with TLS to the client; streams as fast as they go; streams with a piece
every PACE_MS, as a model would write them."""

Door = Literal["plain", "tls-upstream", "tls-listener", "signals-off"]
"""How a target is configured."""

WITH_TLS: frozenset[Door] = frozenset({"tls-upstream", "tls-listener"})

LEVELS: dict[Group, tuple[int, ...]] = {
    "whole": (1, 16, 128),
    "tls-upstream": (16, 128),
    "tls-listener": (16, 128),
    "stream": (16, 128),
    "paced": (16, 128),
}
"""Connections that are busy at once."""

STREAMS: frozenset[Group] = frozenset({"stream", "paced"})
PACE_MS = 20
QUICK = 16
"""Connections, where only one number of them is measured."""

LIMIT, OURS, DIRECT = "nginx", "planoai", "direct"
"""Targets with a part in the arithmetic: the limit, the gateway, and no proxy at all."""

MEMORY = "memory"
"""Not a row of load: what the gateway holds, and how soon it is there (`memory.py`)."""

_DOORS: dict[Group, Door] = {"tls-upstream": "tls-upstream", "tls-listener": "tls-listener"}


class Seat(Struct, frozen=True):
    """A target as one of its doors needs it: a process tree of its own."""

    target: str
    door: Door = "plain"

    def __str__(self) -> str:
        return self.target if self.door == "plain" else f"{self.target}, {self.door}"


class Row(Struct, frozen=True):
    name: str
    group: Group
    target: str
    exchange: Exchange
    beside: str | None = None
    """Name of another row of the same target that this one is compared with, beside nginx; it is measured at QUICK connections."""
    slow: bool = False
    """The target takes milliseconds for an exchange: it is measured at QUICK connections, for a short time."""

    @property
    def seat(self) -> Seat:
        return Seat(self.target, _DOORS.get(self.group, "plain"))

    @property
    def levels(self) -> tuple[int, ...]:
        return (QUICK,) if self.slow or self.beside else LEVELS[self.group]


class Peer(Struct, frozen=True):
    """What rows a peer can be measured in: one that is `slow` not where pieces are timed, one without `streams` in whole answers only."""

    name: str
    slow: bool = False
    streams: bool = True

    def takes(self, group: Group) -> bool:
        return group not in STREAMS or (self.streams and (group != "paced" or not self.slow))


_MODELS = {
    "chat": "chatter/gpt-4o-mini",
    "messages": "anthropic/claude-sonnet-4-5",
    "responses": "responder/gpt-5.2",
    "converse": "amazon_bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
}
"""By the API that is spoken to whoever serves them, whatever the client speaks: OpenAI's own row speaks two."""

_CLIENTS: tuple[API, ...] = ("chat", "messages", "responses")
_PAIRS = [(client, upstream) for client in _CLIENTS for upstream in _MODELS if client != upstream]
_WHOLE = Exchange()
_STREAM = Exchange(stream=True, include_usage=True)
_PACED = Exchange(stream=True, include_usage=True, pace_ms=PACE_MS)


def _translated(group: Group, before: str, beside: str, *, stream: bool = False, pace_ms: int = 0) -> list[Row]:
    """A row for each client's API in front of each other one."""
    return [
        Row(
            f"{before}{client}-to-{upstream}",
            group,
            OURS,
            Exchange(client, _MODELS[upstream], stream=stream, pace_ms=pace_ms),
            beside,
        )
        for client, upstream in _PAIRS
    ]


ROWS = (
    Row("chat", "whole", LIMIT, _WHOLE),
    Row("chat", "whole", OURS, _WHOLE),
    *_translated("whole", "", "chat"),
    Row("tls-upstream", "tls-upstream", LIMIT, _WHOLE),
    Row("tls-upstream", "tls-upstream", OURS, _WHOLE),
    Row("tls-listener", "tls-listener", LIMIT, _WHOLE),
    Row("tls-listener", "tls-listener", OURS, _WHOLE),
    Row("stream-verbatim", "stream", LIMIT, _STREAM),
    Row("stream-verbatim", "stream", OURS, _STREAM),
    Row("stream-events", "stream", OURS, Exchange(stream=True), beside="stream-verbatim"),
    *(
        Row(f"stream-{api}", "stream", OURS, Exchange(api, _MODELS[api], stream=True), beside="stream-verbatim")
        for api in ("messages", "responses")
    ),
    *_translated("stream", "stream-", "stream-verbatim", stream=True),
    Row("paced-verbatim", "paced", DIRECT, _PACED),
    Row("paced-verbatim", "paced", LIMIT, _PACED),
    Row("paced-verbatim", "paced", OURS, _PACED),
    Row("paced-events", "paced", OURS, Exchange(stream=True, pace_ms=PACE_MS), beside="paced-verbatim"),
    *_translated("paced", "paced-", "paced-verbatim", stream=True, pace_ms=PACE_MS),
)

NAMES = (*dict.fromkeys(row.name for row in ROWS), MEMORY)


def chosen(names: Collection[str], peers: Collection[Peer] = ()) -> tuple[Row, ...]:
    """The rows whose name begins with one of `names`, all when there are none, and the rows that their ratios need; peers go where nginx goes without TLS.

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
                Row(row.name, group, peer.name, row.exchange, slow=peer.slow)
                for row in ROWS
                if row.group == group and row.target == LIMIT and group not in _DOORS
                for peer in peers
                if peer.takes(group)
            ]
    return tuple(rows)
