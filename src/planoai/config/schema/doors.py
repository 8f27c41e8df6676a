"""Where clients connect."""

from typing import Literal

from msgspec import Struct, structs

from planoai.config.kinds import Address, ClientKey, Duration, FilePath, Port, Prose, Retries, Text, WebOrigin

_PORTS = {"model": 12000, "prompt": 10000}


class ListenerTimeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """Of one request that came in at this listener.

    first_byte: until the upstream's first byte. Unset, `60s` for a stream; a whole answer, which comes at its end, has the listener's `timeout`.
    idle: between two bytes of an answer.
    total: of the whole exchange. Unset, a stream has none and a whole answer has the listener's `timeout`.
    """

    first_byte: Duration | None = None
    idle: Duration = 300.0
    total: Duration | None = None


class ListenerTls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificate that this listener shows; with it, only TLS is spoken there.

    cert: file with the certificate, then those that lead to its authority (PEM). Relative to the folder of this file.
    key: file with its private key, without a passphrase (PEM). Relative to the folder of this file.
    """

    cert: FilePath
    key: FilePath


class Cors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The web pages that may call this listener from a browser. Of programs that are no browser, nothing is asked.

    allow_origins: where the pages come from, such as `https://app.example` or `http://localhost:3000`; `*` is every page there is.
    """

    allow_origins: tuple[WebOrigin, ...]


class ListenerAgent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the agents that answer at a listener of type `agent`.

    id: the `id` of an entry of `agents`.
    description: what it is for, in words that the router chooses by.
    default: whether it answers where none of them fits. One agent of a listener at most.
    input_filters: ids of `filters` or `agents` that see a request before this agent does, in this order.
    """

    id: str
    description: Prose
    default: bool = False
    input_filters: tuple[Text, ...] = ()


class Listener(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that clients connect to.

    type: what it serves. `model` serves the model APIs, `agent` the agents of its list, `prompt` the `prompt_targets`.
    name: its label in logs and metrics.
    address: the interface to bind. `127.0.0.1` keeps it to this machine.
    port: the port to bind. Unset, `12000` for type `model` and `10000` for `prompt`; one of type `agent` must have it written.
    timeout: of a whole answer; until the answer is committed, of all tries together.
    timeouts: finer ones.
    shutdown_timeout: how long running answers may take to come to their end once the gateway stops, or reads a changed file.
    max_retries: how often a request is tried again at the same provider, `0` to `10`, as long as nothing of an answer went to the client: after 408,
        429 and 5xx, and after a connection that could not be made or was lost. Before it there is a pause of 0.5 s that doubles up to 5 s, or the
        one that `Retry-After` asks for, up to a minute. `timeout` holds for all tries together.
    client_keys: the credentials of which a client must send one, as `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`; each as
        `$VARIABLE` or as it is. It is never sent on: for a provider with `passthrough_auth`, a client sends its own credential in another of them.
        Unset, anyone who can connect is served.
    tls: serve TLS. Unset, plain HTTP is served.
    cors: the web pages that may call this listener. Unset, none.
    router: what chooses among the agents.
    agents: those that answer here.
    input_filters: ids of `filters` or `agents` that see a request before anything else does, in this order.
    output_filters: ids of `filters` or `agents` that see an answer before the client does, in this order.
    """

    type: Literal["model", "prompt", "agent"]
    name: str
    address: Address = "0.0.0.0"  # noqa: S104 - what a container needs, and what existing configs count on; a warning says what it means
    port: Port = 0  # by type
    timeout: Duration = 300.0
    timeouts: ListenerTimeouts = ListenerTimeouts()
    shutdown_timeout: Duration = 300.0
    max_retries: Retries = 0
    client_keys: tuple[ClientKey, ...] = ()
    tls: ListenerTls | None = None
    cors: Cors | None = None
    router: Literal["plano_orchestrator_v1"] | None = None
    agents: tuple[ListenerAgent, ...] = ()
    input_filters: tuple[Text, ...] = ()
    output_filters: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if not self.port:
            structs.force_setattr(self, "port", _PORTS.get(self.type, 0))

    def __repr__(self) -> str:
        return f"Listener({self.name})"  # it holds keys, and a repr ends up in logs
