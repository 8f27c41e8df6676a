"""The way from one client API to one configured model: everything about it that does not depend on the request."""

from msgspec import Raw, Struct, structs
from msgspec.json import Encoder

from planoai.apis.dialect import Dialect, Written
from planoai.errors import Misconfigured
from planoai.gateway.call import Call
from planoai.gateway.headers import Pairs, merged, onward
from planoai.net.client import Origin, Timeouts
from planoai.providers.auth import client_credential
from planoai.routing.target import Target

_ENCODER = Encoder()


class Waits(Struct, frozen=True):
    """A listener's time limits in seconds. `whole` bounds a whole answer, `total` any; a stream may otherwise last as long as it goes on."""

    first_byte: float
    idle: float
    total: float | None
    whole: float


class Leg(Struct, frozen=True, eq=False):
    """`same`: both ends speak the same dialect, so the bytes go through. `fixed`: headers that win over the client's."""

    target: Target
    dialect: Dialect
    same: bool
    origin: Origin
    path: str
    fixed: Pairs
    timeouts: Timeouts

    def address(self, call: Call) -> str:
        """The path to ask for. A query of the client's only means something to an upstream of its own API."""
        if not (self.same and call.query):
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}{call.query}"

    def headers(self, call: Call) -> Pairs:
        """The headers to send. Raises Misconfigured where a key is needed and there is none."""
        sent = merged(onward(call.headers, same_dialect=self.same), self.fixed)
        return merged(sent, self._credentials(call))

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
