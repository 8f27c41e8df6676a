"""Ids as OpenAI takes them."""

from hashlib import sha256

LONGEST_CALL_ID = 40  # OpenAI refuses longer ones


def answer_id(given: str, seed: str) -> str:
    return given or f"chatcmpl-{seed}"


def fitting(identifier: str) -> str:
    """A call id that OpenAI takes; the same one always gives the same, so that calls and results still pair up."""
    if len(identifier) <= LONGEST_CALL_ID:
        return identifier
    return identifier[:15] + "_" + sha256(identifier.encode()).hexdigest()[:24]
