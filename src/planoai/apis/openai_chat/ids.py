"""Ids as OpenAI takes them."""

from hashlib import sha256

LONGEST_CALL_ID = 40  # OpenAI refuses longer ones
_SHORT = 9
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def answer_id(given: str, seed: str) -> str:
    return given or f"chatcmpl-{seed}"


def fitting(identifier: str) -> str:
    """A call id that OpenAI takes; the same one always gives the same, so that calls and results still pair up."""
    if len(identifier) <= LONGEST_CALL_ID:
        return identifier
    return identifier[:15] + "_" + sha256(identifier.encode()).hexdigest()[:24]


def nine(identifier: str) -> str:
    """A call id of nine letters and digits, which is all that Mistral takes; the same one always gives the same."""
    if len(identifier) == _SHORT and identifier.isascii() and identifier.isalnum():
        return identifier
    number = int.from_bytes(sha256(identifier.encode()).digest(), "big")
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_SHORT))
