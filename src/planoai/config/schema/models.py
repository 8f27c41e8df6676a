"""The models that can be asked for, and other names for them."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from planoai.config.kinds import (
    Credential,
    Dollars,
    Duration,
    HeaderName,
    HeaderValue,
    Host,
    Interface,
    Prose,
    Region,
    Url,
    Weight,
)
from planoai.providers.paths import API_VERSION
from planoai.providers.provider import Override


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


class Endpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A replica of the model, or another key to it. It has an address or a key of its own, or both.

    base_url: where it is. Unset, where the entry's provider is.
    access_key: its key, as `$VARIABLE` or as it is. Unset, the entry's.
    weight: its part of the requests, beside the weights of the others, `1` to `1000`.
    """

    base_url: Url | None = None
    access_key: Credential | None = None
    weight: Weight = 1

    def __repr__(self) -> str:
        return f"Endpoint(weight={self.weight})"  # it holds a key, and a repr ends up in logs


class Price(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model costs, in US dollars for a million tokens.

    input: of the request.
    output: of the answer.
    cache_read: of the request, where the provider has them in its cache. Unset, `input`.
    cache_write: of the request, where the provider puts them into its cache. Unset, 1.25 times `input`.
    """

    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None


class Inline(Struct, frozen=True, forbid_unknown_fields=True):
    """A preference where versions before v0.4.0 have it.

    name: what kind of request it is about. Unset, the entry is passed over.
    description: which requests are of that kind.
    """

    name: str = ""
    description: Prose = ""


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
    endpoints: several keys or replicas of this one model.
    balance: which of the `endpoints` gets a request. `weighted`: by their weights; `least_pending`: the one with the fewest running requests;
        `prefix`: the same one for requests that begin alike.
    price: what the model costs. Unset, what the price list says.
    routing_preferences: the old place of preferences. Those of a file before v0.4.0 are read as `routing_preferences` at the top level; later they
        do nothing.
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
    endpoints: tuple[Endpoint, ...] = ()
    balance: Literal["weighted", "least_pending", "prefix"] = "weighted"
    price: Price | None = None
    routing_preferences: tuple[Inline, ...] = ()

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
