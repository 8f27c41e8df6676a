"""What one API must be able to do, as values: a dialect is data and pure functions, and the rest of the code asks nothing else of it.

A dialect has two sides. The client side is what we are to clients that speak it; the upstream side is what upstreams that speak it are to us.
Reading always gives `conversation` values, writing always takes them. Where both sides are the same dialect nothing is read and written again:
the bytes go through, with `adapt` and `Frames` for the little that must change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from msgspec import Raw, Struct, field

from planoai.apis.framing.sse import SseEvent
from planoai.conversation.event import Event
from planoai.conversation.failure import Failure
from planoai.conversation.fold import Answer
from planoai.conversation.request import Request
from planoai.names import REQUEST_ID

STREAM_TYPES = (
    b"text/event-stream",
    b"application/vnd.amazon.eventstream",
)  # how the content-type of an answer that is a stream begins

Fields = Mapping[str, Raw]  # a JSON object, read one level deep: the bytes of every value survive


class Head(Struct, frozen=True):
    """What the walk must know of a request before it chooses a model; `model` is empty where the client named none.

    `include_usage`: whether a stream is to tell its usage. `choices`: how many answers were asked for. Only Chat lets a client choose these,
    and there the default is no usage and one answer.
    """

    model: str
    stream: bool
    include_usage: bool = True
    choices: int = 1


class Accepts(Struct, frozen=True, cache_hash=True):
    """What an upstream takes beyond the part of its API that everyone agrees on. The defaults are OpenAI's own.

    `proofs`: whose thinking it can check, as names of providers. Proofs that nobody marked go wherever the dialect has a place for them.
    `refused`: fields that some models answer with an error, after a pattern of the whole model id. `efforts`: the efforts that some models can be
    asked for, after such a pattern, each with the word for it there; others are refused.
    """

    max_tokens: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    developer_role: bool = True  # else developer messages become system messages
    stream_options: bool = True  # else a stream's usage can not be asked for
    reasoning_effort: bool = True
    reasoning_back: bool = False  # wants `reasoning_content` of earlier turns sent back
    top_k: bool = False
    web_search: bool = False
    web_search_models: str = ".*"  # regex of a whole model id: those that Chat's web_search_options may be written for
    account_fields: bool = False  # store, metadata, service_tier: OpenAI's bookkeeping, which others refuse
    cache_control: bool = False  # Anthropic's cache marks on Chat parts
    user: bool = True  # the end user's name
    name: bool = True  # of whoever speaks, beside `role`; results of tools may have one everywhere
    strict: bool = True  # of a function: its arguments are held to the schema
    parallel_tool_calls: bool = True
    proofs: tuple[str, ...] = ()
    only_streams: bool = False  # it answers with a stream whatever was asked
    codex: bool = False  # keeps to the rules of the service behind Codex
    short_ids: bool = False  # of calls: exactly nine letters and digits
    plain_schemas: bool = False  # JSON schemas as far as OpenAPI 3.0 has them
    counts: bool = False  # can be asked to count tokens
    refused: tuple[tuple[str, tuple[str, ...]], ...] = ()
    efforts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


class Written(Struct, frozen=True):
    """A request as an upstream takes it. `lost` holds the JSON paths, in the client's body, of what this API can not carry."""

    body: bytes
    lost: tuple[str, ...] = ()


class Adapted(Struct, frozen=True):
    """A request that was already in the upstream's dialect. `fields` is the very mapping that came in where nothing was needed.

    `lost` holds the JSON paths of what was left out, in the client's body.
    """

    fields: Fields
    lost: tuple[str, ...] = ()


class Envelope(Struct, frozen=True):
    """What an answer needs that the upstream may not tell, so that readers and writers stay pure.

    `seed`: 32 random hex digits for ids. `created`: Unix seconds. `model`: for an upstream that names none. `input_estimate`: tokens, for a
    client that is told its input before the upstream tells us. `include_usage`: whether this client wants usage at the end of a Chat stream.
    `request`: what was asked, without what was said and the schemas of tools. `echo`: the fields of the client's body that answers of its API
    repeat. Both are missing where the upstream speaks the client's API. `issuer`: the provider that answers. `lost`: writers, never readers,
    append what their API can not say of this answer.
    """

    seed: str
    created: int
    model: str
    input_estimate: int = 0
    include_usage: bool = True
    request: Request | None = None
    issuer: str = ""
    echo: Fields = {}
    lost: list[str] = field(default_factory=list)


class StreamReader(Protocol):
    """Upstream bytes -> events. Never raises: what can not be read is `Failed`. After `Ended` or `Failed` everything is ignored."""

    def feed(self, chunk: bytes) -> list[Event]: ...

    def close(self) -> list[Event]:
        """The upstream's bytes have ended. Gives `Ended` or `Failed` if neither has been given."""
        ...


class StreamWriter(Protocol):
    """Events -> client bytes, well formed whatever the events are; a `Failed` or `Ended` is the last thing written."""

    def write(self, events: Iterable[Event]) -> bytes: ...


class Closing(Enum):
    """What the last event of a stream says of its end."""

    OPEN = "more must follow"
    COMPLETE = "the answer is complete, the last frame is missing"
    TERMINAL = "this was the last frame, of an answer or of a failure"


def _none(_event: SseEvent) -> frozenset[int]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Frames:
    """A dialect's stream as bytes, for relaying it without reading it.

    `write_failure` is given the first and the last event that went out, as bytes; both are empty where none did.
    """

    closing: Callable[[SseEvent], Closing]
    failure: Callable[[SseEvent], Failure | None]  # the failure that an event tells, if it tells one
    write_failure: Callable[[Failure, bytes, bytes], bytes]
    done: bytes  # the last frame, where it is always the same; else nothing
    last_words: bytes  # in every last frame of a complete answer
    ping: bytes
    is_usage: Callable[[SseEvent], bool]  # an event that is there only because usage was asked for
    may_finish: Callable[[bytes], object] | None = (
        None  # whether an event, as bytes, is worth asking `finished`; None where no event is
    )
    finished: Callable[[SseEvent], frozenset[int]] = _none  # the choices that the model has stopped at


@dataclass(frozen=True, slots=True)
class ClientSide:
    """`inspect` and `read_request` raise BadRequest with the JSON path of the field at fault.

    `id_header` is where the clients' libraries look for the id of a request, `beta_header` where they name the features in trial that they want.
    `echoes`: the fields of a request that its answers repeat. `input_first`: its streams begin with the tokens of the request, which upstreams of
    other APIs tell at the end.
    """

    paths: tuple[str, ...]
    inspect: Callable[[Fields], Head]
    read_request: Callable[[Fields], Request]
    write_answer: Callable[[Answer, Envelope], bytes]
    write_failure: Callable[[Failure, str], bytes]  # with the id of the request
    stream_writer: Callable[[Envelope], StreamWriter]
    frames: Frames
    id_header: bytes = REQUEST_ID
    beta_header: bytes = b""
    echoes: frozenset[str] = frozenset()
    input_first: bool = False


@dataclass(frozen=True, slots=True)
class Counting:
    """What is asked to count the tokens of a conversation. `read` raises UpstreamUnreadable."""

    write: Callable[[Request, Accepts], Written]
    read: Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class UpstreamSide:
    """`write_request` raises ClientError where leaving something out would change what was asked. `read_answer` raises UpstreamUnreadable.

    `adapt` is what a request that is already in this dialect needs for one upstream. `read_failure` is given the status, the body, and the value
    of `type_header`, the header that names the kind of failure where the API has one.
    """

    adapt: Callable[[Fields, Head, Accepts], Adapted]
    write_request: Callable[[Request, Accepts], Written]
    read_answer: Callable[[bytes, Envelope], list[Event]]
    read_failure: Callable[[int, bytes, str], Failure]
    stream_reader: Callable[[Envelope], StreamReader]
    type_header: bytes = b""
    counting: Counting | None = None


@dataclass(frozen=True, slots=True)
class Reform:
    """An answer in the other form than it came in, for a client of the same API: all choices and unknown fields stay.

    `as_stream`: one JSON body -> its events, the last frame included. `as_whole`: a complete stream -> one JSON body. Both raise UpstreamUnreadable.
    """

    as_stream: Callable[[bytes, Envelope], bytes]
    as_whole: Callable[[bytes, Envelope], bytes]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`client` is None for an API that we speak to upstreams only."""

    name: str
    upstream: UpstreamSide
    client: ClientSide | None = None
    reform: Reform | None = None
