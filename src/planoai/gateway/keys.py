"""Who may use a listener that asks for a key."""

import hashlib
from collections.abc import Collection
from hmac import compare_digest

from planoai.errors import Unauthorized
from planoai.net.headers import Headers
from planoai.providers.auth import credentials

_HINT = "send one as `Authorization: Bearer KEY` or as `x-api-key: KEY`"


class ClientKeys:
    """Keys are kept and looked up as digests, so that the time of a look-up tells nothing of a key."""

    def __init__(self, keys: Collection[str]) -> None:
        self._digests = {_digest(key): _digest(key) for key in keys}
        self._lengths = {len(key) for key in keys}
        self._shortest = min(self._lengths, default=0)

    def admit(self, headers: Headers) -> Headers:
        """The headers without those that carry one of our keys: what a client sends besides is its own, and may be meant for an upstream.

        A key opens the door as `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`; under no name does it go on. Raises Unauthorized.
        """
        given = credentials(headers)
        ours = {name for name, value in given if self._known(value)}
        if ours:
            return Headers(
                [pair for pair in headers.pairs if pair[0] not in ours and not self._is_key(pair[1].decode("latin-1"))]
            )
        if given:
            raise Unauthorized(f"this is no key of this gateway; {_HINT}")
        raise Unauthorized(f"this gateway asks for a key; {_HINT}")

    def _is_key(self, value: str) -> bool:
        """Whether the value of a header is one of our keys, behind a scheme or not. Few are as long as a key, and only those are digested."""
        if len(value) < self._shortest:
            return False
        bare = value.rpartition(" ")[2]
        return len(bare) in self._lengths and self._known(bare)

    def _known(self, credential: str) -> bool:
        digest = _digest(credential)
        kept = self._digests.get(digest)
        return kept is not None and compare_digest(kept, digest)


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode("utf-8", "surrogateescape")).digest()
