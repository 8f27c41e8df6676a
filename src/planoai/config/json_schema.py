"""The JSON Schema of the config, for editors, made from the structs: `python -m planoai.config.json_schema > docs/config.schema.json`.

It knows one value at a time: whether names refer to something is for `planoai validate` to say. What that takes, the schema takes too.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Literal, get_args, get_origin

from msgspec import NODEFAULT, Struct, structs

from planoai.config.kinds import Interface, Kind
from planoai.config.later import OPEN, served
from planoai.config.reference import explanations, sentence
from planoai.config.schema import Config, Listener, ModelProvider
from planoai.config.shapes import BY_ANOTHER, default, inner, is_struct, marker, present, written
from planoai.config.variants import VARIANTS
from planoai.providers.catalog import PROVIDERS

Schema = dict[str, object]

_VARIABLE: Schema = {"type": "string", "pattern": r"\$"}
_NUMBER_IN_QUOTES: Schema = {"type": "string", "pattern": r"^-?[0-9.]+$|\$"}
_IN_CAPITALS: Schema = {"type": "string", "pattern": "[A-Z]"}  # which of them it is, is not for a schema to tell
_NOTHING: Schema = {"type": "null"}
_WIDEST = 140
_NOT_SERVED = "This version does not serve it yet."


def schema() -> Schema:
    """The whole schema: draft 7, which is what editors know."""
    shapes = {shape.__name__: shape for shape in _shapes(Config)}
    older = "The old name of `model_providers`."
    properties = _properties(Config)
    properties["llm_providers"] = {**properties["model_providers"], "description": older, "deprecated": True}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The config of planoai",
        **_object(Config, properties),
        "definitions": {
            **{
                name: _object(shape, _properties(shape))
                for name, shape in sorted(shapes.items())
                if shape is not Config
            },
            "ListenersByName": _old_listeners(),
        },
    }


def page() -> str:
    return _laid_out(schema(), "") + "\n"


def _laid_out(value: object, indent: str) -> str:
    """JSON in which what fits into a line is in one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDEST or not isinstance(value, dict | list):
        return line
    further = f"{indent}  "
    if isinstance(value, list):
        lines = [_laid_out(each, further) for each in value]
        return "[\n" + ",\n".join(f"{further}{each}" for each in lines) + f"\n{indent}]"
    lines = [f"{json.dumps(key)}: {_laid_out(each, further)}" for key, each in value.items()]
    return "{\n" + ",\n".join(f"{further}{each}" for each in lines) + f"\n{indent}}}"


def _shapes(shape: type[Struct]) -> Iterable[type[Struct]]:
    yield shape
    for field in structs.fields(shape):
        for found, _ in inner(field.type):
            yield from _shapes(found)


def _object(shape: type[Struct], properties: Mapping[str, Schema]) -> Schema:
    opening, _ = explanations(shape)
    made: Schema = {
        "description": sentence(opening),
        "type": "object",
        "properties": properties,
        "additionalProperties": shape in OPEN,
    }
    required = [field.name for field in structs.fields(shape) if default(field) is NODEFAULT]
    conditions = _conditions(shape)
    return {**made, **({"required": required} if required else {}), **({"allOf": conditions} if conditions else {})}


def _properties(shape: type[Struct]) -> dict[str, Schema]:
    _, texts = explanations(shape)
    return {field.name: _property(shape, field, texts[field.name]) for field in structs.fields(shape)}


def _property(shape: type[Struct], field: structs.FieldInfo, text: str) -> Schema:
    usual = default(field)
    options = [*_value(field.type), *_more(shape, field.name)]
    if usual is not NODEFAULT:
        options.append(_NOTHING)  # a key with nothing behind it has its default
    tail = "" if served(shape, field.name) else f" {_NOT_SERVED}"
    of_value = _any(options)
    if "$ref" in of_value:
        of_value = {"allOf": [of_value]}  # what stands beside a $ref counts for nothing
    made: Schema = {"description": f"{sentence(text)}{tail}", **of_value}
    if isinstance(usual, str | int | float) and usual != "" and (shape, field.name) not in BY_ANOTHER:
        made["default"] = written(field.type, usual)
    if (shape, field.name) == (ModelProvider, "model"):
        made["examples"] = [f"{row.name}/*" for row in PROVIDERS.values() if row.own_prefix]
    if (shape, field.name) in _DEPRECATED:
        made["deprecated"] = True
    return made


def _value(kind: object) -> list[Schema]:
    """What a value may be, one way or the other."""
    kind = present(kind)
    found = marker(kind)
    origin, inside = get_origin(kind), get_args(kind)
    if found is not None:
        return _marked(kind, found)
    if origin is Literal:
        return [{"enum": [*inside, *(int(each) for each in inside if each.isdecimal())]}, _VARIABLE]
    if origin is tuple:
        return [{"type": "array", "items": _any(_value(inside[0]))}]
    if origin is Mapping:
        names = marker(inside[0])
        keys: Schema = {"propertyNames": dict(names.json)} if names is not None else {}
        return [{"type": "object", **keys, "additionalProperties": _any(_value(inside[1]))}]
    if isinstance(kind, type) and is_struct(kind):
        return [{"$ref": f"#/definitions/{kind.__name__}"}]
    return [{"type": "boolean"}, _VARIABLE] if kind is bool else [{"type": "string", "minLength": 1}]


def _marked(kind: object, found: Kind) -> list[Schema]:
    if kind == Interface:
        names = [name for row in PROVIDERS.values() for name in (row.name, *row.aliases)]
        return [{"enum": names}, _IN_CAPITALS, _VARIABLE]
    made = dict(found.json)
    if get_args(kind)[0] is not str:
        return [made, _VARIABLE if made.get("type") == "string" else _NUMBER_IN_QUOTES]
    if "pattern" in made:
        return [made, _VARIABLE]
    return [made if found.quoted else {**made, "type": ["string", "number", "boolean"]}]


def _any(options: list[Schema]) -> Schema:
    return options[0] if len(options) == 1 else {"anyOf": options}


def _conditions(shape: type[Struct]) -> list[Schema]:
    """What a field of one value needs, and what no other value of it takes."""
    made: list[Schema] = []
    fields = {field.name: field for field in structs.fields(shape)}
    for (chooser, value), takes in VARIANTS.get(shape, {}).items():
        usual = default(fields[chooser])
        if takes.needs:
            made.append({"if": _is(chooser, value, by_default=usual == value), "then": {"required": list(takes.needs)}})
        made += [_only(fields[name], chooser, value, by_default=usual == value) for name in takes.only]
    return made


def _only(field: structs.FieldInfo, chooser: str, value: str, *, by_default: bool) -> Schema:
    usual = default(field)
    nothing: list[object] = [None, [], {}, *([usual] if isinstance(usual, str | int | float) else [])]
    asks: Schema = {"required": [field.name], "properties": {field.name: {"not": {"enum": nothing}}}}
    unsaid = [_NOTHING] if by_default else []
    choice: Schema = {"properties": {chooser: {"anyOf": [{"const": value}, _VARIABLE, *unsaid]}}}
    return {"if": asks, "then": choice if by_default else {**choice, "required": [chooser]}}


def _is(chooser: str, value: str, *, by_default: bool) -> Schema:
    chosen: Schema = {"properties": {chooser: {"enum": [value, *([None] if by_default else [])]}}}
    return chosen if by_default else {**chosen, "required": [chooser]}


def _more(shape: type[Struct], name: str) -> list[Schema]:
    return [{"$ref": "#/definitions/ListenersByName"}] if (shape, name) == (Config, "listeners") else []


def _old_listeners() -> Schema:
    properties = {key: each for key, each in _properties(Listener).items() if key not in {"type", "name"}}
    properties["message_format"] = {"const": "openai", "description": "Has no effect."}
    one: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "description": "The old form of `listeners`, in which a listener's name says what it serves.",
        "deprecated": True,
        "type": "object",
        "properties": {name: {"anyOf": [one, _NOTHING]} for name in ("egress_traffic", "ingress_traffic")},
        "additionalProperties": False,
    }


_DEPRECATED = {(ModelProvider, "routing_preferences")}


if __name__ == "__main__":
    sys.stdout.write(page())
