"""Observations -> what is counted and measured of them all, as text to be scraped. Pure: what the processes use is an argument."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Literal

from planoai.names import metrics as names
from planoai.observability.metrics.conversations import Conversations
from planoai.observability.metrics.models import Model, Models
from planoai.observability.metrics.processes import Role, Sum
from planoai.observability.metrics.series import Histogram, Numbers, Series
from planoai.observability.metrics.text import written
from planoai.observability.observation import Observation, error_class
from planoai.observability.record import Attempt, Closed
from planoai.signals.taxonomy import TYPES

_METHODS = frozenset(names.METHOD.values)
_CLASSES = dict(enumerate(names.STATUS_CLASS.values[:5], start=1))


class Metrics:
    """Of one gateway since its recorder started. Takes a bounded amount of memory, whatever clients ask for."""

    def __init__(self, version: str, git_sha: str = names.UNKNOWN) -> None:
        self._requests = Numbers(names.REQUESTS)
        self._seconds = Histogram(names.REQUEST_SECONDS)
        self._models = Models()
        self._overheads = Histogram(names.OVERHEAD_SECONDS)
        self._overhead = self._overheads[()]
        self._signals = Numbers(names.SIGNALS)
        self._qualities = Numbers(names.CONVERSATIONS)
        self._conversations = Conversations()
        self._dropped = Numbers(names.RECORDS_DROPPED)
        self._not_exported = Numbers(names.EXPORT_DROPPED)
        self._build = Numbers(names.BUILD_INFO)
        self._build[version, git_sha].value = 1
        for signal in TYPES:  # what is 0 at first, so that the first one is an increase
            self._signals[(signal,)]
        for quality in names.QUALITY.values:
            self._qualities[(quality,)]
        for kind in names.DROPPED.values:
            self._dropped[(kind,)]

    def add(self, observation: Observation) -> None:
        opened, closed = observation.opened, observation.closed
        handler, method = opened.handler, opened.method
        if method not in _METHODS:
            method = "OTHER"
        self._requests[handler, method, _CLASSES.get(closed.status // 100, names.OTHER)].value += 1
        self._seconds[(handler,)].add(closed.ended)
        if closed.attempts:
            self._asked(observation, closed)
        signals = observation.signals
        if signals is not None:
            for name, count in self._conversations.fresh(observation, signals):
                (self._qualities if name == signals.quality else self._signals)[(name,)].value += count

    def dropped(self, kind: Literal["exchange", "body", "store"], count: int) -> None:
        self._dropped[(kind,)].value += count

    def not_exported(self, exporter: str, count: int) -> None:
        """So many more that it could not tell of."""
        self._not_exported[(exporter,)].value += count

    def text(self, running: Mapping[str, int], processes: Mapping[Role, Sum], *, open_metrics: bool = False) -> bytes:
        """`running`: requests that have not ended, by handler. `processes`: what `Processes` made of them."""
        return written(self._all(running, processes), open_metrics=open_metrics)

    def _asked(self, observation: Observation, closed: Closed) -> None:
        """Of an exchange in which a provider was asked."""
        overhead = observation.overhead
        if overhead is not None:
            self._overhead.add(overhead)
        last = closed.attempts[-1]
        for attempt in closed.attempts[:-1]:
            self._tried(attempt, max(attempt.ended, attempt.answered))
        answered = last.trouble != "failed" and 200 <= last.status < 300 and closed.outcome != "failed"
        model = self._tried(last, closed.ended if answered else max(last.ended, last.answered))
        if not answered:
            return
        seconds = closed.ended - last.sent
        if closed.streamed and closed.first:
            model.first_token.add(max(0.0, closed.first - last.sent))
        if observation.cost is not None:
            model.cost.value += observation.cost.total
        usage = observation.usage
        if usage is not None:
            model.used(usage)
            if usage.output and seconds > 0:
                model.rate.add(usage.output / seconds)
            if usage.output > 1 and closed.streamed and closed.first:
                model.per_token.add((closed.ended - closed.first) / (usage.output - 1))
        elif observation.opened.handler == "llm_chat":
            model.missing.value += 1

    def _tried(self, attempt: Attempt, ended: float) -> Model:
        model = self._models.of(attempt.full_name or attempt.target)
        if 200 <= attempt.status < 300 and not attempt.trouble:
            model.fine.value += 1
        else:
            told = _CLASSES.get(attempt.status // 100, names.OTHER) if attempt.status else "error"
            model.tried(told, error_class(attempt))
        model.seconds.add(max(0.0, ended - attempt.sent))
        return model

    def _all(self, running: Mapping[str, int], processes: Mapping[Role, Sum]) -> Iterator[Series]:
        """Every family there is, in the order of the table."""
        in_flight = Numbers(names.IN_FLIGHT)
        for handler in names.HANDLER.values:
            in_flight[(handler,)].value = running.get(handler, 0)
        made: Iterable[Series] = (
            self._requests,
            self._seconds,
            in_flight,
            *self._models.families,
            self._overheads,
            self._signals,
            self._qualities,
            self._dropped,
            self._not_exported,
            self._build,
            *_of_processes(processes),
        )
        found = {each.family.name: each for each in made}
        for family in names.FAMILIES:
            yield found[family.name] if family.name in found else _empty(family)


def _empty(family: names.Family) -> Series:
    return Histogram(family) if family.type == "histogram" else Numbers(family)


def _of_processes(processes: Mapping[Role, Sum]) -> Iterator[Series]:
    """Without what this system does not tell."""
    for family, value in _OF_ROLES:
        numbers = Numbers(family)
        for role, each in processes.items():
            amount = value(each)
            if amount or not each.processes:
                numbers[(role,)].value = amount
        yield numbers
    for family, value in _OF_ALL:
        numbers = Numbers(family)
        if amount := sum(value(each) for each in processes.values()):
            numbers[()].value = amount
        yield numbers
    started = Numbers(names.STARTED)
    if "supervisor" in processes:
        started[()].value = processes["supervisor"].started
    yield started


_Of = Callable[[Sum], float]
_OF_ROLES: tuple[tuple[names.Family, _Of], ...] = (
    (names.PROCESSES, attrgetter("processes")),
    (names.ROLE_CPU, attrgetter("cpu")),
    (names.ROLE_RESIDENT, attrgetter("resident")),
    (names.ROLE_FILES, attrgetter("files")),
    (names.ROLE_STARTED, attrgetter("started")),
)
_OF_ALL: tuple[tuple[names.Family, _Of], ...] = (
    (names.CPU, attrgetter("cpu")),
    (names.RESIDENT, attrgetter("resident")),
    (names.VIRTUAL, attrgetter("virtual")),
    (names.FILES, attrgetter("files")),
    (names.MOST_FILES, attrgetter("most_files")),
    (names.THREADS, attrgetter("threads")),
)
