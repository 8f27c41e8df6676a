"""The simulated provider as an HTTP server: finds the API, waits, answers, and breaks off where it was told to."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from planoai.errors import ClientError
from planoai.net.server import Reply, Request, Server, listen
from planoai.simulate import listing
from planoai.simulate.answer import answer
from planoai.simulate.ask import Ask
from planoai.simulate.dialect import Dialect, Frame, Refusing, Turn
from planoai.simulate.directive import with_directives, with_header
from planoai.simulate.ending import ending
from planoai.simulate.ids import Ids
from planoai.simulate.options import Options
from planoai.simulate.problem import Problem, Refused
from planoai.simulate.reading import Received
from planoai.simulate.routes import likely, model_at, spoken_at
from planoai.simulate.vendors import Allowance
from planoai.simulate.vendors.reply import Reply as Ready
from planoai.simulate.window import Window

_REMEMBERED = 1000  # conversations
_DRAIN_SECONDS = 1.0
_DEFAULTS = Options()
_JSON = ((b"content-type", b"application/json"),)


@asynccontextmanager
async def simulating(options: Options = _DEFAULTS, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves until the block is left; gives the URL, without a path. Port 0 takes a free one. Raises OSError."""
    async with Server(Simulator(options), [listen(host, port)], drain_seconds=_DRAIN_SECONDS) as server:
        name, bound = server.addresses[0]
        yield f"http://[{name}]:{bound}" if ":" in name else f"http://{name}:{bound}"


class Simulator:
    """A handler for `planoai.net.server.Server`. It remembers the requests of a minute and the last conversations."""

    def __init__(self, options: Options = _DEFAULTS) -> None:
        self._options = options
        self._window = Window()
        self._kept: OrderedDict[str, tuple[dict[str, Any], ...]] = OrderedDict()

    async def __call__(self, request: Request, reply: Reply) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        if request.path in ("/", "/healthz"):
            reply.send(200, _JSON, b'{"status":"ok"}')
            return
        spoken = spoken_at(request.path)
        if spoken is not None and request.method == "POST":
            await self._speak(*spoken, request, headers, reply)
            return
        _send(reply, self._elsewhere(request, headers))

    async def _speak(
        self, dialect: Dialect, model: str, request: Request, headers: dict[str, str], reply: Reply
    ) -> None:
        ids = Ids(secrets.token_hex(8))
        now = int(time.time())
        try:
            body = await request.body()
            options = with_header(self._options, headers.get("x-simulate", ""))
            ask = dialect.read(Received(body, model, headers, options.lenient, self._kept))
            options = with_directives(options, ask.said)
        except ClientError as error:
            _send(reply, dialect.refuse(Refusing(_problem(error), ids, Allowance(), model, now)))
            return
        await asyncio.sleep(options.delay)
        if options.hangup:
            reply.abort()
            return
        allowance = Allowance() if options.rate is None else self._window.admit(options.rate, time.monotonic())
        problem = self._objection(dialect, ask, options, headers, allowance)
        allowance = allowance or Allowance(options.rate or 0, 0, 60.0)
        refusing = Refusing(problem or Problem(options.error or 500), ids, allowance, ask.model, now)
        if problem is not None:
            _send(reply, dialect.refuse(refusing))
            return
        turn = Turn(ask, answer(ask, options), options, ids, dialect.new_id(ids), now)
        finishes = options.cut is None and options.error_after is None
        if dialect.conversation is not None and "keep" in ask.wants and finishes:
            self._keep(turn.id, dialect.conversation(turn))
        sent = _encoded(dialect.headers(turn, allowance))
        if ask.stream:
            await _stream(dialect, turn, refusing, sent, reply)
        else:
            await _whole(dialect, turn, sent, reply)

    def _objection(
        self, dialect: Dialect, ask: Ask, options: Options, headers: dict[str, str], allowance: Allowance | None
    ) -> Problem | None:
        """Why the request is refused although it is well-formed, if it is."""
        if options.key is not None and options.key not in _credentials(headers):
            return dialect.unauthorized
        if options.models and ask.model not in options.models:
            return Problem(404)
        if allowance is None and options.rate is not None:
            return Problem(429, retry_after=self._window.wait(options.rate, time.monotonic()))
        if options.error_after is not None and ask.stream:
            return None
        status = options.error or (500 if options.error_after is not None else None)
        return Problem(status, retry_after=1 if status == 429 else None) if status else None

    def _elsewhere(self, request: Request, headers: dict[str, str]) -> Ready:
        """The models, and the errors of paths that speak no API."""
        dialect = likely(request.path, headers)
        ids = Ids(secrets.token_hex(8))
        now = int(time.time())
        where = f"{request.method} {request.path}"
        name = model_at(request.path)
        if spoken_at(request.path) is not None or (name is not None and request.method not in ("GET", "HEAD")):
            hint = "(HINT: Perhaps you meant to use a different HTTP method?)"
            problem = Problem(
                405, f"Not allowed to {request.method} on {request.path}. {hint}", code="method_not_supported"
            )
        elif name is None:
            problem = Problem(404, f"Invalid URL ({where})")
        else:
            try:
                options = with_header(self._options, headers.get("x-simulate", ""))
                return _models(options, name, anthropic="anthropic-version" in headers)
            except ClientError as error:
                problem = _problem(error)
        return dialect.refuse(Refusing(problem, ids, Allowance(), name or "", now))

    def _keep(self, name: str, conversation: tuple[dict[str, Any], ...]) -> None:
        self._kept[name] = conversation
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)


async def _whole(dialect: Dialect, turn: Turn, headers: tuple[tuple[bytes, bytes], ...], reply: Reply) -> None:
    body = dialect.whole(turn)
    if turn.options.cut is None:
        reply.send(200, headers, body)
        return
    reply.start(200, headers)
    await reply.write(body[: len(body) // 2])
    reply.abort()


async def _stream(
    dialect: Dialect, turn: Turn, refusing: Refusing, headers: tuple[tuple[bytes, bytes], ...], reply: Reply
) -> None:
    options = turn.options
    frames = [Frame(dialect.terminator(turn))] if options.empty else list(dialect.stream(turn))
    end = ending(frames, options)
    reply.start(200, headers)
    paced = False  # the first chunk comes after `delay` alone
    for frame in frames[: end.at]:
        if frame.content and options.pace:
            await asyncio.sleep(options.pace if paced else 0)
            paced = True
        await reply.write(frame.data)
    match end.how:
        case "whole":
            await reply.end()
        case "error":
            await reply.write(dialect.broken(turn, refusing, end.at))
            await reply.end()
        case "cut":
            if options.cut_inside:
                half = frames[end.at].data
                await reply.write(half[: len(half) // 2])
            reply.abort()


def _models(options: Options, name: str, *, anthropic: bool) -> Ready:
    """The list, or the one called `name`. Raises Refused."""
    if name and options.models and name not in options.models:
        raise Refused(Problem(404))
    if anthropic:
        body = listing.anthropic_model(name) if name else listing.anthropic_list(options)
    else:
        body = listing.openai_model(name) if name else listing.openai_list(options)
    return Ready(200, (("content-type", "application/json"),), msgspec.json.encode(body))


def _credentials(headers: dict[str, str]) -> tuple[str, ...]:
    bearer = headers.get("authorization", "").partition(" ")[2]
    return (bearer, headers.get("x-api-key", ""), headers.get("api-key", ""))


def _problem(error: ClientError) -> Problem:
    return error.problem if isinstance(error, Refused) else Problem(error.status, error.message, param=error.param)


def _send(reply: Reply, ready: Ready) -> None:
    reply.send(ready.status, _encoded(ready.headers), ready.body)


def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode("latin-1", "replace")) for name, value in headers)
