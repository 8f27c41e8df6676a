"""JSON schemas as Anthropic takes them, for what a tool is given and for an answer's shape."""

import msgspec
from msgspec import Raw

from planoai.conversation.request import JsonObject, JsonSchema
from planoai.errors import BadRequest

FREE_TEXT: dict[str, object] = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}

_NO_PARAMETERS: dict[str, object] = {"type": "object", "properties": {}}
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_NAMED = ("properties", "$defs", "definitions")  # of these, every member is a schema
_INNER = ("items", "anyOf", "oneOf", "prefixItems")  # a schema or a list of them
_CHOICES = ("anyOf", "oneOf")
_DEEPEST = 30  # every level is read once for each above it, and nobody means what is nested deeper
_TANGLED = frozenset(  # where objects that are closed one by one may no longer fit together
    ("allOf", "not", "if", "then", "else", "dependentSchemas", "patternProperties", "unevaluatedProperties")
)


def parameters_schema(parameters: Raw | None, path: str) -> dict[str, object] | Raw:
    """The schema as it came; Anthropic insists that it says `object`, which others take for granted."""
    if parameters is None:
        return _NO_PARAMETERS
    try:
        members = _OBJECT.decode(parameters)
    except msgspec.DecodeError:
        raise BadRequest(
            f"{path}: the parameters of a tool are a JSON schema, which is an object", param=path
        ) from None
    return parameters if "type" in members else {"type": "object", **members}


def in_words(form: JsonObject | JsonSchema) -> str:
    """For a model that can not be held to a form."""
    if isinstance(form, JsonObject):
        return "Answer with one JSON object and nothing else."
    return "Answer with one JSON value and nothing else. It must fit this JSON schema:\n" + bytes(form.schema).decode()


def closed(schema: Raw) -> Raw | None:
    """Every object must say that it has no further properties, which a schema written for other APIs may leave unsaid.

    A schema that says so already goes through byte for byte. None for one that means further properties, or that would mean something else
    once it is closed: a map of any names, an object put together from several.
    """
    try:
        return _close(schema, 0)
    except (msgspec.DecodeError, RecursionError):
        return None


def _close(schema: Raw, depth: int) -> Raw | None:
    """The very bytes where nothing has to change."""
    if not bytes(schema).startswith(b"{"):
        return schema  # true and false are schemas too
    if depth > _DEEPEST:
        return None
    members = _OBJECT.decode(schema)
    changed = dict(members)
    for name, value in members.items():
        inner = _closed_member(name, value, depth + 1)
        if inner is None:
            return None
        changed[name] = inner
    if _is_object(members) and bytes(members.get("additionalProperties", b"")) != b"false":
        if "additionalProperties" in members or "properties" not in members:
            return None
        changed["additionalProperties"] = Raw(b"false")
    if all(changed[name] is members.get(name) for name in changed):
        return schema
    return None if _is_tangled(members) else Raw(msgspec.json.encode(changed))


def _closed_member(name: str, value: Raw, depth: int) -> Raw | None:
    if name in _NAMED:
        return _close_named(value, depth)
    return _close_inner(value, depth) if name in _INNER else value


def _close_named(value: Raw, depth: int) -> Raw | None:
    before = _OBJECT.decode(value)
    after = {name: each for name, schema in before.items() if (each := _close(schema, depth)) is not None}
    if len(after) < len(before):
        return None
    return value if all(after[name] is before[name] for name in before) else Raw(msgspec.json.encode(after))


def _close_inner(value: Raw, depth: int) -> Raw | None:
    if not bytes(value).startswith(b"["):
        return _close(value, depth)
    before = _LIST.decode(value)
    after = [each for schema in before if (each := _close(schema, depth)) is not None]
    if len(after) < len(before):
        return None
    same = all(new is old for new, old in zip(after, before, strict=True))
    return value if same else Raw(msgspec.json.encode(after))


def _is_object(members: dict[str, Raw]) -> bool:
    told: object = msgspec.json.decode(members.get("type", b"null"))
    return told == "object" or (isinstance(told, list) and "object" in told)


def _is_tangled(members: dict[str, Raw]) -> bool:
    """Properties of its own beside a choice of objects: neither knows the other's."""
    return not _TANGLED.isdisjoint(members) or ("properties" in members and any(name in members for name in _CHOICES))
