"""JSON schemas of tools as servers take them: OpenAI wants two members that others take for granted, some only know what OpenAPI 3.0 has."""

import msgspec
from msgspec import Raw

Members = dict[str, Raw]

_UNKNOWN = frozenset(
    {
        "$anchor", "$comment", "$id", "$schema", "contains", "dependentRequired", "dependentSchemas", "else", "exclusiveMaximum", "exclusiveMinimum",
        "if", "patternProperties", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
_BESIDE_A_REFERENCE = frozenset({"$ref", "$defs", "definitions"})
_BY_NAME = frozenset({"properties", "$defs", "definitions"})  # a schema for each of the names in it, which may be any
_ONE = frozenset({"items", "not"})
_SEVERAL = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_DEEPEST = 100  # nobody means what is nested deeper: it stays as it is

_DEMANDED = {"type": Raw(b'"object"'), "properties": Raw(b"{}")}
_NO_PARAMETERS = Raw(msgspec.json.encode(_DEMANDED))

_OBJECT = msgspec.json.Decoder(Members)
_LIST = msgspec.json.Decoder(list[Raw])


def complete(parameters: Raw | None) -> Raw:
    """What OpenAI insists on in the schema of a tool; one that has it goes on byte for byte."""
    if parameters is None:
        return _NO_PARAMETERS
    try:
        members = _OBJECT.decode(parameters)
    except (msgspec.DecodeError, RecursionError):
        return parameters  # no schema: the upstream will say so
    absent = {name: value for name, value in _DEMANDED.items() if name not in members}
    return Raw(msgspec.json.encode({**absent, **members})) if absent else parameters


def plain(schema: Raw) -> tuple[Raw, tuple[str, ...]]:
    """`schema` as OpenAPI 3.0 says it, and the paths in it of what that has no word for. The very same bytes where nothing is in the way."""
    lost: list[str] = []
    return _plain(schema, "", lost, 0), tuple(lost)


def _plain(schema: Raw, path: str, lost: list[str], depth: int) -> Raw:
    if not bytes(schema).startswith(b"{") or depth > _DEEPEST:
        return schema
    members = _OBJECT.decode(schema)
    kept: Members = {}
    for name, value in members.items():
        at = f"{path}.{name}" if path else name
        if _is_unknown(name, value) or ("$ref" in members and name not in _BESIDE_A_REFERENCE):
            lost.append(at)
        elif name == "const":
            if "enum" not in members:  # which says no less
                kept["enum"] = Raw(b"[" + bytes(value) + b"]")
        else:
            kept[name] = _member(name, value, at, lost, depth + 1)
    same = kept.keys() == members.keys() and all(kept[name] is value for name, value in members.items())
    return schema if same else Raw(msgspec.json.encode(kept))


def _member(name: str, value: Raw, at: str, lost: list[str], depth: int) -> Raw:
    text = bytes(value)
    if name in _BY_NAME and text.startswith(b"{"):
        named = _OBJECT.decode(text)
        written = {each: _plain(schema, f"{at}.{each}", lost, depth) for each, schema in named.items()}
        same = all(written[each] is schema for each, schema in named.items())
        return value if same else Raw(msgspec.json.encode(written))
    if name in _SEVERAL and text.startswith(b"["):
        listed = _LIST.decode(text)
        plained = [_plain(schema, f"{at}[{place}]", lost, depth) for place, schema in enumerate(listed)]
        same = all(after is before for after, before in zip(plained, listed, strict=True))
        return value if same else Raw(msgspec.json.encode(plained))
    return _plain(value, at, lost, depth) if name in _ONE else value


def _is_unknown(name: str, value: Raw) -> bool:
    """Where numbers may end, OpenAPI 3.0 says by yes or no beside them; what further properties may be, it says nowhere."""
    if name in ("exclusiveMinimum", "exclusiveMaximum"):
        return bytes(value) not in (b"true", b"false")
    return name in _UNKNOWN or (name == "additionalProperties" and bytes(value).startswith(b"{"))
