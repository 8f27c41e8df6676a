"""Ids for what an upstream left nameless, derived from the seed of the exchange so that readers and writers stay pure."""

from hashlib import sha256


def call_id(seed: str, index: int) -> str:
    """The id of an answer's tool call number `index`."""
    return "call_" + sha256(f"{seed}:{index}".encode()).hexdigest()[:24]
