"""Ids of calls as this API takes them."""

from hashlib import sha256

LONGEST_CALL_ID = 64  # OpenAI refuses longer ones


def fitting(identifier: str) -> str:
    """The same one always gives the same, so that calls and their outputs still pair up."""
    if len(identifier) <= LONGEST_CALL_ID:
        return identifier
    return identifier[:31] + "_" + sha256(identifier.encode(errors="replace")).hexdigest()[:32]
