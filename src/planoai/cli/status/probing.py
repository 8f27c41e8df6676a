"""Asks addresses whether they answer: the listeners of a gateway that runs, and providers. No credential is sent, and nothing is waited for long."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import perf_counter, time

from msgspec import Struct

from planoai import __version__
from planoai.cli.render import within_reach
from planoai.cli.status.condition import Answer, Door
from planoai.errors import PlanoError, UpstreamTimeout
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.headers import Headers

_OWN_SECONDS = 2.0
_PROVIDER_SECONDS = 3.0
_HEADERS = ((b"accept", b"*/*"), (b"user-agent", f"planoai/{__version__}".encode()))


class Reached(Struct, frozen=True):
    """A provider's address. `ahead`: seconds by which its clock is before ours; None where it does not tell the time."""

    origin: str
    answer: Answer
    ahead: float | None = None


def of_our_own() -> ssl.SSLContext:
    """For listeners of a gateway that runs here: their certificates may be for any name, and signed by nobody we know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def doors(urls: Sequence[str]) -> tuple[Door, ...]:
    """All at once. A proxy is never asked for them."""
    async with Client(verify=of_our_own()) as client:
        return tuple(await asyncio.gather(*(_door(client, url) for url in urls)))


async def _door(client: Client, bound: str) -> Door:
    url = within_reach(bound)
    (healthz, _), (readyz, _) = await asyncio.gather(
        *(_asked(client, url, path, _OWN_SECONDS) for path in ("/healthz", "/readyz"))
    )
    return Door(bound, url, healthz, readyz)


async def reached(client: Client, origins: Sequence[str]) -> tuple[Reached, ...]:
    """All at once. Whatever they answer, they can be reached."""

    async def one(origin: str) -> Reached:
        answer, headers = await _asked(client, origin, "/", _PROVIDER_SECONDS)
        return Reached(origin, answer, _ahead(headers))

    return tuple(await asyncio.gather(*map(one, origins)))


async def _asked(client: Client, url: str, path: str, seconds: float) -> tuple[Answer, Headers]:
    bounds = Timeouts(connect=seconds, first_byte=seconds, idle=seconds, total=seconds)
    began = perf_counter()
    try:
        with await client.send(Origin.parse(url), "GET", path, _HEADERS, b"", bounds) as response:
            return Answer(response.status, round((perf_counter() - began) * 1000, 3)), response.headers
    except UpstreamTimeout:
        return Answer(problem=f"no answer within {seconds:g} s"), Headers([])
    except (PlanoError, ValueError) as error:
        return Answer(problem=str(error).removeprefix(f"{url} ").rstrip(".")), Headers([])


def _ahead(headers: Headers) -> float | None:
    """A `Date` has whole seconds, and was written while we waited: nothing is made of a difference that small."""
    told = headers.get(b"date")
    try:
        date = parsedate_to_datetime((told or b"").decode("latin-1"))
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time()
