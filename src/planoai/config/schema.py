"""The shape of the file, whole: what is not a field here is not a key there. The reference page is made from these structs.

A field's line in its struct's docstring is its documentation. Durations are seconds once read. A field that may be None has a default which the
rest of the file decides; `planoai.config.entry` says which.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from planoai.config.kinds import Address, Credential, Duration, HeaderName, HeaderValue, Host, Interface, Port, Url
from planoai.providers.paths import API_VERSION
from planoai.providers.provider import Override

Version = Literal["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0", "v0.4.0"]


class ListenerTimeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """Of one request that came in at this listener.

    first_byte: until the upstream's first byte.
    idle: between two bytes of an answer.
    total: of the whole exchange. Unset, a stream has none and a whole answer has the listener's `timeout`.
    """

    first_byte: Duration = 60.0
    idle: Duration = 300.0
    total: Duration | None = None


class Listener(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that clients connect to.

    type: what it serves. `model` serves the model APIs.
    name: its label in logs and metrics.
    address: the interface to bind. `127.0.0.1` keeps it to this machine.
    port: the port to bind.
    timeout: of a whole answer; until the answer is committed, of all tries together.
    timeouts: finer ones.
    """

    type: Literal["model"]
    name: str
    address: Address = "0.0.0.0"  # noqa: S104 - what a container needs, and what existing configs count on; a warning says what it means
    port: Port = 12000
    timeout: Duration = 300.0
    timeouts: ListenerTimeouts = ListenerTimeouts()


class ProviderTimeouts(Struct, frozen=True, forbid_unknown_fields=True):
    """Of one request to this provider.

    connect: until the connection stands, TLS included. Unset, `5s`.
    first_byte: until its first byte. Unset, the listener's.
    idle: between two bytes of its answer. Unset, the listener's.
    """

    connect: Duration | None = None
    first_byte: Duration | None = None
    idle: Duration | None = None


class ModelProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model, or all models, of one provider.

    model: `<provider>/<model id>`, or `<provider>/*` for every model of the provider. A prefix that is no known provider is your own, and needs
        `base_url` and `provider_interface`.
    name: its label, and its id in `/v1/models`. Unset, `model`.
    access_key: the key, as `$VARIABLE` or as it is.
    default: whether it serves requests that name no model. One entry at most, never a wildcard.
    base_url: where the provider is, when not at its usual address. A path in it replaces the usual one.
    passthrough_auth: send the client's own credential on instead of `access_key`.
    http_host: the Host header, with its port if it has one, when not the host of `base_url`.
    provider_interface: the provider whose API is spoken there; only for a prefix of your own.
    headers: sent with every request, after authentication, whatever was there before.
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
    upstream_api: Override | None = None
    api_version: str = API_VERSION
    timeouts: ProviderTimeouts = ProviderTimeouts()

    def __post_init__(self) -> None:
        if not self.name:
            structs.force_setattr(self, "name", self.model)


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """A name of your own for a model.

    target: the model it stands for: a full `<provider>/<model id>`, an entry's `name`, or a model id that only one provider has.
    """

    target: str


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file.

    version: of the format. Older ones are read as the newest, with a warning that says what to write instead.
    listeners: where clients connect. Without a `model` listener, one named `egress_traffic` is added on `0.0.0.0:12000`.
    model_providers: the models that can be asked for.
    model_aliases: names of your own for them.
    """

    version: Version
    listeners: tuple[Listener, ...] = ()
    model_providers: tuple[ModelProvider, ...] = ()
    model_aliases: Mapping[str, Alias] = {}
