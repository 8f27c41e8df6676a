"""Which schemas OpenAI takes as strict: "Supported schemas" of its guide to structured outputs. Any other with `strict: true` is answered 400."""

import msgspec
from msgspec import Raw

_KEYWORDS = frozenset(
    (
        *("$schema", "$defs", "definitions", "type", "title", "description", "enum", "const", "anyOf"),
        *("properties", "required", "additionalProperties", "items", "minItems", "maxItems", "pattern", "format"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    )
)
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_DEEPEST = 10  # levels of objects and lists


def qualifies(schema: Raw) -> bool:
    """Whether `schema` may be strict: an object all of whose members are required and that has no others, all the way down."""
    try:
        root = msgspec.json.decode(schema)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(root, dict) and root.get("type") == "object" and _fits(root, 0)


def _fits(schema: object, depth: int) -> bool:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return False
    if "$ref" in schema:
        return schema.keys() == {"$ref"}
    if not schema.keys() <= _KEYWORDS or schema.get("format", "uuid") not in _FORMATS:
        return False
    if not schema.keys() & {"type", "enum", "const", "anyOf"}:
        return False
    named = [*_members(schema, "$defs"), *_members(schema, "definitions"), *_members(schema, "properties")]
    either = schema.get("anyOf", [])
    return (
        _closed(schema)
        and isinstance(either, list)
        and all(_fits(each, depth + 1) for each in (*named, *either))
        and ("items" not in schema or _fits(schema["items"], depth + 1))
    )


def _closed(schema: dict[str, object]) -> bool:
    kinds = schema.get("type")
    if kinds != "object" and "properties" not in schema and not (isinstance(kinds, list) and "object" in kinds):
        return True
    members, required = schema.get("properties", {}), schema.get("required", [])
    return (
        schema.get("additionalProperties") is False
        and isinstance(members, dict)
        and isinstance(required, list)
        and members.keys() == {each for each in required if isinstance(each, str)}
    )


def _members(schema: dict[str, object], name: str) -> list[object]:
    """What is no object is no schema, which nothing fits."""
    found = schema.get(name, {})
    return list(found.values()) if isinstance(found, dict) else [None]
