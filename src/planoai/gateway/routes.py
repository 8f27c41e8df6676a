"""Method and path -> which walk; an error -> a reply in the client's own words. The one place that catches everything."""

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
from planoai.errors import NotFound, PlanoError, WrongMethod
from planoai.gateway import listing
from planoai.gateway.build import Gateway
from planoai.gateway.exchange import exchange
from planoai.gateway.failing import failure_of
from planoai.gateway.headers import JSON, Pairs
from planoai.names import REQUEST_ID
from planoai.net.refusal import Refusal
from planoai.net.reply import Reply
from planoai.net.request import Request

log = logging.getLogger("planoai.gateway")

_USABLE_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_MODEL = "/v1/models/"
_CLIENTS = {name: dialect.client for name, dialect in DIALECTS.items() if dialect.client is not None}

_CORS = (
    (b"allow", b"GET, OPTIONS"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Authorization, Content-Type"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    JSON,
)
_MIDDLE = str(uuid4())[8:-12]

Handler = Callable[[Request, Reply, str], Awaitable[None]]


class Routes:
    """The handler of a model listener."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._handlers: Mapping[str, Mapping[str, Handler]] = {
            "/": {"GET": _about, "HEAD": _about},
            "/healthz": {"GET": _healthy, "HEAD": _healthy},
            "/v1/models": {"GET": self._models, "HEAD": self._models, "OPTIONS": _preflight},
            **{
                path: {"POST": self._exchange(DIALECTS[name], client)}
                for name, client in _CLIENTS.items()
                for path in client.paths
            },
        }

    async def __call__(self, request: Request, reply: Reply) -> None:
        request_id = _id_of(request)
        try:
            await self._handler(request)(request, reply, request_id)
        except PlanoError as error:
            self._reply_error(error, request, reply, request_id)
        except Exception:
            log.exception("%s: %s %s failed", request_id, request.method, request.path)
            told = PlanoError("something went wrong inside the gateway; its log says what")
            self._reply_error(told, request, reply, request_id)

    def _handler(self, request: Request) -> Handler:
        """Raises NotFound and WrongMethod."""
        methods = self._handlers.get(request.path) or self._methods(request.path)
        if request.method not in methods:
            raise WrongMethod(f"{request.path} takes {' or '.join(methods)}, not {request.method}")
        return methods[request.method]

    def _methods(self, path: str) -> Mapping[str, Handler]:
        """What can be asked of `path`, one trailing slash or none. Raises NotFound."""
        bare = path.removesuffix("/") or "/"
        if methods := self._handlers.get(bare):
            return methods
        if bare.startswith(_MODEL):
            return {"GET": self._model, "HEAD": self._model}
        raise NotFound(f"there is nothing at {path}")

    def _reply_error(self, error: PlanoError, request: Request, reply: Reply, request_id: str) -> None:
        """Once an answer has begun there is no way to take it back: it is cut, so that it does not look complete."""
        if reply.started:
            reply.abort()
            return
        failure = failure_of(error)
        client = _client_of(request)
        headers = _headers(client, request_id)
        if isinstance(error, WrongMethod):
            headers.append((b"allow", ", ".join(self._methods(request.path)).encode()))
        reply.send(failure.status, headers, client.write_failure(failure, request_id))

    def _exchange(self, dialect: Dialect, client: ClientSide) -> Handler:
        def handle(request: Request, reply: Reply, request_id: str) -> Awaitable[None]:
            return exchange(request, reply, request_id, dialect, client, self._gateway)

        return handle

    async def _models(self, request: Request, reply: Reply, request_id: str) -> None:
        shape = listing.anthropic_list if _of_anthropic(request) else listing.openai_list
        reply.send(200, _headers(_client_of(request), request_id), shape(self._gateway.models))

    async def _model(self, request: Request, reply: Reply, request_id: str) -> None:
        name = unquote(request.path.removesuffix("/")[len(_MODEL) :])
        shape = listing.anthropic_model if _of_anthropic(request) else listing.openai_model
        reply.send(200, _headers(_client_of(request), request_id), shape(self._gateway.models, name))


async def _about(request: Request, reply: Reply, request_id: str) -> None:  # noqa: ARG001
    """Claude Code asks `HEAD /` before anything else."""
    reply.send(200, [JSON, (REQUEST_ID, request_id.encode())], encode({"name": "planoai", "version": __version__}))


async def _preflight(request: Request, reply: Reply, request_id: str) -> None:  # noqa: ARG001
    """A browser may list the models."""
    reply.send(204, [*_CORS, (REQUEST_ID, request_id.encode())])


async def _healthy(request: Request, reply: Reply, request_id: str) -> None:  # noqa: ARG001
    reply.send(200, [])


def refuse(target: bytes, refusal: Refusal) -> tuple[Pairs, bytes]:
    """Header fields and body of what the server refuses before there is a request to hand over."""
    client = _client_at(target.decode("latin-1")) or _CLIENTS["openai_chat"]
    request_id = _new_id()
    failure = Failure(refusal.status, refusal.message, refusal.code)
    return _headers(client, request_id), client.write_failure(failure, request_id)


def _id_of(request: Request) -> str:
    """The client's own id for this request where it sent a usable one, else a new one."""
    sent = request.headers.get(REQUEST_ID)
    return sent.decode() if sent is not None and _USABLE_ID.fullmatch(sent) else _new_id()


def _new_id() -> str:
    """A UUID of version 4 (RFC 9562, section 5.4) of which 80 bits are drawn anew. It tells requests apart and keeps no secret."""
    return f"{getrandbits(32):08x}{_MIDDLE}{getrandbits(48):012x}"


def _headers(client: ClientSide, request_id: str) -> Pairs:
    """Those of an answer of ours: the id stands under our name, and where this client's library looks for it."""
    named = request_id.encode()
    return [JSON, *((name, named) for name in dict.fromkeys((REQUEST_ID, client.id_header)))]


def _of_anthropic(request: Request) -> bool:
    return request.headers.get(b"anthropic-version") is not None


def _client_of(request: Request) -> ClientSide:
    """The API in whose words this client is to be told of an error, known path or not."""
    return _client_at(request.path) or _CLIENTS["anthropic_messages" if _of_anthropic(request) else "openai_chat"]


def _client_at(path: str) -> ClientSide | None:
    return next((client for client in _CLIENTS.values() if path.startswith(client.paths)), None)
