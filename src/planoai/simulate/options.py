"""`Options`: everything the simulated provider can be told, and how each key is read from text.

The same keys are command-line options, pairs of the `x-simulate` header and words of a directive; see `planoai.simulate.directive`.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

Stop = Literal["end", "length", "filter", "sequence", "tools", "context", "pause"]
STOPS: tuple[Stop, ...] = ("end", "length", "filter", "sequence", "tools", "context", "pause")


class Kind(Struct, frozen=True):
    """How a value is written. `parse` raises ValueError when the text is not of this kind."""

    takes: str
    parse: Callable[[str], object]


class Key(Struct, frozen=True):
    kind: Kind
    help: str


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(ms|s|)", text)
    if match is None:
        raise ValueError(text)
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if number < least or (most is not None and number > most):
            raise ValueError(text)
        return number

    return parse


_SWITCH = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}


def _switch(text: str) -> bool:
    try:
        return _SWITCH[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _thinking(text: str) -> str | bool:
    return _SWITCH.get(text.lower(), text)


def _stop(text: str) -> Stop:
    return STOPS[STOPS.index(text)]  # ValueError for any other text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for each in text.split(",") if (name := each.strip()))


SECONDS = Kind("a time such as 0.2 or 200ms", _seconds)
COUNT = Kind("a whole number, 0 or more", _whole(0))
ONE_OR_MORE = Kind("a whole number, 1 or more", _whole(1))
STATUS = Kind("an HTTP status from 400 to 599", _whole(400, 599))
SWITCH = Kind("yes or no", _switch)
TEXT = Kind("text", str)
THINKING = Kind("yes, no or the text", _thinking)
STOPPING = Kind(f"one of {', '.join(STOPS)}", _stop)
NAMES = Kind("names with commas between them", _names)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """How the simulated provider answers. Times are in seconds; a chunk is a piece of a stream that carries text or arguments."""

    delay: Annotated[float, Key(SECONDS, "Wait this long before the first byte.")] = 0.0
    pace: Annotated[float, Key(SECONDS, "Wait this long before every chunk after the first.")] = 0.0
    chunk: Annotated[int, Key(ONE_OR_MORE, "Characters in each chunk.")] = 8
    text: Annotated[
        str | None, Key(TEXT, "The answer. Without it the answer quotes what was said last, or the tools' results.")
    ] = None
    words: Annotated[int | None, Key(COUNT, "An answer of this many words.")] = None
    tools: Annotated[
        int | None,
        Key(
            COUNT,
            "Call the first so many tools on offer, all at once. Without it, only where the client forces a call.",
        ),
    ] = None
    call: Annotated[
        str | None,
        Key(TEXT, "Call the tool of this name where it is on offer, and no other unless the client forces one."),
    ] = None
    arguments: Annotated[
        str | None,
        Key(TEXT, "With `call`: the arguments, as they are. Without it they are made from the tool's schema."),
    ] = None
    thinking: Annotated[
        str | bool | None,
        Key(THINKING, "Reason before answering. Without it, only where the client asks to see the reasoning."),
    ] = None
    stop: Annotated[Stop | None, Key(STOPPING, "Why the answer ends.")] = None
    input: Annotated[
        int | None, Key(COUNT, "Input tokens to report, cached and written ones included. Else characters / 4.")
    ] = None
    cached: Annotated[int, Key(COUNT, "How many of the input tokens were read from the cache.")] = 0
    written: Annotated[int, Key(COUNT, "How many of the input tokens were written to the cache.")] = 0
    output: Annotated[int | None, Key(COUNT, "Output tokens to report, reasoning included. Else characters / 4.")] = (
        None
    )
    reasoning: Annotated[int | None, Key(COUNT, "How many of the output tokens were reasoning.")] = None
    error: Annotated[
        int | None, Key(STATUS, "Refuse with this status, or with this kind of error where `error_after` says when.")
    ] = None
    error_after: Annotated[
        int | None, Key(COUNT, "End a stream with the API's error event after this many chunks.")
    ] = None
    cut: Annotated[
        int | None, Key(COUNT, "Drop the connection after this many chunks; a plain answer is dropped half-way.")
    ] = None
    cut_inside: Annotated[bool, Key(SWITCH, "With `cut`: send half of the next event first.")] = False
    hangup: Annotated[bool, Key(SWITCH, "Drop the connection instead of answering.")] = False
    empty: Annotated[bool, Key(SWITCH, "Say nothing: a stream has its terminator only.")] = False
    one_chunk: Annotated[
        bool, Key(SWITCH, "Stream each tool call whole: id, name and arguments together, where the API can.")
    ] = False
    interleave: Annotated[bool, Key(SWITCH, "Stream parallel tool calls in turns (Chat and Responses).")] = False
    rate: Annotated[int | None, Key(COUNT, "Answer this many requests a minute and 429 after that.")] = None
    models: Annotated[tuple[str, ...], Key(NAMES, "The models there are. Without it any name is served.")] = ()
    key: Annotated[str | None, Key(TEXT, "The credential a request must carry. Without it any or none will do.")] = None
    lenient: Annotated[bool, Key(SWITCH, "Accept parameters the API does not have, as compatible servers do.")] = False


def _keys() -> dict[str, Key]:
    hints: dict[str, Any] = get_type_hints(Options, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(Options)}


KEYS = _keys()
