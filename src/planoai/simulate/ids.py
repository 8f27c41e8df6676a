"""Ids, padding and signatures that look like the vendors' own. Everything comes from one seed, so a test can ask for the same again."""

import string
from base64 import b64encode, urlsafe_b64encode
from hashlib import shake_256

_LETTERS = (string.ascii_letters + string.digits).encode()
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Ids:
    """`seed` makes the ids of one answer differ from those of every other."""

    __slots__ = ("_drawn", "_seed")

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def letters(self, length: int) -> str:
        return "".join(chr(_LETTERS[each % len(_LETTERS)]) for each in self._bytes(length))

    def base58(self, length: int) -> str:
        return "".join(chr(_BASE58[each % len(_BASE58)]) for each in self._bytes(length))

    def hex(self, length: int) -> str:
        return self._bytes(length).hex()[:length]

    def base64(self, length: int) -> str:
        return urlsafe_b64encode(self._bytes(length)).decode()[:length]

    def uuid(self) -> str:
        digits = self.hex(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def padding(self, most: int = 16) -> str:
        """Letters of a length that changes from call to call: vendors hide the length of a token with it."""
        self._drawn += 1
        return _PADDING[: 1 + self._drawn * 7 % most]

    def _bytes(self, length: int) -> bytes:
        self._drawn += 1
        return shake_256(f"{self._seed}:{self._drawn}".encode()).digest(length)


def signature(thought: str) -> str:
    """Signs a thought. It depends on the text only, so a thought that comes back changed, or from elsewhere, is found out."""
    return b64encode(b"\x12" + shake_256(b"simulated thought:" + thought.encode()).digest(200)).decode()
