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
_DEEPEST = 12  # a schema may refer to itself; below this only what must be there is made


def sample(schema: dict[str, Any], name: str = "value") -> object:
    """`name` is the property's, and what a string without further rules says. `pattern` is not followed."""
    return _value(schema, name, schema, 0)


def _value(schema: object, name: str, root: dict[str, Any], depth: int) -> object:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    if "$ref" in schema:
        return _value(_referred(str(schema["$ref"]), root), name, root, depth + 1)
    if "allOf" in schema:
        return _value(_merged(schema, root), name, root, depth + 1)
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            chosen = next((each for each in schema[key] if each != {"type": "null"}), None)
            return _value(chosen, name, root, depth + 1)
    return _of_type(schema, name, root, depth)


def _of_type(schema: dict[str, Any], name: str, root: dict[str, Any], depth: int) -> object:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    match kind:
        case "object":
            return _object(schema, root, depth)
        case "array":
            return [
                _value(schema.get("items", {}), name, root, depth + 1) for _ in range(max(1, schema.get("minItems", 1)))
            ]
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _string(schema, name)


def _object(schema: dict[str, Any], root: dict[str, Any], depth: int) -> dict[str, object]:
    properties = schema.get("properties", {})
    wanted = schema.get("required") or ([] if depth > _DEEPEST // 2 else list(properties))
    return {name: _value(properties.get(name, {}), name, root, depth + 1) for name in wanted}


def _number(schema: dict[str, Any]) -> int | float:
    step = schema.get("multipleOf", 1)
    least = schema.get("minimum", schema.get("exclusiveMinimum", step))
    least = -(-least // step) * step
    if least == schema.get("exclusiveMinimum"):
        least += step
    most = schema.get("maximum", least)
    return int(min(least, most)) if schema.get("type") == "integer" else min(least, most)


def _string(schema: dict[str, Any], name: str) -> str:
    text = _STRINGS.get(schema.get("format", ""), name)
    text = text.ljust(schema.get("minLength", 0), "x")
    return text[: schema.get("maxLength", len(text))]


def _referred(reference: str, root: dict[str, Any]) -> object:
    target: object = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            target = target.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
    return target


def _merged(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for each in schema["allOf"]:
        part = _referred(str(each["$ref"]), root) if isinstance(each, dict) and "$ref" in each else each
        if isinstance(part, dict):
            properties = {**whole.get("properties", {}), **part.get("properties", {})}
            required = [*whole.get("required", []), *part.get("required", [])]
            whole |= (
                part | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
            )
    return whole
