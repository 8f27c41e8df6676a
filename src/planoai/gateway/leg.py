"""The way from one client API to one configured model: everything about it that does not depend on the request."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from time import gmtime, strftime
from urllib.parse import unquote_plus
from uuid import uuid4

from msgspec import Raw, Struct, structs
from msgspec.json import Encoder

from planoai.apis import DIALECTS
from planoai.apis.dialect import Accepts, Dialect, Written
from planoai.config.entry import Limits, base_of, issuer, lets_nobody_in, needs_key, passes_through, signing_region
from planoai.config.schema import ModelProvider
from planoai.conversation.failure import Failure
from planoai.errors import Misconfigured, Unauthorized, Unsupported
from planoai.gateway.call import Call
from planoai.gateway.headers import JSON, OF_AN_ACCOUNT, Pairs, listing, merged, names_in, onward
from planoai.gateway.redaction import Redaction
from planoai.names import REQUEST_ID, TRACEPARENT, TRACESTATE
from planoai.net.client import Origin, Timeouts
from planoai.providers.auth import (
    BETA,
    CREDENTIAL_HEADERS,
    authorise,
    client_credential,
    secrets_in,
    speaks_of_credential,
)
from planoai.providers.paths import BESIDE, path, path_beside
from planoai.providers.provider import upstream_dialect
from planoai.providers.sigv4 import AwsKeys, sign
from planoai.routing.target import Target
from planoai.table import pick

_ENCODER = Encoder()
_LONGEST_REMEMBERED = 256  # characters of a query: those that come all day are short
_YIELDING = frozenset({b"anthropic-version"})
_OF_MESSAGES = frozenset({b"anthropic-version", BETA})  # a client may send them with whatever it asks
_SESSION_TOKEN = b"x-amz-security-token"
_START = str(uuid4())  # of this process, where a provider wants to know what one program asks
_IDENTITY = (b"accept-encoding", b"identity")  # what is compressed can only be passed on in blocks


class Seal(Struct, frozen=True):
    """What proves to AWS who asks. `besides`: names of headers that the operator writes, in whatever place."""

    keys: AwsKeys
    region: str
    host: str
    besides: frozenset[bytes]


class Leg(Struct, frozen=True, eq=False):
    """`same`: both ends speak the same dialect, so the bytes go through.

    `model`: what the upstream calls it, as JSON. `place`: the origin as text. `fixed`: headers of ours; `withheld`: names of those that stay behind.
    `yielding`: headers of ours that a client of the same dialect may send its own of; of some `shown_by` another one of its headers that it means to.
    `lists`: what of ours belongs into headers that are lists.
    `passes`: the client's own credential goes on. `shut`: nobody is let in there without one.
    `seal`: what requests are signed with, where they are. `issuer`: of the proofs in its answers.
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
    shown_by: Mapping[bytes, bytes]
    lists: Pairs
    passes: bool
    shut: bool
    seal: Seal | None
    issuer: str
    accepts: Accepts
    redaction: Redaction
    name: bytes
    timeouts: Timeouts
    total: float | None

    def address(self, call: Call) -> str:
        """The path to ask for. A query of the client's only means something to an upstream of its own API."""
        path = self.path if self.seal is None else self.path.replace(":", "%3A")  # as AWS's own libraries send it
        query = call.query if self.same else ""
        if query:
            query = (_known_harmless if len(query) <= _LONGEST_REMEMBERED else _harmless)(query)
        if query and "?" in path:
            query = _without(query, path.partition("?")[2])
        if not query:
            return path
        return f"{path}{'&' if '?' in path else '?'}{query}"

    def headers(self, call: Call) -> Pairs:
        """The headers to send, but for what signs them."""
        sent = onward(call.headers, self.withheld, same_dialect=self.same)
        sent += self.fixed
        sent.append((REQUEST_ID, call.request_id.encode()))
        if self.yielding and (untold := [pair for pair in self.yielding if not self._tells(call, pair[0])]):
            sent = merged(sent, untold)
        lists = self.lists
        if self.passes and (credential := client_credential(call.headers)):
            signed = self.target.provider.sign(credential, self.dialect.name)
            free = [pair for pair in signed if pair[0] not in names_in(self.fixed)]
            sent += [pair for pair in free if pair[0] != BETA]
            lists = [pair for pair in free if pair[0] == BETA]
        for name, value in lists:
            sent = listing(sent, name, value)
        return sent

    def _tells(self, call: Call, name: bytes) -> bool:
        """Whether the client sends its own of a header of ours that yields to it."""
        headers = call.headers
        return self.same and None not in (headers.get(name), headers.get(self.shown_by.get(name, name)))

    def signed(self, headers: Pairs, address: str, body: bytes) -> Pairs:
        """`headers`, with those that prove who sends `body` to `address` just now."""
        if (seal := self.seal) is None:
            return headers
        proof = sign(
            seal.keys,
            method="POST",
            host=seal.host,
            target=address,
            headers=tuple(headers),
            body=body,
            region=seal.region,
            service="bedrock",
            date=strftime("%Y%m%dT%H%M%SZ", gmtime()),
        )
        return headers + [pair for pair in proof if pair[0] not in seal.besides]

    def asks_for_nobody(self, call: Call) -> bool:
        """Whether it is for the client to say who asks, and the client does not. Raises Unauthorized where that can only be refused."""
        if not self.passes or client_credential(call.headers) is not None:
            return False
        if self.shut:
            variable = self.target.provider.key_variable
            hint = f", or have the gateway send `{variable}`" if variable else ""
            said = f"{self.target.name!r} wants a credential of yours: send it as `Authorization: Bearer` or `x-api-key`{hint}"
            raise Unauthorized(said)
        return True

    def discreet(self, failure: Failure) -> Failure:
        """`failure` for a client: without our key in any of its texts, and without the address, which only the operator need know."""
        message = failure.message.replace(str(self.origin), repr(self.target.name))
        code, param = self.without_key(failure.code or ""), self.without_key(failure.param or "")
        return structs.replace(failure, message=self.without_key(message), code=code or None, param=param or None)

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
        target, accepts = self.target, self.accepts
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
    place = base_of(entry, target.model)
    named = {"model": target.model, "prefix": place.prefix, "api_version": entry.api_version}
    address = path_beside(provider, suffix, **named) if suffix else path(provider, spoken, **named, stream=stream)
    key = _key(target)
    signed = authorise(provider.sign, spoken, key)
    passes = passes_through(entry)
    own, configured = _configured(entry, target) if passes else ([], _wire(entry.headers.items()))
    host = [(b"host", entry.http_host.encode())] if entry.http_host else []
    ours = [*_wire(place.headers), *_wire((each, _START) for each in provider.per_start), *own, *signed]
    lists = [pair for pair in ours if pair[0] == BETA and BETA not in names_in(configured)]
    ours = [pair for pair in ours if pair[0] != BETA]
    yields = _YIELDING | {each.encode() for each in provider.yields}
    fixed = merged([JSON, _IDENTITY, *host, *(pair for pair in ours if pair[0] not in yields)], configured)
    yielding = [pair for pair in ours if pair[0] in yields - names_in(configured)]
    same = spoken == client_dialect or bool(suffix)
    origin = Origin.parse(place.origin)
    issued = issuer(entry)
    return Leg(
        target=target,
        dialect=pick(DIALECTS, spoken, target.name),
        model=Raw(_ENCODER.encode(target.model)),
        same=same,
        origin=origin,
        place=place.origin,
        path=address,
        fixed=fixed,
        withheld=names_in(fixed)
        | {REQUEST_ID, TRACEPARENT, TRACESTATE}
        | (frozenset() if passes else OF_AN_ACCOUNT)
        | (frozenset() if spoken == "anthropic_messages" else _OF_MESSAGES),
        yielding=yielding,
        shown_by={name.encode(): other.encode() for name, other in provider.yields_shown_by.items()},
        lists=lists,
        passes=passes,
        shut=passes and lets_nobody_in(entry) and CREDENTIAL_HEADERS.isdisjoint(names_in(fixed)),
        seal=_seal(target, entry.http_host or origin.authority, names_in(configured)),
        issuer=issued,
        accepts=structs.replace(provider.accepts, proofs=(issued,)),
        redaction=Redaction([key or "", *_secrets(entry), *secrets_in(entry.headers)]),
        name=target.name.encode(),
        timeouts=Timeouts(
            connect=bound.connect,
            first_byte=bound.first_byte,
            idle=bound.idle,
            total=bound.committed,
        ),
        total=bound.total,
    )


def _configured(entry: ModelProvider, target: Target) -> tuple[Pairs, Pairs]:
    """Of the headers of an entry that sends clients' own credentials: those that say whose they are, as the client may too, and all others."""
    told = {name for name, _ in target.provider.header_variables}
    own = [pair for pair in entry.headers.items() if pair[0] in told]
    return _wire(own), _wire(pair for pair in entry.headers.items() if pair not in own)


def _seal(target: Target, host: str, configured: frozenset[bytes]) -> Seal | None:
    aws = target.entry.aws
    if aws is None or b"authorization" in configured:
        return None
    region = signing_region(target.entry, aws)
    if region is None:
        raise Misconfigured(f"the region of the model provider {target.name!r} is not known: set it as `aws.region`")
    token = aws.session_token if _SESSION_TOKEN not in configured else None
    return Seal(AwsKeys(aws.access_key_id, aws.secret_access_key, token or ""), region, host, configured)


def _secrets(entry: ModelProvider) -> tuple[str, ...]:
    return (entry.aws.secret_access_key, entry.aws.session_token or "") if entry.aws else ()


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
        hint += ", or `aws`" if target.provider.seals else ""
        raise Misconfigured(f"no access key is configured for the model provider {target.name!r}{hint}")
    return target.entry.access_key


def _wire(headers: Iterable[tuple[str, str]]) -> Pairs:
    return [(name.lower().encode(), value.encode()) for name, value in headers]


def _harmless(query: str) -> str:
    """A client's query without what may be a credential of the client's."""
    return "&".join(each for each in query.split("&") if not speaks_of_credential(_named(each)))


def _without(query: str, ours: str) -> str:
    """A client's query without what our own says: of two answers to one question an upstream may take either, or none."""
    told = {_named(each) for each in ours.split("&")}
    return "&".join(each for each in query.split("&") if _named(each) not in told)


def _named(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0])


_known_harmless = lru_cache(256)(_harmless)
