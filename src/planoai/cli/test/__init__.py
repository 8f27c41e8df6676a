"""`planoai test MODEL`: one question, through the gateway that runs or one of the command's own, and what became of it."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import click
import msgspec
from msgspec import Struct

from planoai.cli import completing, surroundings, talk
from planoai.cli.status.probing import of_our_own
from planoai.cli.test import asking
from planoai.cli.test.asking import Outcome, Served
from planoai.cli.test.way import Way, open_for, secrets, way_to
from planoai.config.entry import passes_through, prefix, provider_of
from planoai.errors import PlanoError
from planoai.gateway.build import models_of
from planoai.gateway.redaction import Redaction
from planoai.names import ATTEMPTS, MODEL, SERVER_TIMING
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.headers import Headers
from planoai.net.proxy import Proxies
from planoai.process.known import fetched
from planoai.providers.registry import Registry, snapshot
from planoai.routing.models import Models

_CONNECT_SECONDS = 5.0
_OWN_KEY = b"api-key"  # clients' own credentials go in `authorization`


class Heard(Struct, frozen=True):
    """An answer, and when its first byte and its last one came: milliseconds."""

    status: int
    headers: Headers
    body: bytes
    first: float
    whole: float


def _told(context: click.Context, option: click.Parameter, value: str) -> str:  # noqa: ARG001
    """What can be sent to a model: what of the command line is not UTF-8 is in Python's text as surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is not UTF-8") from None
    return value


@click.command()
@click.argument("model", callback=_told, shell_complete=completing.models)
@talk.names_config
@click.option("--prompt", metavar="TEXT", callback=_told, default=asking.PROMPT, show_default=True, help="What to ask.")
@click.option("--stream", is_flag=True, help="Ask for a stream.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=120.0,
    show_default=True,
    help="How long to wait for all of the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of it as JSON.")
def test(
    model: str,
    file: Path | None,
    folder: Path,
    prompt: str,
    stream: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Ask a model one question, as the config says, and show who answered, and when. The model is paid for a few tokens.

    The gateway that runs is asked. Without one, or for a FILE that it does not serve, this command is the gateway for as long as it takes.

    \b
    Examples:
      planoai test openai/gpt-4o
      planoai test fast config.yaml --stream
    """
    home = surroundings.home()
    way = way_to(home, file, folder)
    try:
        proxies = Proxies.of(surroundings.variables())
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    registry = fetched(home.root) or snapshot()
    with _quiet():
        body = asking.body(model, prompt, stream=stream)
        outcome = asyncio.run(_outcome(way, registry, proxies, model, body, timeout))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(outcome), indent=2).decode())
    else:
        click.echo(asking.shown(outcome))
        if not outcome.ok:
            number = "" if outcome.status is None else f"{outcome.status}: "
            talk.say(f"✗ {number}{outcome.error}")
            talk.say(f"  → {outcome.todo}" if outcome.todo else None)
    if not outcome.ok:
        sys.exit(1)


async def _outcome(way: Way, registry: Registry, proxies: Proxies, model: str, body: bytes, timeout: float) -> Outcome:
    models = None if way.loaded is None else models_of(way.loaded.config, registry)
    served = _served(way, models, model)
    own = served.own_variable if served else None
    credential = way.environ.get(own or "", "")
    try:
        async with open_for(way, registry, proxies) as (place, key):
            heard = await _heard(place, key, credential, body, timeout)
    except PlanoError as error:
        return Outcome(
            ok=False, asked=model, by=way.url, error=str(error), todo="`planoai doctor` looks what it may be"
        )
    name = (heard.headers.get(MODEL) or b"").decode("latin-1")
    served = _served(way, models, name) if name else served
    return _of(heard, way, model, name, served, registry, credential, Redaction([key, credential, *secrets(way)]))


def _of(
    heard: Heard,
    way: Way,
    model: str,
    name: str,
    served: Served | None,
    registry: Registry,
    credential: str,
    redaction: Redaction,
) -> Outcome:
    streamed = (heard.headers.get(b"content-type") or b"").startswith(b"text/event-stream")
    told = asking.read(heard.status, heard.body, streamed=streamed)
    attempts = heard.headers.get(ATTEMPTS)
    todo = ""
    if told.error and name:
        known = [each.id for each in registry.of(prefix(served.entry), provider_of(served.entry))] if served else []
        todo = asking.todo(heard.status, told, served, known=known)
    elif told.error and heard.status == 401:
        todo = _shut_out(way, served, credential)
    return Outcome(
        ok=not told.error,
        asked=model,
        by=way.url,
        status=heard.status,
        model=name,
        provider=served.origin.authority if served and name else "",
        attempts=int(attempts) if attempts else None,
        first_byte_ms=heard.first,
        total_ms=heard.whole,
        server_timing=(heard.headers.get(SERVER_TIMING) or b"").decode("latin-1"),
        streamed=streamed,
        tokens_in=told.tokens_in,
        tokens_out=told.tokens_out,
        finish=told.finish,
        answer=asking.cut(redaction.text(told.text)),
        error=redaction.text(told.error),
        todo=todo,
    )


def _shut_out(way: Way, served: Served | None, credential: str) -> str:
    """What helps where the gateway lets nobody in who has no key: one of its own, or one for a provider that is asked with that of the client."""
    own = served.own_variable if served else None
    if own and not credential:
        return f"`export {own}=...`: a request of this command carries it"
    if way.unread:
        return f"the gateway asks for one of its `client_keys`, which this command can not read: {way.unread}"
    if way.key and not (served and passes_through(served.entry)):
        return (
            "the `client_keys` of the config are not those that the gateway has read: `planoai reload` has it read them"
        )
    return ""


def _served(way: Way, models: Models | None, name: str) -> Served | None:
    return None if way.loaded is None or models is None else Served.by(way.loaded, models, name)


async def _heard(place: str, key: str, credential: str, body: bytes, timeout: float) -> Heard:
    headers = [(b"content-type", b"application/json")]
    headers += [(_OWN_KEY, key.encode())] if key else []
    headers += [(b"authorization", f"Bearer {credential}".encode())] if credential else []
    bounds = Timeouts(connect=_CONNECT_SECONDS, first_byte=timeout, idle=timeout, total=timeout)
    async with Client(verify=of_our_own()) as client:
        began = perf_counter()
        with await client.send(Origin.parse(place), "POST", asking.PATH, headers, body, bounds) as response:
            chunks = [await response.chunk()]
            first = _since(began)
            while chunks[-1]:
                chunks.append(await response.chunk())
            return Heard(response.status, response.headers, b"".join(chunks), first, _since(began))


def _since(began: float) -> float:
    return round((perf_counter() - began) * 1000, 3)


@contextmanager
def _quiet() -> Iterator[None]:
    """What a gateway of our own would log is what is told anyway."""
    log = logging.getLogger("planoai.gateway")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
