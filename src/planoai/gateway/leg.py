"""The way from one client API to one configured model: everything about it that does not depend on the request."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote_plus
from uuid import uuid4

from msgspec import Raw, Struct, structs
from msgspec.json import Encoder

from planoai.apis import DIALECTS
from planoai.apis.dialect import Dialect, Written
from planoai.config.entry import Limits, base_of, needs_key, passes_through
from planoai.errors import Misconfigured, Unsupported
from planoai.gateway.call import Call
from planoai.gateway.headers import JSON, OF_AN_ACCOUNT, Pairs, merged, names_in, onward
from planoai.gateway.redaction import Redaction
from planoai.names import REQUEST_ID
from planoai.net.client import Origin, Timeouts
from planoai.providers.auth import authorise, client_credential, secrets_in, speaks_of_credential
from planoai.providers.paths import BESIDE, beside, path
from planoai.providers.provider import upstream_dialect
from planoai.routing.target import Target
from planoai.table import pick

_ENCODER = Encoder()
_LONGEST_REMEMBERED = 256  # characters of a query: those that come all day are short
_YIELDING = frozenset({b"anthropic-version"})
_START = str(uuid4())  # of this process, where a provider wants to know what one program asks
_IDENTITY = (b"accept-encoding", b"identity")  # what is compressed can only be passed on in blocks


class Leg(Struct, frozen=True, eq=False):
    """`same`: both ends speak the same dialect, so the bytes go through.

    `model`: what the upstream calls it, as JSON. `place`: the origin as text. `fixed`: headers of ours; `withheld`: names of those that stay behind.
    `yielding`: headers of ours that a client of the same dialect may send its own of. `passes`: the client's own credential goes on.
    `redaction`: of the credentials of ours that are sent. `name`: the target's, as a header tells it.
    `timeouts` hold until the client is told something, `total` for all of the answer.
    """

    target: Target
    dialect: Dialect
    model: Raw
    same: bool
    origin: Origin
    place: str
    path: str
    fixed: Pairs
    withheld: frozenset[bytes]
    yielding: Pairs
    passes: bool
    redaction: Redaction
    name: bytes
    timeouts: Timeouts
    total: float | None

    def address(self, call: Call) -> str:
        """The path to ask for. A query of the client's only means something to an upstream of its own API."""
        query = call.query if self.same else ""
        if query:
            query = (_known_harmless if len(query) <= _LONGEST_REMEMBERED else _harmless)(query)
        if not query:
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"

    def headers(self, call: Call) -> Pairs:
        """The headers to send."""
        sent = onward(call.headers, self.withheld, same_dialect=self.same)
        sent += self.fixed
        sent.append((REQUEST_ID, call.request_id.encode()))
        if self.yielding:
            sent += [pair for pair in self.yielding if not self.same or call.headers.get(pair[0]) is None]
        if self.passes and (credential := client_credential(call.headers)):
            signed = self.target.provider.sign(credential, self.dialect.name)
            sent += [pair for pair in signed if pair[0] not in names_in(self.fixed)]
        return sent

    def discreet(self, text: str) -> str:
        """`text` for a client: without our key, and without the address, which only the operator need know."""
        return self.without_key(text.replace(str(self.origin), repr(self.target.name)))

    def without_key(self, text: str) -> str:
        """`text` without our credentials, which some upstreams repeat when they refuse them."""
        return self.redaction.text(text)

    def without_key_in_errors(self, events: bytes) -> bytes:
        """Events for a client, of which one may be an error: what a model says is never touched."""
        return self.redaction.errors(events)

    def without_key_in_headers(self, pairs: Pairs) -> Pairs:
        return self.redaction.headers(pairs)

    def write(self, call: Call) -> Written:
        """The body to send. Raises ClientError for what this upstream can not be asked."""
        target, accepts = self.target, self.target.provider.accepts
        if accepts.only_streams and bytes(call.fields.get("stream", b"")) == b"false":
            raise Unsupported(f"stream: {target.name!r} only answers with streams", param="stream")
        if not self.same:
            asked = structs.replace(call.conversation, model=target.model, betas=_betas(call))
            return self.dialect.upstream.write_request(asked, accepts)
        fields = call.fields if target.model == call.head.model else {**call.fields, "model": self.model}
        adapted = self.dialect.upstream.adapt(fields, call.head, accepts)
        return Written(_ENCODER.encode(adapted.fields), adapted.lost)


def leg_to(target: Target, client_dialect: str, bound: Limits, *, stream: bool, suffix: str = "") -> Leg:
    """From clients of one dialect to `target`, within `bound`. Raises Misconfigured where a key is needed and there is none.

    With a `suffix`, such as `embeddings`, it leads to what an upstream has beside its model calls: nothing is translated there.
    """
    entry, provider = target.entry, target.provider
    spoken = BESIDE if suffix else upstream_dialect(provider, client_dialect, entry.upstream_api)
    place = base_of(entry)
    named = {"model": target.model, "prefix": place.prefix, "api_version": entry.api_version}
    address = beside(provider, suffix, **named) if suffix else path(provider, spoken, **named, stream=stream)
    key = _key(target)
    signed = authorise(provider.sign, spoken, key)
    configured = _wire(entry.headers.items())
    host = [(b"host", entry.http_host.encode())] if entry.http_host else []
    ours = [*_wire(place.headers), *_wire((each, _START) for each in provider.per_start), *signed]
    yields = _YIELDING | {each.encode() for each in provider.yields}
    fixed = merged([JSON, _IDENTITY, *host, *(pair for pair in ours if pair[0] not in yields)], configured)
    yielding = [pair for pair in ours if pair[0] in yields - names_in(configured)]
    same = spoken == client_dialect or bool(suffix)
    return Leg(
        target=target,
        dialect=pick(DIALECTS, spoken, target.name),
        model=Raw(_ENCODER.encode(target.model)),
        same=same,
        origin=Origin.parse(place.origin),
        place=place.origin,
        path=address,
        fixed=fixed,
        withheld=names_in(fixed)
        | {REQUEST_ID}
        | (frozenset() if passes_through(entry) else OF_AN_ACCOUNT)
        | (frozenset() if same else names_in(yielding)),
        yielding=yielding,
        passes=passes_through(entry),
        redaction=Redaction([key or "", *secrets_in(entry.headers)]),
        name=target.name.encode(),
        timeouts=Timeouts(
            connect=bound.connect,
            first_byte=bound.first_byte,
            idle=bound.idle,
            total=bound.committed,
        ),
        total=bound.total,
    )


def _betas(call: Call) -> tuple[str, ...]:
    told = b",".join(call.headers.all(call.client.beta_header)).decode("latin-1")
    return tuple(each.strip() for each in told.split(",") if each.strip())


def _key(target: Target) -> str | None:
    """The configured key, where it is the configured one that is sent."""
    if passes_through(target.entry):
        return None
    if needs_key(target.entry):
        variable = target.provider.key_variable
        hint = f": set `access_key: ${variable}`" if variable else ""
        raise Misconfigured(f"no access key is configured for the model provider {target.name!r}{hint}")
    return target.entry.access_key


def _wire(headers: Iterable[tuple[str, str]]) -> Pairs:
    return [(name.lower().encode(), value.encode()) for name, value in headers]


def _harmless(query: str) -> str:
    """A client's query without what may be a credential of the client's."""
    return "&".join(each for each in query.split("&") if not speaks_of_credential(unquote_plus(each.partition("=")[0])))


_known_harmless = lru_cache(256)(_harmless)
