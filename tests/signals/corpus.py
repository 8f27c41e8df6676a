"""The conversations of `tests/data/signals` and the reports that the reference wrote of them."""

import gzip
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Raw, Struct, field

from planoai.signals import Report, Row, to_plain
from planoai.signals.strict_json import read_json

_DATA = Path(__file__).parent.parent / "data" / "signals"


class Conversation(Struct, frozen=True):
    """`id` is any JSON; most begin with where they come from: `"tau-`, `"chit-`, ..."""

    id: Raw
    rows: tuple[Row, ...] = field(name="messages")


@cache
def lines(name: str) -> tuple[bytes, ...]:
    """Lines end at `\\n` alone: U+2028 and U+0085 stand inside strings."""
    return tuple(line for line in gzip.decompress((_DATA / name).read_bytes()).split(b"\n") if line)


@cache
def conversations() -> tuple[Conversation, ...]:
    return tuple(msgspec.json.decode(line, type=Conversation) for line in lines("conversations.jsonl.gz"))


@cache
def expected() -> tuple[bytes, ...]:
    """The line of each conversation, as the reference wrote it, in the same order."""
    return lines("expected.jsonl.gz")


def written(conversation: Conversation, report: Report) -> bytes:
    """The line that the reference would write, with what it adds to its reports here."""
    plain = to_plain(report) | {"x_quality_score": report.score, "x_turn_metrics": msgspec.to_builtins(report.turns)}
    return msgspec.json.encode({"id": read_json(bytes(conversation.id).decode()), "report": plain})
