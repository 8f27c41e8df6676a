"""Where a request goes: the path of an upstream request, and what a `base_url` says of it."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from msgspec import Struct

from planoai.errors import Misconfigured, Unsupported
from planoai.providers.provider import Endpoint, Provider

API_VERSION = "2025-01-01-preview"

BESIDE = "openai_chat"  # the dialect that everything beside model calls stands next to
_OF_CHAT = "chat/completions"
_OF_RESPONSES = "responses/"

_USUAL: Mapping[str, Endpoint] = {
    "openai_chat": Endpoint("v1", _OF_CHAT),
    "anthropic_messages": Endpoint("v1", "messages"),
    "openai_responses": Endpoint("v1", "responses"),
    "bedrock_converse": Endpoint("", "model/{model}/converse", stream="model/{model}/converse-stream"),
}

_COUNTING: Mapping[str, str] = {
    "anthropic_messages": "messages/count_tokens",
    "openai_responses": "responses/input_tokens",
    "bedrock_converse": "model/{model}/count-tokens",
}


class Base(Struct, frozen=True):
    """A provider's address, taken apart. `origin` has no path, `prefix` no outer slashes; `headers` are those that go with this address."""

    origin: str
    prefix: str
    headers: tuple[tuple[str, str], ...] = ()


def base(provider: Provider, base_url: str | None = None, model: str = "") -> Base:
    """Where `provider` is, or is said to be by the `base_url` of an entry for `model`. Raises Misconfigured when neither gives an address."""
    url = base_url or provider.base_url
    if url is None:
        raise Misconfigured(f"{provider.name} has no address of its own: give it a `base_url`")
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    origin = f"{parts.scheme.lower()}://{parts.netloc}"
    for variant in provider.variants:
        if prefix == variant.prefix and (model == variant.model if variant.model else parts.hostname == variant.host):
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

    `prefix` is the path of the entry's `base_url`: it replaces the provider's usual one and is not put before it. Raises Unsupported for a model
    that would not be a part of the path but a step in it.
    """
    endpoint = provider.endpoints.get(dialect) or _USUAL[dialect]
    suffix = endpoint.stream if stream and endpoint.stream else endpoint.suffix
    return _under(prefix.strip("/") or endpoint.prefix, _filled(suffix, model, api_version))


def path_beside(
    provider: Provider, suffix: str, *, model: str, prefix: str = "", api_version: str = API_VERSION
) -> str:
    """The path of what providers that speak OpenAI's APIs have beside their model calls: `embeddings`, `images/generations`.

    Raises Unsupported for a provider that speaks none of them.
    """
    if not {BESIDE, "openai_responses"}.intersection(provider.speaks):
        raise Unsupported(f"{provider.name} has no API for {suffix!r}", param="model")
    endpoint = provider.endpoints.get(BESIDE) or _USUAL[BESIDE]
    place = _filled(endpoint.suffix, model, api_version).replace(_OF_CHAT, suffix)
    responses = provider.endpoints.get("openai_responses")
    if responses is not None and suffix.startswith(_OF_RESPONSES):
        # Azure has them elsewhere than what belongs to one deployment.
        endpoint, place = responses, responses.suffix + suffix.removeprefix(_OF_RESPONSES.rstrip("/"))
    return _under(prefix.strip("/") or endpoint.prefix, place)


def counting(provider: Provider, dialect: str, *, model: str, prefix: str = "", api_version: str = API_VERSION) -> str:
    """The path at which `provider` counts the tokens of a conversation in `dialect`. Raises Unsupported for an API that can not be asked."""
    suffix = _COUNTING.get(dialect)
    if suffix is None:
        raise Unsupported(f"{provider.name} can not be asked to count tokens", param="model")
    endpoint = provider.endpoints.get(dialect) or _USUAL[dialect]
    return _under(prefix.strip("/") or endpoint.prefix, _filled(suffix, model, api_version))


def _filled(suffix: str, model: str, api_version: str) -> str:
    if "{" not in suffix:
        return suffix
    if model in {".", ".."}:
        raise Unsupported(f"{model!r} is no name of a model: it can not be a part of a path", param="model")
    # A Bedrock inference profile is an ARN, with slashes; its colons stay.
    return suffix.replace("{model}", quote(model, safe=":")).replace("{api_version}", quote(api_version, safe=""))


def _under(start: str, suffix: str) -> str:
    return f"/{start}/{suffix}" if start else f"/{suffix}"
