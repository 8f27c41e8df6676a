"""What the walk ships of one exchange, as it happens: `Opened`, any number of `Piece`, `Closed`.

A request that is answered before any model was asked (a bad one, a list of models, a wrong key) is an Opened without a body and a Closed. Text that a
client sent is bytes here, as it came: whoever shows it decodes it. No credential is in any of them. Beside exchanges, `Dropped` tells of what could not be
shipped.
"""

from typing import Literal

from msgspec import Struct

from planoai.errors import Trouble
from planoai.observability.trace import NO_TRACE, Trace

Outcome = Literal[
    "completed",  # answered, whatever the answer said
    "failed",  # answered with an error of ours: nothing answered, or nothing was asked
    "cut",  # a stream ended with an error event: the upstream died in the middle of it, or failed
    "stopped",  # we ended it: the gateway stopped, and would not wait any longer
    "cancelled",  # the client left
    "lost",  # the worker died; only the recorder says so
]


# What a request asks of us.
Handler = Literal["llm_chat", "passthrough", "count_tokens", "list_models", "cors_preflight", "about", "not_found"]


class Opened(Struct, frozen=True, array_like=True, gc=False, tag=0):
    """Who asks, and for what.

    `id` is the worker's own count. `at`: seconds since the epoch. `path` has no query. `version` is HTTP's. `headers` are those that are kept.
    `dialect` is the client's, "" where no model was asked. `body`: the request as the client made it; None where it was left out.
    `ready`: seconds since the exchange began until its body was here; 0 where no model was asked.
    """

    id: int
    at: float
    request_id: bytes
    method: str
    path: str
    version: str
    peer: str
    headers: tuple[tuple[bytes, bytes], ...]
    dialect: str = ""
    model: str = ""
    stream: bool = False
    body: bytes | None = None
    handler: Handler = "not_found"
    trace: Trace = NO_TRACE
    ready: float = 0.0


class Attempt(Struct, frozen=True, array_like=True, gc=False):
    """One try at one upstream. `target` is the configured name, `model` what the upstream calls it, `origin` its address, `dialect` what it speaks.

    `status` 0: there was none. Times are seconds since the exchange began: when the request was ready to be sent, when the head of the answer was in (or
    hope for it was given up), when as much of it was read as has to be known before the client is told anything. `full_name` is `provider/model`,
    `path` the one that was asked for, without a query.
    """

    target: str
    provider: str
    model: str
    origin: str
    dialect: str
    status: int
    trouble: Trouble
    sent: float
    answered: float
    ended: float = 0.0
    full_name: str = ""
    path: str = ""


class Piece(Struct, frozen=True, array_like=True, gc=False, tag=1):
    """Bytes of the answer that was chosen, as the upstream sent them, content coding undone.

    `data` None: left out, for want of room; no piece follows. The first one has `attempt`, which brought the answer, and its content-type: an exchange
    that is never closed is known by them, and pieces are read as they come.
    """

    id: int
    data: bytes | None
    content: bytes = b""
    attempt: Attempt | None = None


class Closed(Struct, frozen=True, array_like=True, gc=False, tag=2):
    """How it ended. `status` is what the client was told, 0 where it left before. Bytes are those of bodies.

    Times are seconds since the exchange began: `first`, the first byte for the client (0: none), and the end. `content`: content-type of the
    answer in the pieces, as the upstream told it. `streamed`: the client was answered with a stream. Of an error of ours, `error` is its code
    and `told` the sentence for the client.
    """

    id: int
    status: int
    outcome: Outcome
    bytes_in: int
    bytes_out: int
    first: float
    ended: float
    attempts: tuple[Attempt, ...] = ()
    content: bytes = b""
    streamed: bool = False
    error: str = ""
    told: str = ""


class Dropped(Struct, frozen=True, array_like=True, gc=False, tag=3):
    """What was left out for want of room since the last one: whole exchanges, and bodies or the rest of an answer."""

    exchanges: int
    bodies: int


OfExchange = Opened | Piece | Closed
Message = OfExchange | Dropped
