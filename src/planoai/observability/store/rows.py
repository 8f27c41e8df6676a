"""An observation <-> what the store keeps of it: a row of columns to look for it by, a record that is all of it, and its content beside. Pure."""

from typing import NamedTuple

import msgspec
import zstandard
from msgspec import Struct, structs

from planoai.errors import PlanoError
from planoai.observability.lens import SHORT, shortened
from planoai.observability.observation import Answer, Line, Observation, error_class, provider_of

# In the order of `Row.columns`. `docs/store.md` tells what they hold.
COLUMNS = (
    "at",
    "span",
    "trace",
    "request",
    "handler",
    "asked",
    "model",
    "provider",
    "session",
    "thread",
    "status",
    "outcome",
    "error",
    "quality",
    "concerning",
    "signals",
    "cost",
    "input",
    "output",
    "ttft_ms",
    "duration_ms",
    "record",
)

_MICROSECONDS = 1_000_000
_MOST_INTEGER = (1 << 63) - 1  # that a column holds

# Columns and indexes, beside the record, in bytes; as files show it.
_BESIDE = 400


class Row(NamedTuple):
    """`columns` as COLUMNS names them. `content`: compressed, None where all of it is in the record. `size`: bytes in the file, about."""

    columns: tuple[object, ...]
    content: bytes | None
    size: int


class _Content(Struct, frozen=True, array_like=True, gc=False):
    lines: tuple[Line, ...] = ()
    answer: Answer | None = None


_ENCODER = msgspec.msgpack.Encoder()
_OBSERVATION = msgspec.msgpack.Decoder(Observation)
_CONTENT = msgspec.msgpack.Decoder(_Content)
_PACKER = zstandard.ZstdCompressor(level=3)
_UNPACKER = zstandard.ZstdDecompressor()


def row(observation: Observation, most: int) -> Row:
    """Content that takes more than `most` bytes is not kept. Not for two threads at once.

    What clients and upstreams told is left out where it can not be written: a number beyond 64 bits, a text that is no Unicode, a record of more than
    `most` bytes. Raises ValueError or OverflowError where the rest can not be written either.
    """
    try:
        return _row(observation, most)
    except (ValueError, OverflowError):
        return _row(Observation(observation.opened, observation.closed), most)


def observation(record: bytes, content: bytes | None) -> Observation:
    """The observation that a row was made of; without its content where that is None. Raises PlanoError."""
    try:
        found = _OBSERVATION.decode(record)
        return found if content is None else _joined(found, content)
    except (msgspec.DecodeError, UnicodeDecodeError, zstandard.ZstdError) as error:
        raise PlanoError(f"a record of the store can not be read: {error}") from None


def microseconds(at: float) -> int:
    """As the column `at` has it."""
    return round(at * _MICROSECONDS)


def _row(observation: Observation, most: int) -> Row:
    content = None
    if _has_content(observation):
        observation, packed = _parted(observation)
        content = packed if len(packed) <= most else None
    record = _ENCODER.encode(observation)
    if len(record) > most:
        raise ValueError(f"its record takes {len(record)} bytes, {most} are the most")
    size = _BESIDE + len(record) + (0 if content is None else len(content))
    return Row((*_columns(observation), record), content, size)


def _columns(observation: Observation) -> tuple[object, ...]:
    opened, closed, chosen = observation.opened, observation.closed, observation.chosen
    usage, signals, cost, ttft = observation.usage, observation.signals, observation.cost, observation.ttft
    return (
        microseconds(opened.at),
        opened.trace.span,
        opened.trace.id,
        opened.request_id.decode("latin-1"),
        opened.handler,
        opened.model or None,
        observation.model or (chosen.model if chosen else None),
        provider_of(chosen) if chosen else None,
        observation.session or None,
        (observation.asked.thread or None) if observation.asked else None,
        closed.status,
        closed.outcome,
        error_class(chosen) if chosen else "none",
        signals.quality if signals else None,
        signals.concerning if signals else None,
        f" {' '.join(sorted({each.type for each in signals.found}))} " if signals and signals.found else None,
        cost.total if cost else None,
        min(usage.input, _MOST_INTEGER) if usage else None,
        min(usage.output, _MOST_INTEGER) if usage else None,
        None if ttft is None else ttft * 1000,
        closed.ended * 1000,
    )


def _has_content(observation: Observation) -> bool:
    """Whether there is more than previews: all of it is kept."""
    asked, answer = observation.asked, observation.answer
    if asked is not None and asked.lines:
        return True
    return answer is not None and _short(answer) is not answer


def _parted(observation: Observation) -> tuple[Observation, bytes]:
    """The observation with previews only, and all the rest."""
    asked, answer = observation.asked, observation.answer
    content = _Content(() if asked is None else asked.lines, answer)
    without = structs.replace(
        observation,
        asked=None if asked is None else structs.replace(asked, lines=()),
        answer=None if answer is None else _short(answer),
    )
    return without, _PACKER.compress(_ENCODER.encode(content))


def _joined(observation: Observation, packed: bytes) -> Observation:
    content = _CONTENT.decode(_UNPACKER.decompress(packed))
    asked = observation.asked
    return structs.replace(
        observation,
        asked=None if asked is None else structs.replace(asked, lines=content.lines),
        answer=content.answer,
    )


def _short(answer: Answer) -> Answer:
    """Its preview; the very same where it is no longer than one."""
    if max(len(answer.text), len(answer.refusal)) <= SHORT and not any(call.arguments for call in answer.calls):
        return answer
    return structs.replace(
        answer,
        text=shortened(answer.text),
        refusal=shortened(answer.refusal),
        calls=tuple([structs.replace(call, arguments="") for call in answer.calls]),
        cut=True,
    )
