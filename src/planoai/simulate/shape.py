"""JSON -> the structs a reader declares. What is wrong comes out as values, because every vendor says it in other words."""

import re
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")

Path = tuple[str | int, ...]

_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_PLACE = re.compile(r" - at `\$?([^`]*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_BINARY = frozenset({"data", "bytes", "url", "image_url", "file_data", "encrypted_content", "signature"})
_BINARY_CHARACTERS = 4000  # an image or a file counts as about a thousand tokens


class NotJson(Exception):
    """The bytes are not JSON. The message says how."""


class Misshapen(Exception):
    """A field is `missing`, or has the type `got` where `expected` (of JSON, alternatives with ` | ` between) belongs."""

    def __init__(self, path: Path, *, missing: bool = False, expected: str = "", got: str = "") -> None:
        super().__init__(".".join(map(str, path)))
        self.path = path
        self.missing = missing
        self.expected = expected
        self.got = got


def loads(body: bytes) -> Any:  # noqa: ANN401  # JSON; `shaped` gives it a type
    """Raises NotJson."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from None


def shaped(value: object, shape: type[Shape]) -> Shape:
    """Raises Misshapen."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None


def dotted(path: Path) -> str:
    """`messages.0.content`"""
    return ".".join(map(str, path))


def bracketed(path: Path) -> str:
    """`messages[0].content`"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def characters(value: object) -> int:
    """Of all the strings inside, which is what tokens are estimated from."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple):
        return sum(map(characters, value))
    if isinstance(value, dict):
        return sum(
            _BINARY_CHARACTERS
            if key in _BINARY and isinstance(each, str) and len(each) > _BINARY_CHARACTERS
            else characters(each)
            for key, each in value.items()
        )
    return 0


def _misshapen(message: str) -> Misshapen:
    place = _PLACE.search(message)
    path: Path = tuple(name or int(index) for name, index in _STEP.findall(place[1])) if place else ()
    if missing := _MISSING.match(message):
        return Misshapen((*path, missing[1]), missing=True)
    if expected := _EXPECTED.match(message):
        return Misshapen(path, expected=expected[1], got=expected[2])
    return Misshapen(path, expected=message.partition(" - at")[0], got="another value")
