"""An observation -> its spans: one for the request, one under it for each try at an upstream. Pure."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from planoai.names import TRACESTATE
from planoai.names import attributes as name
from planoai.observability.attributes import Value, of_attempt, of_model_call, of_request, of_signal, of_signals
from planoai.observability.observation import Observation, error_class
from planoai.observability.record import Attempt
from planoai.observability.trace import child

Kind = Literal["internal", "server", "client"]
Status = Literal["unset", "ok", "error"]

_NANO = 1_000_000_000
_WENT_WRONG = frozenset({"failed", "cut", "stopped", "lost"})


class SpanEvent(Struct, frozen=True):
    """`at`: nanoseconds since the epoch."""

    name: str
    at: int
    attributes: Mapping[str, Value] = {}


class Span(Struct, frozen=True):
    """`parent` is b"" where there is none, `state` what W3C calls tracestate. `start`, `end`: nanoseconds since the epoch."""

    trace: bytes
    id: bytes
    parent: bytes
    name: str
    service: str
    kind: Kind
    start: int
    end: int
    attributes: Mapping[str, Value]
    events: tuple[SpanEvent, ...] = ()
    status: Status = "unset"
    description: str = ""
    state: str = ""


def spans(observation: Observation) -> list[Span]:
    """That of the request first."""
    root = _root(observation)
    return [root, *(_attempt(observation, root, number) for number in range(1, len(observation.closed.attempts) + 1))]


def asks_model(observation: Observation) -> bool:
    return bool(observation.opened.dialect or observation.opened.model)


def _root(observation: Observation) -> Span:
    opened, closed = observation.opened, observation.closed
    begin = round(opened.at * _NANO)
    attributes = of_request(observation)
    events: list[SpanEvent] = []
    called = f"{opened.method} {opened.path}"
    if asks_model(observation):
        attributes |= of_model_call(observation)
        called = f"{called} {_model(observation)}".rstrip()
        if observation.ttft is not None:
            events.append(SpanEvent(name.FIRST_TOKEN, begin + round(closed.first * _NANO)))
    end = begin + round(closed.ended * _NANO)
    if (signals := observation.signals) is not None:
        attributes |= of_signals(signals)
        events += [SpanEvent(name.SIGNAL_EVENT.format(type=each.type), end, of_signal(each)) for each in signals.found]
        called += name.FLAG if signals.concerning else ""
    service = name.SERVICE_LLM if asks_model(observation) else name.SERVICE_INBOUND
    wrong = (closed.outcome in _WENT_WRONG and not 400 <= closed.status < 500) or closed.status >= 500
    return Span(
        trace=opened.trace.id,
        id=opened.trace.span,
        parent=opened.trace.parent,
        name=called,
        service=service,
        kind="server",
        start=begin,
        end=end,
        attributes={name.SERVICE_OVERRIDE: service, **attributes, **dict(observation.attributes)},
        events=tuple(events),
        status="error" if wrong else "unset",
        description=closed.told or closed.outcome if wrong else "",
        state=_state(observation),
    )


def _attempt(observation: Observation, root: Span, number: int) -> Span:
    attempt = observation.closed.attempts[number - 1]
    chosen = number == len(observation.closed.attempts)
    last = observation.closed.ended if chosen and attempt.status else attempt.ended or attempt.answered
    wrong = error_class(attempt) != "none"
    return Span(
        trace=root.trace,
        id=child(root.id, number),
        parent=root.id,
        name=f"POST {_authority(attempt)}{attempt.path}",
        service=name.SERVICE_OUTBOUND,
        kind="client",
        start=root.start + round(attempt.sent * _NANO),
        end=max(root.start + round(last * _NANO), root.start + round(attempt.sent * _NANO)),
        attributes={
            name.SERVICE_OVERRIDE: name.SERVICE_OUTBOUND,
            **of_attempt(observation, attempt, number, chosen=chosen),
        },
        status="error" if wrong or attempt.status >= 400 else "unset",
        description=error_class(attempt) if wrong else "",
        state=root.state,
    )


def _model(observation: Observation) -> str:
    """The model as it was asked for; where another one is meant by that, that one too."""
    asked, chosen = observation.opened.model, observation.chosen
    if chosen is None or asked in (chosen.target, chosen.full_name, chosen.model):
        return asked
    return f"{asked} -> {chosen.full_name}" if asked else chosen.full_name


def _authority(attempt: Attempt) -> str:
    return attempt.origin.partition("://")[2]


def _state(observation: Observation) -> str:
    if not observation.opened.trace.parent:
        return ""
    return ",".join(value.decode("latin-1") for key, value in observation.opened.headers if key == TRACESTATE)
