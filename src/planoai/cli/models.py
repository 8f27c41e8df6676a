"""`planoai models`: which models are known, and `planoai models refresh`: ask the providers."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.json import encode
from msgspec.json import format as formatted

from planoai.cli import render, surroundings, talk
from planoai.net.proxy import Proxies
from planoai.process.feeds import refresh as refreshed
from planoai.process.known import fetched, file_in
from planoai.process.reading import read
from planoai.process.told import Refused
from planoai.providers.catalog import PROVIDERS
from planoai.providers.registry import KINDS, Registry, snapshot


@click.group(invoke_without_command=True)
@click.option("--kind", type=click.Choice(KINDS), help="Only models of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def models(context: click.Context, kind: str | None, as_json: bool) -> None:
    """List the models that wildcards of a config stand for. A model that is not in the list is served all the same.

    \b
    Examples:
      planoai models --kind embedding
      planoai models refresh config.yaml
    """
    if context.invoked_subcommand is not None:
        return
    registry = fetched(surroundings.home().root) or snapshot()
    listed = [each for each in _listed(registry) if kind in (None, each["kind"])]
    if as_json:
        told = {"as_of": registry.as_of, "source": registry.source, "models": listed}
        click.echo(formatted(encode(told), indent=2))
        return
    talk.say(f"{len(listed)} models, as of {registry.as_of}, from {registry.source}")
    for each in listed:
        click.echo(f"{each['kind']:<10}  {each['model']}")


@models.command()
@talk.names_config
@talk.verbose
def refresh(file: Path | None, folder: Path, verbose: bool) -> None:
    """Ask the providers in FILE for their models, with its keys. One that does not answer keeps the list it had.

    \b
    Example:
      planoai models refresh config.yaml
    """
    talk.log_to_stderr(verbose=verbose)
    home, environ = surroundings.home(), surroundings.variables()
    file = surroundings.config_file(file, folder)
    loaded = read(file, environ, refuse_unserved=False)
    if isinstance(loaded, Refused):
        raise click.ClickException(render.refused(loaded))
    try:
        proxies = Proxies.of(environ)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    home.make()
    today = datetime.now(UTC).date().isoformat()
    told = asyncio.run(refreshed(loaded.config, home.root, proxies, today))
    for each in told:
        if each.problem:
            talk.say(f"{each.name}: {each.problem}; its list stays as it is")
        else:
            click.echo(f"{each.name}: {each.models} model{'' if each.models == 1 else 's'}")
    if all(each.problem for each in told):
        raise click.ClickException("no provider told its models")
    talk.say(f"{file_in(home.root)} is written; `planoai reload` has a gateway that runs read it")


def _listed(registry: Registry) -> Iterator[dict[str, str]]:
    """By the names that a request may give where a wildcard is configured."""
    for provider in PROVIDERS.values():
        for each in registry.of(provider.name, provider):
            yield {"model": f"{provider.name}/{each.id}", "kind": each.kind}
    known = {key for provider in PROVIDERS.values() for key in (provider.models, f"{provider.name}/*")}
    for key, listed in registry.models.items():
        if key not in known:
            for each in listed:
                yield {"model": f"{key.removesuffix('/*')}/{each.id}", "kind": each.kind}
