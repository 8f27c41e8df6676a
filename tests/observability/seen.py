"""Observations to test with."""

import msgspec

from planoai.conversation.usage import Usage
from planoai.observability.observation import Asked, Instance, Observation, Signals
from planoai.observability.record import Attempt
from planoai.observability.trace import Trace
from tests.observability.facts import attempt, closed, opened

TRACE = Trace(bytes.fromhex("4bf92f3577b34da6a3ce929d0e0e4736"), (16).to_bytes(8, "big"), b"", True, True)
USAGE = Usage(fresh=8, cache_read=4, output=3)
ANGRY = Signals(
    "severe",
    0.0,
    2,
    1.0,
    concerning=True,
    user_turns=2,
    found=(
        Instance("interaction.misalignment.correction", 2, "no, that", 0.9),
        Instance("interaction.disengagement.quit", 2, "i quit", 1.0, '{"a":1}'),
    ),
)


def tried(**changes: object) -> Attempt:
    usual = {"full_name": "openai/gpt-5", "path": "/v1/chat/completions", "ended": 1.2}
    return attempt(**{**usual, **changes})  # type: ignore[arg-type]


def observation(*attempts: Attempt, status: int = 200, **changes: object) -> Observation:
    """A Chat request for the model `fast` that was answered, at 100 s since the epoch."""
    asked = msgspec.structs.replace(opened(at=100.0), handler="llm_chat", trace=TRACE, ready=0.0005)
    usual = Observation(
        asked,
        closed(1, *(attempts or (tried(),)), status=status),
        model="gpt-5-2026",
        usage=USAGE,
        finish="stop",
        whole=True,
        asked=Asked(messages=1, preview="Hi", thread=b"12345678"),
    )
    return msgspec.structs.replace(usual, **changes)
