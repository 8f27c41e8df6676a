"""JSON schemas as Anthropic takes them for an answer's shape."""

import msgspec
from msgspec import Raw


def closed(schema: Raw) -> Raw:
    """Every object must say that it has no further properties, which a schema written for other APIs may leave unsaid.

    A schema that says so already goes through byte for byte.
    """
    value: object = msgspec.json.decode(schema)
    if not _open_objects(value):
        return schema
    _close(value)
    return Raw(msgspec.json.encode(value))


def _open_objects(value: object) -> bool:
    if isinstance(value, list):
        return any(_open_objects(each) for each in value)
    if not isinstance(value, dict):
        return False
    return _is_open(value) or any(_open_objects(each) for each in value.values())


def _close(value: object) -> None:
    if isinstance(value, list):
        for each in value:
            _close(each)
    elif isinstance(value, dict):
        for each in value.values():
            _close(each)
        if _is_open(value):
            value["additionalProperties"] = False


def _is_open(value: dict[str, object]) -> bool:
    return value.get("type") == "object" and value.get("additionalProperties") is not False
