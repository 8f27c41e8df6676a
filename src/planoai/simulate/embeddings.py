"""Embeddings that mean nothing: the same text is always the same direction, and another text another one.

Source: https://platform.openai.com/docs/api-reference/embeddings.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from math import sqrt
from random import Random
from struct import pack
from typing import Any

from msgspec import Struct

from planoai.simulate import chat
from planoai.simulate.ask import Ask
from planoai.simulate.dialect import Dialect, Frame, Turn
from planoai.simulate.problem import Refused, invalid
from planoai.simulate.reading import Received
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import openai

PARAMETERS = frozenset({"input", "model", "dimensions", "encoding_format", "user"})
_FORMATS = ("float", "base64")
_MOST_INPUTS = 2048
_DIMENSIONS = 1536
_MOST_DIMENSIONS = 3072


class Body(Struct):
    input: str | list[Any]
    model: str | None = None
    dimensions: int | None = None
    encoding_format: str | None = None
    user: str | None = None


def read(received: Received) -> Ask:
    """Raises Refused."""
    raw = openai.parsed(received.body)
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise openai.misshapen(found) from None
    if not received.lenient:
        openai.known_only(raw, PARAMETERS)
    model = received.model or body.model
    if not model:
        raise invalid("you must provide a model parameter")
    if body.encoding_format is not None and body.encoding_format not in _FORMATS:
        raise openai.bad_value("encoding_format", body.encoding_format, _FORMATS)
    openai.check_range("dimensions", body.dimensions, 1, _MOST_DIMENSIONS)
    inputs = _inputs(body.input)
    echo = {"inputs": inputs, "dimensions": body.dimensions or _DIMENSIONS, "format": body.encoding_format or "float"}
    return Ask(model=model, characters=characters(inputs), echo=echo)


def whole(turn: Turn) -> bytes:
    echo = turn.ask.echo
    listed = [
        {"object": "embedding", "index": index, "embedding": _written(vector(each, echo["dimensions"]), echo["format"])}
        for index, each in enumerate(echo["inputs"])
    ]
    spent = turn.script.usage.input
    usage = {"prompt_tokens": spent, "total_tokens": spent}
    return openai.pretty({"object": "list", "data": listed, "model": turn.ask.model, "usage": usage})


def vector(text: str, dimensions: int) -> list[float]:
    """Of length 1."""
    drawn = Random(hashlib.sha256(text.encode()).digest())  # noqa: S311  # it has to be the same each time, and guards nothing
    values = [drawn.gauss(0, 1) for _ in range(dimensions)]
    length = sqrt(sum(value * value for value in values))
    return [value / length for value in values]


def _inputs(given: str | list[Any]) -> list[str]:
    """The texts; tokens stand for themselves. Raises Refused."""
    if given in ("", []):
        raise _wrong()
    if isinstance(given, str):
        return [given]
    if all(_is_number(each) for each in given):
        return [str(given)]
    if len(given) > _MOST_INPUTS:
        raise invalid(f"Invalid 'input': array too long. Expected at most {_MOST_INPUTS}.", param="input")
    for each in given:
        if not each or not (isinstance(each, str) or (isinstance(each, list) and all(map(_is_number, each)))):
            raise _wrong()
    return [each if isinstance(each, str) else str(each) for each in given]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _wrong() -> Refused:
    return invalid(
        "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    )


def _written(values: list[float], form: str) -> list[float] | str:
    return values if form == "float" else b64encode(pack(f"<{len(values)}f", *values)).decode()


def _stream(_turn: Turn) -> Iterator[Frame]:
    yield from ()


EMBEDDINGS = Dialect(
    read=read,
    new_id=chat.new_id,
    whole=whole,
    stream=_stream,
    terminator=chat.terminator,
    broken=chat.broken,
    headers=chat.headers,
    refuse=chat.refuse,
)
