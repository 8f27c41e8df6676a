"""Where a request goes: the path of an upstream request, and what a `base_url` says of it."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from msgspec import Struct

from planoai.errors import Misconfigured
from planoai.providers.provider import Endpoint, Provider

API_VERSION = "2025-01-01-preview"

_USUAL: Mapping[str, Endpoint] = {
    "openai_chat": Endpoint("v1", "chat/completions"),
    "anthropic_messages": Endpoint("v1", "messages"),
    "openai_responses": Endpoint("v1", "responses"),
    "bedrock_converse": Endpoint("", "model/{model}/converse", stream="model/{model}/converse-stream"),
}


class Base(Struct, frozen=True):
    """A provider's address, taken apart. `origin` has no path, `prefix` no outer slashes; `headers` are those that go with this address."""

    origin: str
    prefix: str
    headers: tuple[tuple[str, str], ...] = ()


def base(provider: Provider, base_url: str | None = None) -> Base:
    """Where `provider` is, or is said to be by an entry's `base_url`. Raises Misconfigured when neither gives an address."""
    url = base_url or provider.base_url
    if url is None:
        raise Misconfigured(f"{provider.name} has no address of its own: give it a `base_url`")
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    origin = f"{parts.scheme.lower()}://{parts.netloc}"
    for variant in provider.variants:
        if parts.hostname == variant.host and prefix == variant.prefix:
            return Base(origin, variant.instead, provider.headers + variant.headers)
    return Base(origin, prefix, provider.headers)


def path(
    provider: Provider,
    dialect: str,
    *,
    model: str,
    prefix: str = "",
    stream: bool = False,
    api_version: str = API_VERSION,
) -> str:
    """The path, and the query where there is one, of a request for `model` in `dialect`.

    `prefix` is the path of the entry's `base_url`: it replaces the provider's usual one and is not put before it.
    """
    endpoint = provider.endpoints.get(dialect) or _USUAL[dialect]
    suffix = endpoint.stream if stream and endpoint.stream else endpoint.suffix
    if "{" in suffix:
        # A Bedrock inference profile is an ARN, with slashes; its colons stay.
        suffix = suffix.replace("{model}", quote(model, safe=":")).replace("{api_version}", quote(api_version, safe=""))
    start = prefix.strip("/") or endpoint.prefix
    return f"/{start}/{suffix}" if start else f"/{suffix}"
