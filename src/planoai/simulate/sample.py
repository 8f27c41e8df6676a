"""A value that fits a JSON schema, always the same one: arguments for tools and answers in JSON."""

from typing import Any

_STRINGS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
}
# A schema may refer to itself: below the first depth only what must be there is made, below the second nothing.
_OPTIONAL_TO = 3
_DEEPEST = 8
_MOST_ITEMS = 64
_MOST_CHARACTERS = 10_000

Schema = dict[str, Any]


def sample(schema: Schema, name: str = "value") -> object:
    """`name` is the property's, and what a string without further rules says.

    `pattern` is not followed, and what a schema says that is no schema is overlooked.
    """
    return _value(schema, name, schema, 0)


def _value(schema: object, name: str, root: Schema, depth: int) -> object:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if values := _list(schema.get(key)):
            return values[0]
    if isinstance(schema.get("$ref"), str):
        return _value(_referred(schema["$ref"], root), name, root, depth + 1)
    if "allOf" in schema:
        return _value(_merged(schema, root), name, root, depth + 1)
    for key in ("anyOf", "oneOf"):
        if values := _list(schema.get(key)):
            chosen = next((each for each in values if each != {"type": "null"}), None)
            return _value(chosen, name, root, depth + 1)
    return _of_type(schema, name, root, depth)


def _of_type(schema: Schema, name: str, root: Schema, depth: int) -> object:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    match kind:
        case "object":
            return _object(schema, root, depth)
        case "array":
            return _array(schema, name, root, depth)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _string(schema, name)


def _object(schema: Schema, root: Schema, depth: int) -> dict[str, object]:
    properties = _mapping(schema.get("properties"))
    wanted = [name for name in _list(schema.get("required")) if isinstance(name, str)]
    if not wanted and depth <= _OPTIONAL_TO:
        wanted = list(properties)
    return {name: _value(properties.get(name, {}), name, root, depth + 1) for name in wanted}


def _array(schema: Schema, name: str, root: Schema, depth: int) -> list[object]:
    least = int(_amount(schema, "minItems", 1 if depth <= _OPTIONAL_TO else 0))
    return [_value(schema.get("items", {}), name, root, depth + 1) for _ in range(min(least, _MOST_ITEMS))]


def _number(schema: Schema) -> int | float:
    """The least there is, or 1; a bound that is exclusive is stepped over."""
    whole = schema.get("type") == "integer"
    step = _amount(schema, "multipleOf", 1 if whole else 0)
    bound = _amount(schema, "exclusiveMinimum", None)
    least = _amount(schema, "minimum", bound)
    if least is None:
        least = min(step or 1, _amount(schema, "maximum", step or 1))
    if step:
        least = -(-least // step) * step
    if bound is not None and least <= bound:
        least += step or 1
    return int(least) if whole else least


def _string(schema: Schema, name: str) -> str:
    form = schema.get("format")
    text = _STRINGS.get(form, name) if isinstance(form, str) else name
    text = text.ljust(min(int(_amount(schema, "minLength", 0)), _MOST_CHARACTERS), "x")
    return text[: max(0, int(_amount(schema, "maxLength", len(text))))]


def _referred(reference: str, root: Schema) -> object:
    target: object = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            target = _mapping(target).get(step.replace("~1", "/").replace("~0", "~"))
    return target


def _merged(schema: Schema, root: Schema) -> Schema:
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for each in _list(schema["allOf"]):
        reference = _mapping(each).get("$ref")
        part = _mapping(_referred(reference, root) if isinstance(reference, str) else each)
        properties = {**_mapping(whole.get("properties")), **_mapping(part.get("properties"))}
        required = [*_list(whole.get("required")), *_list(part.get("required"))]
        whole |= (
            part | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
        )
    return whole


def _amount(schema: Schema, key: str, otherwise: Any) -> Any:  # noqa: ANN401  # a number, or what stands in for none
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _mapping(value: object) -> Schema:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
