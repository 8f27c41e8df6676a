"""Observations to count."""

from msgspec import structs

from planoai.conversation.usage import Usage
from planoai.observability.observation import Asked, Instance, Observation, Signals
from planoai.observability.record import Attempt, Handler, Outcome
from planoai.pricing.price import Cost
from tests.observability import facts

FINE = facts.attempt(full_name="openai/gpt-5", sent=0.5, answered=0.7, ended=0.8)
USAGE = Usage(fresh=70, cache_read=20, cache_write=10, output=41)


def observation(
    *attempts: Attempt,
    handler: Handler = "llm_chat",
    method: str = "POST",
    status: int = 200,
    outcome: Outcome = "completed",
    streamed: bool = True,
    ready: float = 0.498,
    usage: Usage | None = None,
    cost: Cost | None = None,
    signals: Signals | None = None,
    session: str = "",
    thread: bytes = b"",
) -> Observation:
    """It begins to answer after 1 second and ends after 3."""
    opened = structs.replace(facts.opened(), handler=handler, method=method, ready=ready)
    closed = structs.replace(
        facts.closed(1, *attempts, status=status, outcome=outcome, first=1.0), ended=3.0, streamed=streamed
    )
    asked = Asked(messages=1, thread=thread)
    return Observation(opened, closed, usage=usage, cost=cost, signals=signals, session=session, asked=asked)


def signals(quality: str, *types: str) -> Signals:
    found = tuple(Instance(each, index, "", 1.0) for index, each in enumerate(types))
    return Signals(quality, 50.0, len(types), 1.0, concerning=False, found=found)
