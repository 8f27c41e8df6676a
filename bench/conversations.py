"""Long conversations of agents with tools as clients send them: all of it with every turn. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from bench.signals.corpora import KINDS

from planoai.signals import Row

TURNS = 5
"""Requests of one conversation: with each a question and its answer have come to it."""

_MODEL = "openai/gpt-4o-mini"
_ANSWERED = 2  # messages that come with each turn


def bodies() -> Iterator[bytes]:
    """Of Chat Completions, the last of each conversation with 60 messages, without an end. No two conversations are spelt alike: what was read is not read
    again for nothing."""
    [kind] = [kind for kind in KINDS if kind.name == "traces"]
    for rows in kind.make():
        yield from turns(rows)


def turns(rows: Sequence[Row]) -> Iterator[bytes]:
    """The requests by which a conversation gets to its last row."""
    messages = [_message(row, place) for place, row in enumerate(rows)]
    for left in reversed(range(0, TURNS * _ANSWERED, _ANSWERED)):
        yield msgspec.json.encode({"model": _MODEL, "messages": messages[: len(messages) - left]})


def _message(row: Row, place: int) -> dict[str, Any]:
    """A call and its result stand one after the other."""
    match row.role:
        case "human":
            return {"role": "user", "content": row.value}
        case "function_call":
            called = {"name": "step", "arguments": row.value}
            return {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"call_{place}", "type": "function", "function": called}],
            }
        case "observation":
            return {"role": "tool", "tool_call_id": f"call_{place - 1}", "content": row.value}
        case _:
            return {"role": "assistant", "content": row.value}
