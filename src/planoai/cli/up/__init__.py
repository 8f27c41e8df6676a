"""`planoai up`: serve a config, in the background or staying with it."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource
from msgspec import Struct, structs

from planoai.cli import render, surroundings, talk, zero
from planoai.cli.up import starting, summary
from planoai.config import defaults
from planoai.config.load import Loaded
from planoai.net.proxy import Proxies
from planoai.process.home import Home
from planoai.process.known import fetched
from planoai.process.reading import read
from planoai.process.settings import Settings
from planoai.process.told import Refused
from planoai.providers.registry import Registry, snapshot

MOST_WORKERS = 256

log = logging.getLogger(__name__)


def workers_given(context: click.Context, option: click.Parameter, value: str | None) -> int | Literal["auto"] | None:  # noqa: ARG001
    if value is None:
        return None
    if value == "auto":
        return "auto"
    if value.isdecimal() and 1 <= int(value) <= MOST_WORKERS:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number from 1 to {MOST_WORKERS} nor auto")


@click.command()
@talk.names_config
@click.option("--foreground", is_flag=True, help="Stay attached, with a line for each request on stdout.")
@click.option(
    "--workers",
    metavar="N|auto",
    callback=workers_given,
    help="Processes that serve, instead of what FILE says; auto is one a core.",
)
@click.option(
    "--listener-port",
    "port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    help=f"The port where there is no config.  [default: {defaults.PORT}]",
)
@click.option("--with-tracing", is_flag=True, help="Collect traces; not in this version yet.")
@click.option(
    "--tracing-port", metavar="PORT", type=click.IntRange(1, 65535), help="Where to collect them.  [default: 4317]"
)
@talk.verbose
@talk.docker
@click.pass_context
def up(
    context: click.Context,
    file: Path | None,
    folder: Path,
    foreground: bool,
    workers: int | Literal["auto"] | None,
    port: int | None,
    with_tracing: bool,
    tracing_port: int | None,
    verbose: bool,
) -> None:
    """Serve the gateway that FILE describes. One that runs already is stopped, once FILE proved good.

    Without FILE it is config.yaml, or plano_config.yaml; where there is none, every provider is served that needs no more than a key.

    \b
    Examples:
      planoai up
      planoai up config.yaml
      planoai up config.yaml --foreground
      planoai up --listener-port 12001
    """
    talk.header()
    level = talk.log_to_stderr(verbose=verbose)
    if with_tracing or tracing_port:
        raise click.ClickException("collecting traces is not served by this version yet: leave --with-tracing out")
    home, environ = surroundings.home(), surroundings.variables()
    asked = file is not None or context.get_parameter_source("folder") is not ParameterSource.DEFAULT
    plan = planned(home, environ, file, folder, port, asked=asked)
    try:
        Proxies.of(environ)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    starting.make_way(home, plan.loaded, plan.file, written=plan.made is None)
    if plan.made is not None:
        plan.made.write()
        talk.say(f"✓ {plan.file} is written")
    settings = Settings(
        file=str(plan.file),
        home=str(home.root),
        environ=plan.environ,
        workers=workers,
        level=level,
        echo=foreground,
    )
    tells = partial(summary.served if foreground else summary.lines, plan.loaded)
    told = partial(tells, registry=plan.known(home), exported=environ)
    if foreground:
        starting.stay(settings, told)
    else:
        starting.leave(settings, home, told)


class Plan(Struct, frozen=True, kw_only=True):
    """What to serve. `made`: the config was made here, since nobody has written one."""

    file: Path
    environ: Mapping[str, str]
    loaded: Loaded
    made: zero.Made | None = None

    def __repr__(self) -> str:
        return f"Plan({str(self.file)!r})"

    def known(self, home: Home) -> Registry:
        """The models that wildcards stand for, those of an Ollama on this machine with them."""
        registry = fetched(home.root) or snapshot()
        local = self.made.local if self.made else None
        return structs.replace(registry, models={**registry.models, "ollama/*": local}) if local else registry


def planned(
    home: Home, environ: Mapping[str, str], file: Path | None, folder: Path, port: int | None, *, asked: bool
) -> Plan:
    """`asked`: somebody has said where the config is, and a wrong word must not start something else. Raises PlanoError and ClickException."""
    if not asked and surroundings.found(folder) is None:
        made = zero.made(home, environ, folder, port=port)
        for line in made.said:
            talk.say(line)
        return Plan(file=made.file, environ=made.environ, loaded=made.loaded(), made=made)
    file = surroundings.config_file(file, folder)
    if port is not None:
        talk.say(f"warning: --listener-port is not used: {file.name} says which port it is")
    return Plan(file=file, environ=environ, loaded=checked(file, environ, home))


def checked(file: Path, environ: Mapping[str, str], home: Home) -> Loaded:
    """The config in `file`, whose warnings are told. Raises ClickException with everything that is wrong in it, or not served yet."""
    log.info("reading %s", file)
    loaded = read(file, environ, fetched(home.root), refuse_unserved=False)
    if isinstance(loaded, Refused):
        raise click.ClickException(render.refused(loaded))
    if loaded.unserved:
        said = f"{loaded.name} is valid, and asks for what this version does not serve yet; leave that out to start"
        raise click.ClickException("\n".join([said, *loaded.unserved]))
    for warning in loaded.warnings:
        talk.say(f"warning: {warning}")
    talk.say(f"✓ {loaded.name} is valid")
    return loaded
