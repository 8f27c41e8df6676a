"""The shape of one row: everything that makes a provider different from the next, so that no code elsewhere has to ask which one it is."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from planoai.apis.dialect import Accepts
from planoai.providers.auth import Sign, by_dialect

Override = Literal["chat", "messages", "responses"]

_DIALECT_OF: Mapping[Override, str] = {
    "chat": "openai_chat",
    "messages": "anthropic_messages",
    "responses": "openai_responses",
}


class Endpoint(Struct, frozen=True):
    """Where a dialect is under an address. `prefix` is replaced by the path of a `base_url`, `suffix` follows either.

    `{model}` and `{api_version}` in a suffix are filled in; `stream` is the suffix of streams where it is another.
    """

    prefix: str
    suffix: str
    stream: str = ""


class Variant(Struct, frozen=True):
    """A `base_url` that vendors publish and that is not what their API needs: at `host`, the path `prefix` becomes `instead`.

    With a `model`, it is so for that model at any host.
    """

    host: str
    prefix: str
    instead: str
    headers: tuple[tuple[str, str], ...] = ()
    model: str = ""


class Provider(Struct, frozen=True, kw_only=True):
    """One row.

    `display`: its name in lists of models. `aliases`: other names it is known by. `base_url`: its built-in address, with a path where it has
    one. `needs_base_url`: there is no address that would be right for everyone. `own_prefix`: may begin a `model`; without it the prefix is
    the operator's own, with `base_url` and `provider_interface` beside it, and the row says how that upstream differs. `elsewhere`: the row
    that stands for this one when another server speaks its API. `speaks`: dialects, the first for clients whose own is not among them.
    `endpoints`: per dialect, where it is not the usual place. `variants`: see Variant. `key_variable`: where its key usually is;
    `other_variables`: where some people have it. `sign`: how the key is sent. `without_key`: what to do when an entry has no key and no address
    of its own. `headers`: sent with every request; `header_variables`: the same from the environment, where it has them. `accepts`: what it
    takes beyond the common part of its API. `models`: its key in the list of models. `yields`: headers of ours that a client of the same API may
    send its own of. `yields_shown_by`: of those, the ones that every client sends, each with the header of who means it. `per_start`: headers
    that are a UUID, a new one whenever the gateway starts. `seals`: requests may be signed with AWS keys in place of a key that is sent;
    `aws_variables`: where their id, their secret, the token of a session and the region usually are.
    """

    name: str
    display: str
    aliases: tuple[str, ...] = ()
    base_url: str | None = None
    needs_base_url: bool = False
    own_prefix: bool = True
    elsewhere: str | None = None
    speaks: tuple[str, ...] = ("openai_chat",)
    endpoints: Mapping[str, Endpoint] = {}
    variants: tuple[Variant, ...] = ()
    key_variable: str | None = None
    other_variables: tuple[str, ...] = ()
    sign: Sign = by_dialect
    without_key: Literal["refuse", "go_on", "pass_through"] = "refuse"
    headers: tuple[tuple[str, str], ...] = ()
    header_variables: tuple[tuple[str, str], ...] = ()
    accepts: Accepts = Accepts()
    models: str | None = None
    yields: tuple[str, ...] = ()
    yields_shown_by: Mapping[str, str] = {}
    per_start: tuple[str, ...] = ()
    seals: bool = False
    aws_variables: tuple[str, str, str, str] | None = None


def upstream_dialect(provider: Provider, client_dialect: str, override: Override | None = None) -> str:
    """The dialect to speak to `provider` for a client of `client_dialect`: the client's own where the provider has it, so that bytes can stay."""
    if override is not None:
        return _DIALECT_OF[override]
    return client_dialect if client_dialect in provider.speaks else provider.speaks[0]
