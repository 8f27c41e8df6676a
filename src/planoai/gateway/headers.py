"""Which headers pass through the gateway, in each direction.

A header that only speaks of one connection (RFC 9110, section 7.6.1), of a body that is written anew, or of who somebody is, stays behind.
"""

from collections.abc import Iterable

from planoai import names
from planoai.net.headers import Headers
from planoai.providers.auth import CREDENTIAL_HEADERS

Pairs = list[tuple[bytes, bytes]]

_OF_A_CONNECTION = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade http2-settings".split()
)
_OF_A_BODY = frozenset(b"content-length content-encoding content-type content-md5 digest content-digest expect".split())
_CREDENTIALS = CREDENTIAL_HEADERS | frozenset(b"cookie x-amz-security-token x-amz-date x-amz-content-sha256".split())
NOT_ON = (
    _OF_A_CONNECTION
    | _OF_A_BODY
    | _CREDENTIALS
    | {b"host", b"accept", b"accept-encoding", b"forwarded", b"via", b"origin", b"referer", names.AFFINITY}
)
_NOT_BACK = (
    _OF_A_CONNECTION | _OF_A_BODY | frozenset(b"set-cookie alt-svc strict-transport-security server date via".split())
)
_OURS_AND_HOPS = (*names.OURS, b"x-forwarded-")
_OURS_HOPS_AND_APIS = (*_OURS_AND_HOPS, b"anthropic-", b"openai-")


def onward(headers: Headers, withheld: frozenset[bytes], *, same_dialect: bool) -> Pairs:
    """A client's headers -> those that go to the upstream: not those in `withheld`, which holds NOT_ON.

    Headers of the client's API go only to an upstream that speaks it.
    """
    beginnings = _OURS_AND_HOPS if same_dialect else _OURS_HOPS_AND_APIS
    return [pair for pair in headers.pairs if pair[0] not in withheld and not pair[0].startswith(beginnings)]


def back(headers: Headers) -> Pairs:
    """An upstream's headers -> those that go to the client: rate limits, request ids, processing times and whatever else it has to say."""
    return [
        (names.UPSTREAM_REQUEST_ID, pair[1]) if pair[0] == names.REQUEST_ID else pair
        for pair in headers.pairs
        if pair[0] not in _NOT_BACK and not pair[0].startswith(names.OURS)
    ]


def names_in(pairs: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    return frozenset(name for name, _ in pairs)


def merged(first: Pairs, *later: Pairs) -> Pairs:
    """All of them, where a name that comes later replaces the same name before."""
    for pairs in later:
        replaced = names_in(pairs)
        first = [pair for pair in first if pair[0] not in replaced] + pairs
    return first
