"""What OpenTelemetry has metered of calls of models, folded as they end. Pure.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md has the names, the units and the buckets.
"""

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from planoai.names import attributes as name
from planoai.net.origin import Origin
from planoai.observability.observation import Observation, error_class, provider_of
from planoai.observability.record import Attempt

OTHER = "other"
_LONGEST = 256  # characters of the name of a model
MOST_SERIES = 1000  # of one instrument; all further models are OTHER
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - the name of an attribute

_SECONDS = tuple(0.01 * 2**power for power in range(14))
_TOKENS = tuple(4.0**power for power in range(14))
_FIRST = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_PER_TOKEN = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)

Key = tuple[tuple[str, str | int], ...]


class Instrument(Struct, frozen=True):
    name: str
    unit: str
    says: str
    bounds: tuple[float, ...]


TOKENS = Instrument("gen_ai.client.token.usage", "{token}", "Tokens of a request's input, or of its output.", _TOKENS)
DURATION = Instrument("gen_ai.client.operation.duration", "s", "How long a try at a model took.", _SECONDS)
REQUEST = Instrument("gen_ai.server.request.duration", "s", "How long a client was answered.", _SECONDS)
FIRST_TOKEN = Instrument(
    "gen_ai.server.time_to_first_token", "s", "From the request to the model to the first byte for the client.", _FIRST
)
PER_TOKEN = Instrument(
    "gen_ai.server.time_per_output_token", "s", "Of a stream, for each token after the first.", _PER_TOKEN
)
INSTRUMENTS = (TOKENS, DURATION, REQUEST, FIRST_TOKEN, PER_TOKEN)


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
