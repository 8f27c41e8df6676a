"""Which headers pass through the gateway, in each direction.

A header that only speaks of one connection, of a body that is written anew, or of who somebody is, stays behind.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from planoai import names
from planoai.net.headers import Headers
from planoai.providers.auth import speaks_of_credential

Pairs = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")

# Which account of OpenAI's pays: the client's word means something only beside the client's own key.
OF_AN_ACCOUNT = frozenset((b"openai-organization", b"openai-project", b"chatgpt-account-id"))

# With what speaks to a proxy, or asks for another protocol.
_OF_A_CONNECTION = names.FRAMING_FIELDS | {b"proxy-authenticate", b"proxy-authorization", b"http2-settings"}
_OF_A_BODY = frozenset(
    b"content-length content-encoding content-type content-md5 content-range accept-ranges digest content-digest expect".split()
)
_OF_SOMEBODY = frozenset(b"x-amz-date x-amz-content-sha256 via origin referer".split())
_TELLS_WHERE = re.compile(r"forwarded|client-?ip|real-?ip|remote-?(?:addr|ip)|user-?ip")  # somebody is
_NOT_ON = _OF_A_CONNECTION | _OF_A_BODY | _OF_SOMEBODY | {b"host", b"accept", b"accept-encoding", names.AFFINITY}
_NOT_ON_BEGINNINGS = (*names.OURS, b"cf-", b"x-envoy-")  # with what proxies tell each other
_LONGEST_REMEMBERED = (
    256  # bytes: the names that come all day are shorter, and what somebody makes up may be as long as a head
)
_OF_ONE_API = (b"anthropic-", b"openai-")
_NOT_BACK = (
    _OF_A_CONNECTION
    | _OF_A_BODY
    | frozenset(b"cache-control x-accel-buffering set-cookie alt-svc strict-transport-security server location".split())
    | {b"via", b"www-authenticate"}
    | frozenset(
        b"clear-site-data refresh nel report-to reporting-endpoints service-worker-allowed timing-allow-origin".split()
    )
)
# What a browser is told of a page: here that is for `cors` of the listener to say.
_NOT_BACK_BEGINNINGS = (
    *names.OURS,
    b"access-control-",
    b"content-security-policy",
    b"cross-origin-",
    b"permissions-policy",
)


def onward(headers: Headers, withheld: frozenset[bytes], *, same_dialect: bool) -> Pairs:
    """A client's headers -> those that go to the upstream, without the names in `withheld`.

    Headers of the client's API go only to an upstream that speaks it.
    """
    if nominated := _nominated(headers):
        withheld |= nominated
    return [
        pair
        for pair in headers.pairs
        if pair[0] not in withheld
        and (_known_to_go_on if len(pair[0]) <= _LONGEST_REMEMBERED else _goes_on)(pair[0], same_dialect)
    ]


def back(headers: Headers) -> Pairs:
    """An upstream's headers -> those that go to the client: rate limits, request ids, processing times and whatever else it has to say."""
    nominated = _nominated(headers)
    return [
        (names.UPSTREAM_REQUEST_ID, pair[1]) if pair[0] == names.REQUEST_ID else pair
        for pair in headers.pairs
        if (_known_to_come_back if len(pair[0]) <= _LONGEST_REMEMBERED else _comes_back)(pair[0])
        and pair[0] not in nominated
    ]


def names_in(pairs: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    return frozenset(name for name, _ in pairs)


def merged(first: Pairs, *later: Pairs) -> Pairs:
    """All of them, where a name that comes later replaces the same name before."""
    for pairs in later:
        replaced = names_in(pairs)
        first = [pair for pair in first if pair[0] not in replaced] + pairs
    return first


def listing(pairs: Pairs, name: bytes, value: bytes) -> Pairs:
    """`pairs`, where the list called `name` has `value` in it, and all it has is in one line."""
    listed = [each.strip() for key, line in pairs if key == name for each in line.split(b",")]
    if value in listed:
        return pairs
    return [pair for pair in pairs if pair[0] != name] + [(name, b",".join((*filter(None, listed), value)))]


def _goes_on(name: bytes, same_dialect: bool) -> bool:
    if name in _NOT_ON or name.startswith(_NOT_ON_BEGINNINGS):
        return False
    if not same_dialect and name.startswith(_OF_ONE_API):
        return False
    text = name.decode("latin-1")
    return not speaks_of_credential(text) and not _TELLS_WHERE.search(text)


def _comes_back(name: bytes) -> bool:
    return name not in _NOT_BACK and not name.startswith(_NOT_BACK_BEGINNINGS)


_known_to_go_on = lru_cache(512)(_goes_on)
_known_to_come_back = lru_cache(512)(_comes_back)


def _nominated(headers: Headers) -> frozenset[bytes]:
    """The fields that `Connection` names: they end here too."""
    named = headers.get(b"connection")
    if named is None or named in (b"keep-alive", b"close"):
        return frozenset()
    return frozenset(option.strip().lower() for option in named.split(b","))
