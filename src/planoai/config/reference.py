"""The reference page of the config, made from the structs: `python -m planoai.config.reference > docs/configuration.md`."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args, get_origin

from msgspec import NODEFAULT, Struct, structs

from planoai.config.examples import EXAMPLES
from planoai.config.later import LATER_VALUES, served
from planoai.config.schema import Config
from planoai.config.shapes import BY_ANOTHER, default, inner, marker, present, written
from planoai.config.variants import VARIANTS
from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider

_OPENING = """# Configuration

One YAML file, `config.yaml`:

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

`planoai validate` says everything that is wrong with it, each mistake with its line, its column and what would have been right, and starts nothing.
With `--show-rendered` it prints the whole config, defaults filled in and credentials hidden; with `--migrate` it writes an older file in the form
that is described here. Older forms are read all the same, with a warning.

An editor with a YAML language server checks the file as it is typed: put [config.schema.json](config.schema.json) beside it and begin it with the
line `# yaml-language-server: $schema=config.schema.json`.

A key that is not known is an error, but for those under `overrides`. A key with nothing behind it has its default. *Not served yet* stands at keys
that are read and checked, and do nothing in this version: `planoai validate` names them, and `planoai up` refuses a file that asks for one.

## Values

In any value, `$NAME` and `${NAME}` stand for a variable of the environment, or of the `.env` beside the file where the environment has none of
that name; `$$` is a dollar sign. A variable that is not set is an error, but in prose.

| Value | As in | |
|---|---|---|
| text | `gpt-4o` | One line. Quotes around it where YAML would take it for a number or for yes or no. |
| prose | `Answer briefly.` | Text of several lines, too. A variable that is not set stays as it is typed. |
| credential | `$OPENAI_API_KEY` | A variable, or the key itself. No message, no log and no file of ours ever shows it. |
| duration | `250ms`, `5s`, `2m`, `1h`, `30d` | A number and its unit. |
| size | `200MB`, `1GB` | A number and its unit; 1 GB is a thousand MB. |
| path | `certs/models.pem` | Relative to the folder of the config. |
| URL | `https://models.example/v1` | With `http://` or `https://`. |
| header name | `x-team` | In small or in capital letters. |
"""

_DIALECTS = {
    "openai_chat": "Chat",
    "anthropic_messages": "Messages",
    "openai_responses": "Responses",
    "bedrock_converse": "Converse",
}


_NOT_YET = "*Not served yet.*"


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join((_OPENING, *_sections(Config, ""), *_providers())).rstrip() + "\n"


def explanations(shape: type[Struct]) -> tuple[str, dict[str, str]]:
    """What the docstring of `shape` says of it, and of each of its fields."""
    opening, _, rest = (inspect.getdoc(shape) or "").partition("\n\n")
    fields: dict[str, str] = {}
    for name, text in re.findall(r"^(\w+): (.*(?:\n +.*)*)", rest, re.MULTILINE):
        fields[name] = re.sub(r"\s+", " ", text)
    return opening.replace("\n", " "), fields


def sentence(text: str) -> str:
    """`text` with a capital at its beginning, unless that is the name of something."""
    return text[:1].upper() + text[1:]


def anchor(path: str) -> str:
    """Where the section of `path` is on the page, as GitHub makes it of the heading."""
    return re.sub(r"[^a-z0-9_-]", "", path.lower())


def _sections(shape: type[Struct], path: str, *, is_served: bool = True) -> Iterator[str]:
    opening, texts = explanations(shape)
    level = "###" if "." in path.removesuffix(".<name>") else "##"
    yield f"{level} {f'`{path}`' if path else 'Top level'}\n\n{sentence(opening)}\n"
    if not is_served:
        yield f"{_NOT_YET}\n"
    if path in EXAMPLES:
        yield f"```yaml{EXAMPLES[path]}```\n"
    yield "| Key | Value | Default | Meaning |\n|---|---|---|---|"
    fields = structs.fields(shape)
    for field in fields:
        value = _value(field.type, _join(path, field.name))
        yield f"| `{field.name}` | {value} | {_default(shape, field)} | {_meaning(shape, field, texts)} |"
    yield ""
    for field in fields:
        for found, step in inner(field.type):
            still = is_served and served(shape, field.name)
            yield from _sections(found, f"{_join(path, field.name)}{step}", is_served=still)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _meaning(shape: type[Struct], field: structs.FieldInfo, texts: Mapping[str, str]) -> str:
    parts = [] if served(shape, field.name) else [_NOT_YET]
    parts.append(sentence(texts[field.name]))
    if later := LATER_VALUES.get((shape, field.name)):
        parts.append(f"{_listed(sorted(later))} {'is' if len(later) == 1 else 'are'} not served yet.")
    for (chooser, value), takes in VARIANTS.get(shape, {}).items():
        needed, only = field.name in takes.needs, field.name in takes.only
        if needed or only:
            tail = ", which needs it" if needed and only else ""
            parts.append(f"{'Only' if only else 'Required'} with `{chooser}: {value}`{tail}.")
    return " ".join(parts)


def _value(kind: object, path: str) -> str:
    kind = present(kind)
    for _, step in inner(kind):
        return f"[{'list' if get_origin(kind) is tuple else 'map'}](#{anchor(path + step)})"
    found = marker(kind)
    if found is not None:
        return found.name
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inside)
    if origin is tuple:
        return f"list of {_several(inside[0])}"
    if origin is Mapping:
        names = "names" if inside[0] is str else _several(inside[0])
        return f"map of {names} to {_several(inside[1])}"
    return "`true`, `false`" if kind is bool else "text"


def _several(kind: object) -> str:
    name = _value(kind, "")
    if name in {"text", "prose"} or "," in name or "`" in name:
        return name
    first, of, rest = name.partition(" of ")
    return " or ".join(f"{each}s" for each in first.split(" or ")) + of + rest


def _default(shape: type[Struct], field: structs.FieldInfo) -> str:
    usual = default(field)
    if usual is NODEFAULT:
        return "**required**"
    if (shape, field.name) in BY_ANOTHER:
        return f"by `{BY_ANOTHER[shape, field.name]}`"
    if isinstance(usual, tuple) and all(isinstance(each, str) for each in usual):
        return "all" if usual and usual == _choices(field.type) else ", ".join(f"`{each}`" for each in usual)
    shown = written(field.type, usual)
    if isinstance(shown, bool):
        return f"`{str(shown).lower()}`"
    return f"`{shown}`" if isinstance(shown, str | int | float) and shown != "" else ""


def _choices(kind: object) -> tuple[object, ...]:
    """Of a list of fixed words, all of them."""
    inside = get_args(kind)[0]
    return get_args(inside) if get_origin(inside) is Literal else ()


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


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


if __name__ == "__main__":
    sys.stdout.write(page())
