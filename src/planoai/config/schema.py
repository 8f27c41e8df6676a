"""The shape of the file, whole: what is not a field here is not a key there. The reference page is made from these structs.

A field's line in its struct's docstring is its documentation. Durations are seconds once read. A field that may be None has a default which the
rest of the file decides; `planoai.config.entry` says which.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from planoai.config.kinds import (
    Address,
    ClientKey,
    Credential,
    Duration,
    FilePath,
    HeaderName,
    HeaderValue,
    Host,
    Interface,
    Port,
    Region,
    Retries,
    Url,
    WebOrigin,
    Workers,
)
from planoai.providers.paths import API_VERSION
from planoai.providers.provider import Override

Version = Literal["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0", "v0.4.0"]


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


class Listener(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that clients connect to.

    type: what it serves. `model` serves the model APIs.
    name: its label in logs and metrics.
    address: the interface to bind. `127.0.0.1` keeps it to this machine.
    port: the port to bind.
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
    """

    type: Literal["model"]
    name: str
    address: Address = "0.0.0.0"  # noqa: S104 - what a container needs, and what existing configs count on; a warning says what it means
    port: Port = 12000
    timeout: Duration = 300.0
    timeouts: ListenerTimeouts = ListenerTimeouts()
    shutdown_timeout: Duration = 300.0
    max_retries: Retries = 0
    client_keys: tuple[ClientKey, ...] = ()
    tls: ListenerTls | None = None
    cors: Cors | None = None

    def __repr__(self) -> str:
        return f"Listener({self.name})"  # it holds keys, and a repr ends up in logs


class ProviderTimeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """Of one request to this provider.

    connect: until the connection stands, TLS included. Unset, `overrides.upstream_connect_timeout`.
    first_byte: until its first byte. Unset, the listener's.
    idle: between two bytes of its answer. Unset, the listener's.
    """

    connect: Duration | None = None
    first_byte: Duration | None = None
    idle: Duration | None = None


class Aws(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of AWS, with which every request is signed: the secret is not sent.

    access_key_id: the id of the key, as `$VARIABLE` or as it is.
    secret_access_key: the key itself.
    session_token: what goes with keys that are lent for a while.
    region: where the models are. Unset, the region in the host of `base_url`, else `$AWS_REGION`.
    """

    access_key_id: Credential
    secret_access_key: Credential
    session_token: Credential | None = None
    region: Region | None = None

    def __repr__(self) -> str:
        return f"Aws(region={self.region!r})"  # it holds a key, and a repr ends up in logs


class ModelProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model, or all models, of one provider.

    model: `<provider>/<model id>`, or `<provider>/*` for every model of the provider. A prefix that is no known provider is your own, and needs
        `base_url` and `provider_interface`.
    name: its label, and its id in `/v1/models`. Unset, `model`.
    access_key: the key, as `$VARIABLE` or as it is.
    default: whether it serves requests that name no model. One entry at most, never a wildcard.
    base_url: where the provider is, when not at its usual address. A path in it replaces the usual one.
    passthrough_auth: send the client's own credential on instead of `access_key`. For `chatgpt` it is so wherever there is no `access_key`.
    http_host: the Host header, with its port if it has one, when not the host of `base_url`.
    provider_interface: the provider whose API is spoken there; only for a prefix of your own.
    headers: sent with every request, after authentication, whatever was there before.
    aws: of Amazon Bedrock, keys to sign with instead of an `access_key`. Unset where there is no `access_key` either, `$AWS_ACCESS_KEY_ID`,
        `$AWS_SECRET_ACCESS_KEY` and `$AWS_SESSION_TOKEN`.
    upstream_api: the API to speak to it, when not the provider's usual one.
    api_version: of Azure's API.
    timeouts: its own, where they differ from the listener's.
    """

    model: str
    name: str = ""
    access_key: Credential | None = None
    default: bool = False
    base_url: Url | None = None
    passthrough_auth: bool = False
    http_host: Host | None = None
    provider_interface: Interface | None = None
    headers: Mapping[HeaderName, HeaderValue] = {}
    aws: Aws | None = None
    upstream_api: Override | None = None
    api_version: str = API_VERSION
    timeouts: ProviderTimeouts = ProviderTimeouts()

    def __post_init__(self) -> None:
        if not self.name:
            structs.force_setattr(self, "name", self.model)

    def __repr__(self) -> str:
        return f"ModelProvider({self.name})"  # it holds a key, and a repr ends up in logs


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """A name of your own for a model.

    target: the model it stands for: a full `<provider>/<model id>`, an entry's `name`, or a model id that only one provider has.
    """

    target: str


class Overrides(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for everything, unless an entry says otherwise. A key that is not known here is passed over with a warning.

    upstream_connect_timeout: until a connection to a provider stands, TLS included.
    upstream_tls_ca_path: file with the authorities whose certificates are believed of providers (PEM). Relative to the folder of this file. Unset,
        the authorities of this machine.
    """

    upstream_connect_timeout: Duration = 5.0
    upstream_tls_ca_path: FilePath | None = None


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file.

    version: of the format. Older ones are read as the newest, with a warning that says what to write instead.
    listeners: where clients connect. Without a `model` listener, one named `egress_traffic` is added on `0.0.0.0:12000`.
    model_providers: the models that can be asked for.
    model_aliases: names of your own for them.
    overrides: what holds for everything.
    workers: processes that serve, `1` to `256`; `auto` is one for each core.
    """

    version: Version
    listeners: tuple[Listener, ...] = ()
    model_providers: tuple[ModelProvider, ...] = ()
    model_aliases: Mapping[str, Alias] = {}
    overrides: Overrides = Overrides()
    workers: Workers = 1
