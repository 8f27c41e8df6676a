"""Calls of tools as rows hold them: JSON with a name and arguments, or `name(arguments)`."""

from msgspec import Struct

from planoai.signals.letters import WHITE
from planoai.signals.signal import Json
from planoai.signals.strict_json import NotStrict, compact, read_json


class Call(Struct, frozen=True):
    """`text` is what the arguments are compared by; `arguments`, where there are any, the object that they are."""

    name: str
    text: str = ""
    arguments: dict[str, Json] | None = None


def read_call(value: str) -> Call:
    read = _object(value)
    if read is None:
        return _named_call(value)
    name = _name(read)
    if "arguments" not in read and "args" not in read:
        return Call(name)
    arguments = read["arguments"] if "arguments" in read else read["args"]
    if isinstance(arguments, dict):
        return Call(name, _sorted(arguments), arguments)
    return Call(name, arguments if isinstance(arguments, str) else compact(arguments))


def tool_name(value: str) -> str:
    """The name of a call that is a JSON object, else `unknown`."""
    read = _object(value)
    return "unknown" if read is None else _name(read)


def _object(text: str) -> dict[str, Json] | None:
    try:
        read = read_json(text)
    except NotStrict:
        return None
    return read if isinstance(read, dict) else None


def _name(read: dict[str, Json]) -> str:
    name = read["name"] if "name" in read else read.get("function")
    return name if isinstance(name, str) else "unknown"


def _named_call(value: str) -> Call:
    at = value.find("(")
    if at <= 0:
        return Call(value.strip(WHITE))
    name, rest = value[:at].strip(WHITE), value[at:]
    if not rest.endswith(")"):
        return Call(name, rest)
    inner = rest[1:-1].strip(WHITE)
    arguments = _object(inner)
    return Call(name, inner) if arguments is None else Call(name, _sorted(arguments), arguments)


def _sorted(arguments: dict[str, Json]) -> str:
    """Its own keys in order; what lies deeper stays as it is."""
    return compact(dict(sorted(arguments.items())))
