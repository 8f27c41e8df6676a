"""What a shell is offered after Tab: models, templates and files. Nothing here fails: who has typed half a line can do nothing about it.

Imported by commands that need nothing of it when they run, so what it needs is imported when it is asked.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_UNSET = "http://unset"  # is a credential, an address and text alike
_YAML = (".yaml", ".yml")


def models(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Every name that the config knows a model by; without a config that can be read, those that the providers are known for."""
    names = _configured(ctx.params.get("file"), ctx.params.get("folder"))
    return _items(_of_providers(incomplete) if names is None else names, incomplete)


def templates(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """What `planoai init --template` takes."""
    from planoai.cli.init.template import offered

    return _items(offered(), incomplete)


def config_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """The YAML files that begin so; where there are none, whatever the shell finds: a folder on the way to one."""
    folder, slash, start = incomplete.rpartition("/")
    try:
        names = sorted(each.name for each in Path(f"{folder}{slash}").expanduser().iterdir() if each.suffix in _YAML)
    except (OSError, RuntimeError, ValueError):  # the last two: no such user, and what is no path
        names = []
    seen = (f"{folder}{slash}{name}" for name in names if start or not name.startswith("."))
    return _items(seen, incomplete) or [CompletionItem(incomplete, type="file")]


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _configured(file: object, folder: object) -> list[str] | None:
    """None where there is no config, or one that is wrong."""
    from planoai.cli.surroundings import found

    try:
        path = file if isinstance(file, Path) else found(folder if isinstance(folder, Path) else Path())
        text = path.read_text(encoding="utf-8") if path is not None and path.is_file() else None
    except (OSError, ValueError, click.ClickException):
        return None
    return None if text is None else _names_in(text, os.environ)


def _names_in(text: str, environ: Mapping[str, str]) -> list[str] | None:
    """No variable needs to be set for its config to be read here: the keys are not what is asked for."""
    from planoai.config.load import load
    from planoai.config.lookup import Names
    from planoai.errors import PlanoError
    from planoai.providers.registry import snapshot

    try:
        config = load(text, {**dict.fromkeys(_VARIABLE.findall(text), _UNSET), **environ}).config
    except PlanoError:
        return None
    names = Names(config.model_providers, snapshot())
    return sorted({*config.model_aliases, *(name for name, _ in names.listed)})


def _of_providers(incomplete: str) -> Iterator[str]:
    """The prefixes, and the models of the one that can be meant: together they are too many to choose from."""
    from planoai.providers.catalog import PROVIDERS
    from planoai.providers.registry import snapshot

    meant = [row for row in PROVIDERS.values() if row.own_prefix and f"{row.name}/".startswith(incomplete)]
    yield from (f"{row.name}/" for row in meant)
    for row in PROVIDERS.values():
        if row.own_prefix and (meant == [row] or incomplete.startswith(f"{row.name}/")):
            yield from (f"{row.name}/{model.id}" for model in snapshot().of(row.name, row))
