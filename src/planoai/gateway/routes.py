"""Method and path -> which walk; an error -> a reply in the client's own words. The one place that catches everything."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from random import getrandbits
from urllib.parse import unquote
from uuid import uuid4

from msgspec.json import encode

from planoai import __version__
from planoai.apis import DIALECTS
from planoai.apis.dialect import ClientSide, Dialect
from planoai.conversation.failure import Failure
from planoai.errors import NotFound, PlanoError, Unauthorized, WrongMethod
from planoai.gateway import listing
from planoai.gateway.build import Gateway
from planoai.gateway.cors import ANYONE, Cors
from planoai.gateway.counting import PATH as COUNT
from planoai.gateway.counting import Counter
from planoai.gateway.exchange import exchange
from planoai.gateway.failing import UpstreamFailed, failure_of
from planoai.gateway.headers import JSON, Pairs
from planoai.gateway.keys import ClientKeys
from planoai.gateway.passing import KNOWN, Passing, suffix_of
from planoai.gateway.redaction import Redaction
from planoai.gateway.visit import Visit
from planoai.names import REQUEST_ID
from planoai.net.refusal import Refusal
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.service import STOPPED
from planoai.observability.feed import Feed
from planoai.observability.record import Handler as Kind
from planoai.providers.auth import credentials

log = logging.getLogger("planoai.gateway")

_USABLE_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_MODEL = "/v1/models/"
_CLIENTS = {name: dialect.client for name, dialect in DIALECTS.items() if dialect.client is not None}
_MIDDLE = str(uuid4())[8:-12]

Handler = Callable[[Visit], Awaitable[None]]


class Routes:
    """The handler of a model listener."""

    def __init__(self, gateway: Gateway) -> None:
        door = gateway.door
        self._gateway = gateway
        self._keys = ClientKeys(door.client_keys) if door.client_keys else None
        self._cors = Cors(door.cors.allow_origins) if door.cors else None
        self._passing = Passing(_CLIENTS["openai_chat"])
        self._counter = Counter(DIALECTS["anthropic_messages"], _CLIENTS["anthropic_messages"])
        self._kinds: Mapping[str, Kind] = {
            "/": "about",
            "/v1/models": "list_models",
            **{path: "llm_chat" for client in _CLIENTS.values() for path in client.paths},
            COUNT: "count_tokens",
            **{f"/v1/{suffix}": "passthrough" for suffix in KNOWN},
        }
        self._handlers: Mapping[str, Mapping[str, Handler]] = {
            "/": {"GET": _about, "HEAD": _about},
            "/v1/models": {"GET": self._models, "HEAD": self._models, "OPTIONS": self._preflight},
            **{
                path: {"POST": self._exchange(DIALECTS[name], client)}
                for name, client in _CLIENTS.items()
                for path in client.paths
            },
            COUNT: {"POST": self._count},
            **{f"/v1/{suffix}": {"POST": self._pass_on} for suffix in KNOWN},
        }

    async def __call__(self, request: Request, reply: Reply) -> None:
        request_id = _id_of(request)
        fields = [(REQUEST_ID, request_id.encode())]
        reply.fields = fields if self._cors is None else fields + self._cors.fields(request.headers)
        feed = _SILENT if request.path.startswith(_PROBES) else self._gateway.feed
        visit = Visit(request, reply, request_id, feed.open(request, request_id))
        try:
            await self._handler(visit)(visit)
        except asyncio.CancelledError as ended:
            visit.outcome = "stopped" if ended.args == (STOPPED,) else "cancelled"
            raise
        except PlanoError as error:
            self._reply_error(error, visit)
        except Exception:
            log.exception("request_id=%s %s %s failed", request_id, request.method, request.path)
            self._reply_error(PlanoError("something went wrong inside the gateway; its log says what"), visit)
        finally:
            visit.close()

    def refused(self, target: bytes, refusal: Refusal, peer: str, fields: Pairs) -> None:
        """Records what the server refused before there was a request to hand over; `fields` are those of its answer."""
        request_id = dict(fields).get(REQUEST_ID, b"")
        code = refusal.code or "refused"
        self._gateway.feed.refused(target.decode("latin-1"), request_id, peer, refusal.status, code, refusal.message)

    def _handler(self, visit: Visit) -> Handler:
        """Raises Unauthorized, NotFound and WrongMethod."""
        request = visit.request
        visit.recording.handler = self._kinds.get(request.path) or self._kind(request.path, request.method)
        if request.method == "OPTIONS":
            visit.recording.handler = "cors_preflight"
        if self._cors is not None and request.method == "OPTIONS":
            allowed = self._cors.preflight(request.headers)
            if allowed is not None:
                return _preflighted(allowed)
        if request.path.startswith(_PROBES):
            return self._ready if request.path.startswith(_READY) else _healthy
        if self._keys is not None and request.path != "/" and request.method != "OPTIONS":
            visit.headers = self._keys.admit(request.headers)
        methods = self._handlers.get(request.path) or self._methods(request.path, request.method)
        if request.method not in methods:
            raise WrongMethod(f"{request.path} takes {' or '.join(methods)}, not {request.method}")
        return methods[request.method]

    def _methods(self, path: str, method: str) -> Mapping[str, Handler]:
        """What can be asked of `path`, one trailing slash or none, of which an upstream may know more. Raises NotFound."""
        bare = path.removesuffix("/") or "/"
        if methods := self._handlers.get(bare):
            return methods
        if bare.startswith(_MODEL):
            return {"GET": self._model, "HEAD": self._model}
        if method == "POST" and suffix_of(bare) is not None:
            return {"POST": self._pass_on}
        raise NotFound(f"there is nothing at {path}")

    def _kind(self, path: str, method: str) -> Kind:
        bare = path.removesuffix("/") or "/"
        if bare.startswith(_MODEL):
            return "list_models"
        return self._kinds.get(bare) or ("passthrough" if method == "POST" and suffix_of(bare) else "not_found")

    def _reply_error(self, error: PlanoError, visit: Visit) -> None:
        """Once an answer has begun there is no way to take it back: it is cut, so that it does not look complete."""
        failure = failure_of(error)
        visit.outcome = "failed"
        clients = Redaction(each for _, each in credentials(visit.request.headers))
        visit.error, visit.told = clients.text(failure.code or type(error).__name__), clients.text(failure.message)
        if visit.reply.started:
            visit.reply.abort()
            return
        client = _client_of(visit.request)
        headers = _headers(client, visit.id)
        if isinstance(error, WrongMethod):
            headers.append((b"allow", ", ".join(self._methods(visit.request.path, visit.request.method)).encode()))
        elif isinstance(error, Unauthorized):
            headers.append((b"www-authenticate", b"Bearer"))
        elif isinstance(error, UpstreamFailed):
            headers += error.fields
        visit.reply.send(failure.status, headers, client.write_failure(failure, visit.id))

    def _exchange(self, dialect: Dialect, client: ClientSide) -> Handler:
        def handle(visit: Visit) -> Awaitable[None]:
            return exchange(visit, dialect, client, self._gateway)

        return handle

    def _count(self, visit: Visit) -> Awaitable[None]:
        return self._counter.count(visit, self._gateway)

    def _pass_on(self, visit: Visit) -> Awaitable[None]:
        """Raises NotFound."""
        path = visit.request.path
        suffix = suffix_of(path)
        if suffix is None:
            raise NotFound(f"there is nothing at {path}")
        return self._passing.pass_on(visit, suffix, self._gateway)

    async def _models(self, visit: Visit) -> None:
        request = visit.request
        shape = listing.anthropic_list if _of_anthropic(request) else listing.openai_list
        visit.reply.send(200, _headers(_client_of(request), visit.id), shape(self._gateway.models))

    async def _model(self, visit: Visit) -> None:
        request = visit.request
        name = unquote(request.path.removesuffix("/")[len(_MODEL) :])
        shape = listing.anthropic_model if _of_anthropic(request) else listing.openai_model
        visit.reply.send(200, _headers(_client_of(request), visit.id), shape(self._gateway.models, name))

    async def _preflight(self, visit: Visit) -> None:
        """A page of any origin may list the models, unless the listener names those that may call it."""
        visit.reply.send(204, ANYONE if self._cors is None else _METHODS)

    async def _ready(self, visit: Visit) -> None:
        """Whether requests should be sent here: not once the gateway has been told to stop."""
        ready = not self._gateway.stopping
        visit.reply.send(200 if ready else 503, [JSON], encode({"ready": ready}))


async def _about(visit: Visit) -> None:
    """Claude Code asks `HEAD /` before anything else."""
    visit.reply.send(200, [JSON], encode({"name": "planoai", "version": __version__}))


def _preflighted(allowed: Pairs) -> Handler:
    async def answer(visit: Visit) -> None:
        visit.reply.send(204, allowed)

    return answer


async def _healthy(visit: Visit) -> None:
    visit.reply.send(200, [])


# Whatever begins so is asked every few seconds by whoever looks after us: with no key, and worth no record.
_READY = "/readyz"
_PROBES = ("/healthz", _READY)

_METHODS: Pairs = [(b"allow", b"GET, OPTIONS")]
_SILENT = Feed(enabled=False)


def refuse(target: bytes, refusal: Refusal) -> tuple[Pairs, bytes]:
    """Header fields and body of what the server refuses before there is a request to hand over."""
    client = _client_at(target.decode("latin-1")) or _CLIENTS["openai_chat"]
    request_id = _new_id()
    failure = Failure(refusal.status, refusal.message, refusal.code)
    return [(REQUEST_ID, request_id.encode()), *_headers(client, request_id)], client.write_failure(failure, request_id)


def _id_of(request: Request) -> str:
    """The client's own id for this request where it sent a usable one, else a new one."""
    sent = request.headers.get(REQUEST_ID)
    return sent.decode() if sent is not None and _USABLE_ID.fullmatch(sent) else _new_id()


def _new_id() -> str:
    """A UUID of version 4 (RFC 9562, section 5.4) of which 80 bits are drawn anew. It tells requests apart and keeps no secret."""
    drawn = getrandbits(80).to_bytes(10, "big").hex()
    return drawn[:8] + _MIDDLE + drawn[8:]


def _headers(client: ClientSide, request_id: str) -> Pairs:
    """Those of an answer of ours: the id stands under our name in any case, and where this client's library looks for it."""
    return [JSON] if client.id_header == REQUEST_ID else [JSON, (client.id_header, request_id.encode())]


def _of_anthropic(request: Request) -> bool:
    return request.headers.get(b"anthropic-version") is not None


def _client_of(request: Request) -> ClientSide:
    """The API in whose words this client is to be told of an error, known path or not."""
    return _client_at(request.path) or _CLIENTS["anthropic_messages" if _of_anthropic(request) else "openai_chat"]


def _client_at(path: str) -> ClientSide | None:
    return next((client for client in _CLIENTS.values() if path.startswith(client.paths)), None)
