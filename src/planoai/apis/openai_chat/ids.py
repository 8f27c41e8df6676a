"""Ids for what an upstream left nameless, derived from the seed of the exchange so that readers and writers stay pure."""

from hashlib import sha256

LONGEST_CALL_ID = 40  # OpenAI refuses longer ones


def call_id(seed: str, index: int) -> str:
    """The id of an answer's tool call number `index`."""
    return "call_" + sha256(f"{seed}:{index}".encode()).hexdigest()[:24]


def answer_id(given: str, seed: str) -> str:
    return given or f"chatcmpl-{seed}"


def fitting(identifier: str) -> str:
    """A call id that OpenAI takes; the same one always gives the same, so that calls and results still pair up."""
    if len(identifier) <= LONGEST_CALL_ID:
        return identifier
    return identifier[:15] + "_" + sha256(identifier.encode()).hexdigest()[:24]
