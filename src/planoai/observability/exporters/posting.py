"""HTTP from a thread: requests are sent by the client that the gateway itself has, in a loop of this thread's own."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from ssl import SSLContext

from msgspec import Struct

from planoai.errors import PlanoError, UpstreamClosed, UpstreamTimeout, UpstreamUnreadable
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.proxy import Proxies
from planoai.observability.exporters.exporter import Unavailable

Pairs = tuple[tuple[bytes, bytes], ...]

_MOST_BYTES = 64 * 1024  # of an answer
_PROBE_SECONDS = 3.0


class Answer(Struct, frozen=True):
    """`after`: seconds until the next try, where it was told. `body` is b"" where it was too long to be of use."""

    status: int
    content: bytes
    body: bytes
    after: float = 0.0


class Poster:
    """`trusting` makes the context for TLS, when it is needed first."""

    def __init__(self, origin: Origin, trusting: Callable[[], SSLContext], proxies: Proxies | None = None) -> None:
        self.origin = origin
        self._trusting = trusting
        self._proxies = proxies or Proxies()
        self._runner: asyncio.Runner | None = None
        self._client: Client | None = None
        self._task: asyncio.Task[Answer] | None = None
        self._is_interrupted = False

    def post(self, target: str, headers: Pairs, body: bytes, seconds: float) -> Answer:
        """Raises Unavailable, within `seconds`."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            return self._runner.run(self._posted(target, headers, body, seconds))
        except asyncio.CancelledError:
            raise Unavailable("there was no time left") from None
        except (TimeoutError, UpstreamTimeout):
            raise Unavailable("there was no answer in time") from None
        except UpstreamClosed:
            raise Unavailable("the connection was closed before the answer was complete") from None
        except PlanoError as error:
            raise Unavailable(error.message.removesuffix(".")) from None

    def interrupt(self) -> None:
        self._is_interrupted = True
        task = self._task
        if task is not None:
            with suppress(RuntimeError):  # its loop has ended meanwhile
                task.get_loop().call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        if self._runner is not None:
            if self._client is not None:
                self._runner.run(self._client.__aexit__(None, None, None))
            self._runner.close()

    async def _posted(self, target: str, headers: Pairs, body: bytes, seconds: float) -> Answer:
        self._task = asyncio.current_task()
        if self._is_interrupted:
            raise asyncio.CancelledError
        async with asyncio.timeout(seconds):
            client = self._client
            if client is None:
                verify = self._trusting() if self.origin.scheme == "https" else None
                client = self._client = await Client(verify=verify, proxies=self._proxies).__aenter__()
            limits = Timeouts(connect=seconds, first_byte=seconds, idle=seconds, total=seconds)
            with await client.send(self.origin, "POST", target, headers, body, limits) as response:
                content = response.headers.get(b"content-type") or b""
                after = _seconds(response.headers.get(b"retry-after"))
                told = b""
                with suppress(UpstreamUnreadable):  # too long
                    told = await response.body(_MOST_BYTES)
                return Answer(response.status, content, told, after)


def probe(origin: Origin, seconds: float) -> None:
    """Whether a connection is taken there. Raises Unavailable."""
    try:
        socket.create_connection((origin.host, origin.port), max(0.01, min(seconds, _PROBE_SECONDS))).close()
    except TimeoutError:
        raise Unavailable("it takes no connection in time") from None
    except OSError as error:
        raise Unavailable((error.strerror or str(error)).lower()) from None
    except UnicodeError:  # IDNA cannot encode it
        raise Unavailable("its host name cannot be resolved") from None


def _seconds(written: bytes | None) -> float:
    """Retry-After (RFC 9110, 10.2.3): a number of seconds, or a date."""
    if written is None:
        return 0.0
    told = written.decode("latin-1").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            at = parsedate_to_datetime(told)
        except ValueError:
            return 0.0
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if isfinite(seconds) else 0.0
