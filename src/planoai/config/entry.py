"""What an entry of `model_providers` means once its provider's row and its listener are beside it."""

from urllib.parse import urlsplit

from msgspec import Struct

from planoai.config.schema import Aws, Listener, ModelProvider, Overrides
from planoai.errors import Misconfigured
from planoai.providers.auth import CREDENTIAL_NAMES
from planoai.providers.catalog import find, serving
from planoai.providers.paths import Base, base
from planoai.providers.provider import Provider
from planoai.providers.sigv4 import region_of

FIRST_BYTE = 60.0  # seconds that a stream may take to begin


class Limits(Struct, frozen=True):
    """How long one request to one provider may take, in seconds, from when it is sent.

    `committed`: until there is something to tell the client, a whole answer to its end. `total` None: a stream lasts as long as bytes keep coming.
    """

    connect: float
    first_byte: float
    idle: float
    committed: float
    total: float | None


def prefix(entry: ModelProvider) -> str:
    """What stands before the first slash of `model`."""
    return entry.model.partition("/")[0]


def model_id(entry: ModelProvider) -> str:
    """What the upstream calls the model; `*` in a wildcard."""
    return entry.model.partition("/")[2]


def is_wildcard(entry: ModelProvider) -> bool:
    return model_id(entry) == "*"


def provider_of(entry: ModelProvider) -> Provider:
    """The row that says how to speak to this entry's upstream. Raises Misconfigured where there is none; a loaded config always has one."""
    row = serving(prefix(entry), entry.provider_interface)
    if row is None:
        raise Misconfigured(f"{entry.name}: no provider is known for {prefix(entry)!r}")
    return row


def base_of(entry: ModelProvider, model: str = "") -> Base:
    """Origin, path prefix and fixed headers of this entry's upstream; some of them differ for one `model`."""
    return base(provider_of(entry), entry.base_url, model)


def is_vendors(entry: ModelProvider) -> bool:
    """Whether its prefix names its provider, and not a server of the operator's that only speaks like one."""
    return find(prefix(entry)) is provider_of(entry)


def issuer(entry: ModelProvider) -> str:
    """Who issues the proofs in this entry's answers: its provider, or what the operator calls another server."""
    return provider_of(entry).name if is_vendors(entry) else prefix(entry).lower()


def passes_through(entry: ModelProvider) -> bool:
    """Whether the client's own credential goes on to this upstream."""
    usual = is_vendors(entry) and provider_of(entry).without_key == "pass_through"
    return entry.passthrough_auth or (entry.access_key is None and usual)


def has_credential(entry: ModelProvider) -> bool:
    """Whether it is written, or comes with each request, by what the upstream is to know who asks."""
    return (
        entry.access_key is not None
        or entry.aws is not None
        or passes_through(entry)
        or not CREDENTIAL_NAMES.isdisjoint(entry.headers)
    )


def lets_nobody_in(entry: ModelProvider) -> bool:
    """Whether this upstream answers no request without a credential: true of vendors' addresses, not of servers of your own.

    Where a vendor has no address that is right for everyone, the one that is written is still the vendor's.
    """
    row = provider_of(entry)
    vendors = entry.base_url is None or (row.own_prefix and row.needs_base_url and is_vendors(entry))
    return vendors and row.without_key != "go_on"


def needs_key(entry: ModelProvider) -> bool:
    """Whether a request can not be sent because no credential is configured, and none of the client's goes on."""
    return lets_nobody_in(entry) and not has_credential(entry)


def signing_region(entry: ModelProvider, aws: Aws) -> str | None:
    """The region of `aws`, else the one that the host of this entry's upstream tells."""
    return aws.region or region_of(entry.http_host or urlsplit(entry.base_url or "").hostname or "")


def limits(listener: Listener, entry: ModelProvider, overrides: Overrides, *, stream: bool) -> Limits:
    """The entry's own timeouts, else the listener's; for connecting, else the one of `overrides`."""
    own, shared = entry.timeouts, listener.timeouts
    whole = listener.timeout if shared.total is None else shared.total
    usual = FIRST_BYTE if stream else whole
    first_byte = shared.first_byte if own.first_byte is None else own.first_byte
    committed = min(listener.timeout, whole) if stream else whole
    return Limits(
        connect=overrides.upstream_connect_timeout if own.connect is None else own.connect,
        first_byte=min(usual if first_byte is None else first_byte, committed),
        idle=shared.idle if own.idle is None else own.idle,
        committed=committed,
        total=shared.total if stream else whole,
    )
