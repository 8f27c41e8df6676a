"""The reference page of the config, made from the structs: `python -m planoai.config.reference > docs/configuration.md`."""

import inspect
import re
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Struct, structs

from planoai.config.durations import written
from planoai.config.kinds import Kind
from planoai.config.later import LATER, LATER_VALUES
from planoai.config.schema import Config
from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider

_OPENING = """# Configuration

One YAML file. A key that is not known is an error, but for those under `overrides`, and every problem is told at once, each with its line and column.

In any value, `$NAME` and `${NAME}` stand for a variable of the environment, or of the `.env` beside the file where the environment has none of
that name; `$$` is a dollar sign. A variable that is not set is an error. Durations are written `250ms`, `5s`, `2m`, `1h`, `30d`.

```yaml
version: v0.4.0
listeners:
  - {type: model, name: models, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true}
  - {model: anthropic/*, access_key: $ANTHROPIC_API_KEY}
model_aliases:
  fast: {target: openai/gpt-4o}
```
"""

_DIALECTS = {
    "openai_chat": "Chat",
    "anthropic_messages": "Messages",
    "openai_responses": "Responses",
    "bedrock_converse": "Converse",
}


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join((_OPENING, *_sections(Config, ""), *_providers(), *_not_served())).rstrip() + "\n"


def explanations(shape: type[Struct]) -> tuple[str, dict[str, str]]:
    """What the docstring of `shape` says of it, and of each of its fields."""
    opening, _, rest = (inspect.getdoc(shape) or "").partition("\n\n")
    fields: dict[str, str] = {}
    for name, text in re.findall(r"^(\w+): (.*(?:\n +.*)*)", rest, re.MULTILINE):
        fields[name] = re.sub(r"\s+", " ", text)
    return opening.replace("\n", " "), fields


def _sections(shape: type[Struct], path: str) -> Iterator[str]:
    opening, texts = explanations(shape)
    yield f"## {f'`{path}`' if path else 'Top level'}\n\n{opening}\n"
    yield "| Key | Value | Default | Meaning |\n|---|---|---|---|"
    fields = structs.fields(shape)
    for field in fields:
        cells = (f"`{field.name}`", _kind(field.type), _default(field), texts[field.name])
        yield f"| {' | '.join(cells)} |"
    yield ""
    for field in fields:
        for inner, step in _inner(field.type):
            yield from _sections(inner, f"{path}.{field.name}{step}".lstrip("."))


def _inner(kind: object) -> Iterator[tuple[type[Struct], str]]:
    """The structs within a type, each with the step of a path that leads to it."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind, ""
    elif get_origin(kind) in {Union, types.UnionType}:
        yield from _inner(get_args(kind)[0])
    elif get_origin(kind) is tuple:
        yield from ((shape, f"[]{step}") for shape, step in _inner(get_args(kind)[0]))
    elif get_origin(kind) is Mapping:
        yield from ((shape, f".<name>{step}") for shape, step in _inner(get_args(kind)[1]))


def _kind(kind: object) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        marker = inside[1]
        return marker.name if isinstance(marker, Kind) else _kind(inside[0])
    if origin in {Union, types.UnionType}:
        return _kind(inside[0])
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inside)
    if origin is tuple:
        return f"list of {_kind(inside[0])}s" if get_origin(inside[0]) is Annotated else "list"
    if origin is Mapping:
        return "map" if list(_inner(kind)) else f"map to {_kind(inside[1])}"
    return {str: "text", bool: "`true`, `false`"}.get(kind, "map") if isinstance(kind, type) else "map"


def _default(field: structs.FieldInfo) -> str:
    if field.default is NODEFAULT and field.default_factory is NODEFAULT:
        return "required"
    match field.default:
        case bool():
            return f"`{str(field.default).lower()}`"
        case float():
            return f"`{written(field.default)}`"
        case int():
            return f"`{field.default}`"
        case str():
            return f"`{field.default}`" if field.default else ""
        case _:
            return ""


def _providers() -> Iterator[str]:
    yield "## Providers\n"
    yield "| Prefix of `model` | Also | Address | Usual variables of its key | APIs |\n|---|---|---|---|---|"
    for row in PROVIDERS.values():
        if row.own_prefix:
            yield f"| {' | '.join(_provider(row))} |"
    others = ", ".join(f"`{row.name}`" for row in PROVIDERS.values() if not row.own_prefix and row.name != "custom")
    yield f"\nAny other prefix is your own and needs `base_url` and `provider_interface`; what differs is known of {others}.\n"


def _provider(row: Provider) -> tuple[str, ...]:
    address = "`base_url` must be given" if row.needs_base_url else f"`{row.base_url}`"
    variables = (row.key_variable or "", *(row.aws_variables or ())[:2], *(name for _, name in row.header_variables))
    variable = ", ".join(f"`{each}`" for each in variables if each)
    apis = ", ".join(_DIALECTS[dialect] for dialect in row.speaks)
    return f"`{row.name}`", ", ".join(f"`{alias}`" for alias in row.aliases), address, variable, apis


def _not_served() -> Iterator[str]:
    yield "## Not served by this version yet\n\nThese keys and values belong to the format. A file that has one does not start.\n"
    for shape, keys in LATER.items():
        if keys:
            yield f"- {shape.__name__}: {', '.join(f'`{key}`' for key in sorted(keys))}"
    for (shape, field), values in LATER_VALUES.items():
        yield f"- {shape.__name__}, `{field}`: {', '.join(f'`{value}`' for value in sorted(values))}"


if __name__ == "__main__":
    sys.stdout.write(page())
