"""The way from one client API to one configured model: everything about it that does not depend on the request."""

from msgspec import Raw, Struct, structs
from msgspec.json import Encoder

from planoai.apis import DIALECTS
from planoai.apis.dialect import Dialect, Written
from planoai.errors import Misconfigured
from planoai.gateway.call import Call
from planoai.gateway.headers import Pairs, merged, onward
from planoai.net.client import Origin, Timeouts
from planoai.providers.auth import authorise, client_credential
from planoai.providers.paths import API_VERSION, base, path
from planoai.providers.provider import upstream_dialect
from planoai.routing.target import Target
from planoai.table import pick

_ENCODER = Encoder()
_JSON = (b"content-type", b"application/json")
_IDENTITY = (b"accept-encoding", b"identity")  # what is compressed can only be passed on in blocks


class Waits(Struct, frozen=True):
    """A listener's time limits in seconds. `whole` bounds a whole answer, `total` any; a stream may otherwise last as long as it goes on."""

    first_byte: float
    idle: float
    total: float | None
    whole: float


class Leg(Struct, frozen=True, eq=False):
    """`same`: both ends speak the same dialect, so the bytes go through. `own` and `configured` are headers that win over the client's."""

    target: Target
    dialect: Dialect
    same: bool
    origin: Origin
    path: str
    own: Pairs
    configured: Pairs
    timeouts: Timeouts

    def address(self, call: Call) -> str:
        """The path to ask for. A query of the client's only means something to an upstream of its own API."""
        if not (self.same and call.query):
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}{call.query}"

    def headers(self, call: Call) -> Pairs:
        """The headers to send. Raises Misconfigured where a key is needed and there is none."""
        credential = self._credential(call)
        signed = authorise(self.target.provider.sign, self.dialect.name, credential, call.headers if self.same else ())
        return merged(onward(call.headers, same_dialect=self.same), (*self.own, *signed), self.configured)

    def write(self, call: Call) -> Written:
        """The body to send. Raises BadRequest for what this upstream can not be asked."""
        target = self.target
        if not self.same:
            asked = structs.replace(call.conversation, model=target.model)
            return self.dialect.upstream.write_request(asked, target.provider.accepts)
        adapted = self.dialect.upstream.adapt(call.fields, call.head, target.provider.accepts)
        if adapted is call.fields and target.model == call.head.model and call.body is not None:
            return Written(call.body)
        return Written(_ENCODER.encode({**adapted, "model": Raw(_ENCODER.encode(target.model))}))

    def _credential(self, call: Call) -> str | None:
        target = self.target
        if target.passthrough_auth:
            return client_credential(call.headers)
        if target.access_key is None and target.base_url is None and target.provider.without_key == "refuse":
            variable = target.provider.key_variable
            hint = f" (access_key: ${variable})" if variable else ""
            raise Misconfigured(f"no access key is configured for the model provider {target.name!r}{hint}")
        return target.access_key


def leg(target: Target, client_dialect: str, waits: Waits, *, stream: bool) -> Leg:
    """Raises Misconfigured where the target's provider has no address and the entry gives none."""
    spoken = upstream_dialect(target.provider, client_dialect, target.upstream_api)
    place = base(target.provider, target.base_url)
    host = [(b"host", target.http_host.encode())] if target.http_host else []
    return Leg(
        target=target,
        dialect=pick(DIALECTS, spoken, target.name),
        same=spoken == client_dialect,
        origin=Origin.parse(place.origin),
        path=path(
            target.provider,
            spoken,
            model=target.model,
            prefix=place.prefix,
            stream=stream,
            api_version=target.api_version or API_VERSION,
        ),
        own=[_JSON, _IDENTITY, *host, *((name.lower().encode(), value.encode()) for name, value in place.headers)],
        configured=[(name.lower().encode(), value.encode()) for name, value in target.headers.items()],
        timeouts=Timeouts(
            connect=target.connect,
            first_byte=target.first_byte or (waits.first_byte if stream else waits.whole),
            idle=target.idle or waits.idle,
            total=waits.total if stream else min(waits.whole, waits.total or waits.whole),
        ),
    )
