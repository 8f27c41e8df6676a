"""What the body of an error says. Few upstreams keep to their API's own shape there: proxies, frameworks and clouds each have another."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

MOST_TEXT = 2000  # characters of an upstream's words that go on

_DEEPEST = 8  # lists and objects that words are looked for in
_MESSAGES = ("message", "Message", "detail", "error", "msg")


class Told(Struct, frozen=True):
    """`message` is empty where nothing was said. `status` is a word (Google's INVALID_ARGUMENT) or an HTTP status, as `code` may be."""

    message: str = ""
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    status: str | int | None = None


def told_in(body: bytes) -> Told:
    """Never raises: what is no JSON, or JSON nobody knows, is quoted."""
    quoted = body[:MOST_TEXT].decode(errors="replace").strip()
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Told(quoted)
    found = told(value)
    return found if found.message or value is None else msgspec.structs.replace(found, message=quoted)


def told(value: object) -> Told:
    """`value` is the whole body or its `error`: OpenAI's object, Google's list of one, a framework's `detail`, or text."""
    while True:
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict) and isinstance(inner := value.get("error"), dict | list) and inner:
            value = inner
        else:
            break
    if not isinstance(value, dict):
        return Told(_text(value))
    return Told(
        next((text for name in _MESSAGES if (text := _text(value.get(name)))), ""),
        _word(value, "type"),
        _number(value, "code"),
        _word(value, "param"),
        _number(value, "status"),
    )


def _text(value: object, depth: int = 0) -> str:
    """FastAPI's `detail` is a list of objects, each with a `msg` and the place it is about; Mistral wraps that in a `message`."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return "; ".join(text for each in value if (text := _text(each, depth + 1)))[:MOST_TEXT]
    if isinstance(value, dict):
        place = value.get("loc")
        where = ".".join(str(step) for step in place) + ": " if isinstance(place, list) and place else ""
        text = _text(value.get("msg") or value.get("message") or value.get("detail"), depth + 1)
        return where + text if text else ""
    return value[:MOST_TEXT] if isinstance(value, str) else ""


def _word(value: Mapping[str, object], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def _number(value: Mapping[str, object], name: str) -> str | int | None:
    found = value.get(name)
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None
