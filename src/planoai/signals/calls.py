"""Calls of tools as rows hold them: JSON with a name and arguments, or `name(arguments)`."""

from functools import cached_property

from msgspec import Struct

from planoai.signals.letters import WHITE
from planoai.signals.signal import Json
from planoai.signals.strict_json import NotStrict, compact, read_json, same


class Call(Struct, frozen=True, dict=True):
    """`given`: the arguments as they stand there, an object, a text or other JSON; an empty text where there are none.

    structured: the call was a JSON object.
    """

    name: str
    given: Json = ""
    structured: bool = False

    @cached_property
    def text(self) -> str:
        """What the arguments are compared by. The keys of an object are in order; what lies deeper stays as it is."""
        if isinstance(self.given, dict):
            return compact(dict(sorted(self.given.items())))
        return self.given if isinstance(self.given, str) else compact(self.given)

    def repeats(self, other: "Call") -> bool:
        """The same tool with the same arguments: as objects where both have one, else as text."""
        if self.name != other.name:
            return False
        if isinstance(self.given, dict) and isinstance(other.given, dict):
            return same(self.given, other.given)
        return self.text == other.text


def read_call(value: str) -> Call:
    read = _object(value)
    if read is None:
        return _named_call(value)
    name = read["name"] if "name" in read else read.get("function")
    given = read["arguments"] if "arguments" in read else read.get("args", "")
    return Call(name if isinstance(name, str) else "unknown", given, structured=True)


def _object(text: str) -> dict[str, Json] | None:
    try:
        read = read_json(text)
    except NotStrict:
        return None
    return read if isinstance(read, dict) else None


def _named_call(value: str) -> Call:
    at = value.find("(")
    if at <= 0:
        return Call(value.strip(WHITE))
    name, rest = value[:at].strip(WHITE), value[at:]
    if not rest.endswith(")"):
        return Call(name, rest)
    inner = rest[1:-1].strip(WHITE)
    arguments = _object(inner)
    return Call(name, inner if arguments is None else arguments)
