"""One configured model: everything a request to it needs that does not depend on the request."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.providers.provider import Override, Provider


class Target(Struct, frozen=True, eq=False):
    """`name` is its label, the id under which it is listed; `full_name` is `provider/model`; `model` is what the upstream calls it.

    `base_url` is None where the provider's own address serves; a path in it replaces the provider's own prefix. Times are seconds, None where
    the listener's apply.
    """

    name: str
    full_name: str
    model: str
    provider: Provider
    base_url: str | None = None
    access_key: str | None = None
    passthrough_auth: bool = False
    http_host: str | None = None
    headers: Mapping[str, str] = {}
    upstream_api: Override | None = None
    api_version: str | None = None
    connect: float = 5.0
    first_byte: float | None = None
    idle: float | None = None
