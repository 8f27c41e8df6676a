"""What OpenTelemetry has metered of calls of models, folded as they end. Pure."""

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache

from planoai.names import attributes as name
from planoai.names.instruments import (
    DURATION,
    FIRST_TOKEN,
    INSTRUMENTS,
    PER_TOKEN,
    REQUEST,
    TOKEN_TYPE,
    TOKENS,
    Instrument,
)
from planoai.names.metrics import OTHER
from planoai.net.origin import Origin
from planoai.observability.observation import Observation, error_class, provider_of
from planoai.observability.record import Attempt

_LONGEST = 256  # characters of the name of a model
MOST_SERIES = 1000  # of one instrument; all further models are OTHER

Key = tuple[tuple[str, str | int], ...]


class Series:
    """`counts` of each bucket by itself, the last one without a bound."""

    __slots__ = ("counts", "highest", "lowest", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self.lowest, self.highest = float("inf"), float("-inf")

    def copy(self) -> "Series":
        made = Series(())
        made.counts, made.total = self.counts.copy(), self.total
        made.lowest, made.highest = self.lowest, self.highest
        return made

    def add(self, bounds: tuple[float, ...], value: float) -> None:
        self.counts[bisect_left(bounds, value)] += 1
        self.total += value
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)


class Histograms:
    """Counted since it was made, each instrument by its attributes."""

    def __init__(self) -> None:
        self._series: dict[Instrument, dict[Key, Series]] = {each: {} for each in INSTRUMENTS}

    def add(self, observation: Observation) -> None:
        opened, attempts = observation.opened, observation.closed.attempts
        if opened.handler != "llm_chat" or not attempts:
            return
        for attempt in attempts:
            self._tried(observation, attempt)
        self._answered(observation, attempts[-1])

    def snapshot(self) -> Mapping[Instrument, Mapping[Key, Series]]:
        """As it is now; whatever is added later does not change it."""
        return {
            instrument: {key: each.copy() for key, each in series.items()}
            for instrument, series in self._series.items()
            if series
        }

    def _tried(self, observation: Observation, attempt: Attempt) -> None:
        closed = observation.closed
        is_last = attempt is closed.attempts[-1]
        ended = closed.ended if is_last and attempt.status else attempt.ended or attempt.answered
        wrong = error_class(attempt)
        kind = str(attempt.status) if attempt.status >= 400 else "" if wrong == "none" else wrong
        more: Key = (("error.type", kind),) if kind else ()
        self._add(DURATION, _key(observation, attempt), more, max(0.0, ended - attempt.sent))

    def _answered(self, observation: Observation, chosen: Attempt) -> None:
        closed, usage, key = observation.closed, observation.usage, _key(observation, chosen)
        wrong: Key = (("error.type", closed.error or str(closed.status)),) if closed.status >= 400 else ()
        self._add(REQUEST, key, wrong, closed.ended)
        if observation.ttft is not None and closed.streamed:
            self._add(FIRST_TOKEN, key, (), observation.ttft)
        if usage is None:
            return
        self._add(TOKENS, key, ((TOKEN_TYPE, "input"),), usage.input)
        self._add(TOKENS, key, ((TOKEN_TYPE, "output"),), usage.output)
        if closed.streamed and closed.first and usage.output > 1 and closed.outcome == "completed":
            self._add(PER_TOKEN, key, (), max(0.0, closed.ended - closed.first) / (usage.output - 1))

    def _add(self, instrument: Instrument, key: Key, more: Key, value: float) -> None:
        series = self._series[instrument]
        whole = (*key, *more)
        found = series.get(whole)
        if found is None:
            if len(series) >= MOST_SERIES:
                whole = (*_nameless(key), *more)
            found = series.get(whole)
        if found is None:
            found = series[whole] = Series(instrument.bounds)
        found.add(instrument.bounds, value)


def _key(observation: Observation, attempt: Attempt) -> Key:
    """Nothing in it is what a client wrote, but for the names of models that a wildcard lets through."""
    told = observation.model if attempt is observation.closed.attempts[-1] else ""
    return _made(provider_of(attempt), attempt.model[:_LONGEST], told[:_LONGEST], attempt.origin)


@lru_cache(maxsize=MOST_SERIES)
def _made(provider: str, model: str, told: str, origin: str) -> Key:
    where = Origin.parse(origin)
    return (
        (name.GEN_OPERATION, "chat"),
        (name.GEN_PROVIDER, provider),
        (name.GEN_REQUEST_MODEL, model),
        *(((name.GEN_RESPONSE_MODEL, told),) if told else ()),
        (name.SERVER_ADDRESS, where.host),
        (name.SERVER_PORT, where.port),
    )


def _nameless(key: Key) -> Key:
    return tuple(
        (each, OTHER if each in (name.GEN_REQUEST_MODEL, name.GEN_RESPONSE_MODEL) else value) for each, value in key
    )
