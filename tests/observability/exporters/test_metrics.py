"""Histograms of calls of models, and how they get to a collector."""

from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.schema import Tracing
from planoai.conversation.usage import Usage
from planoai.names.instruments import DURATION, FIRST_TOKEN, PER_TOKEN, REQUEST, TOKENS
from planoai.observability.exporters import histograms
from planoai.observability.exporters.batching import Pace
from planoai.observability.exporters.endpoint import endpoint_of
from planoai.observability.exporters.histograms import Histograms, Key
from planoai.observability.exporters.otlp_metrics import OtlpMetrics
from planoai.observability.observation import Observation
from tests.observability.exporters.told import Told
from tests.observability.facts import closed
from tests.observability.seen import observation, tried
from tests.support.collector import Collector, Fails, Point, collecting
from tests.support.ports import free_port

Protocol = Literal["grpc", "http"]

QUICK = Pace(pause=0.01, longest_pause=0.02)
NEVER = 3600.0
MODEL: Key = (
    ("gen_ai.operation.name", "chat"),
    ("gen_ai.provider.name", "openai"),
    ("gen_ai.request.model", "gpt-5"),
    ("gen_ai.response.model", "gpt-5-2026"),
    ("server.address", "api.openai.com"),
    ("server.port", 443),
)
TRIED = tuple(pair for pair in MODEL if pair[0] != "gen_ai.response.model")

both = pytest.mark.parametrize("protocol", ["grpc", "http"])


def folded(*observations: Observation) -> Histograms:
    made = Histograms()
    for each in observations:
        made.add(each)
    return made


def streamed() -> Observation:
    ended = msgspec.structs.replace(closed(1, tried()), streamed=True)
    return observation(closed=ended)


def test_a_stream_is_metered_in_every_way() -> None:
    told = folded(streamed()).snapshot()

    assert told[TOKENS][(*MODEL, ("gen_ai.token.type", "input"))].total == 12
    assert told[TOKENS][(*MODEL, ("gen_ai.token.type", "output"))].total == 3
    assert told[DURATION][MODEL].total == pytest.approx(1.499)
    assert told[REQUEST][MODEL].total == 1.5
    assert told[FIRST_TOKEN][MODEL].total == pytest.approx(0.299)
    assert told[PER_TOKEN][MODEL].total == pytest.approx(0.6)


def test_an_answer_that_came_at_once_has_no_first_token() -> None:
    told = folded(observation()).snapshot()

    assert FIRST_TOKEN not in told
    assert PER_TOKEN not in told


def test_every_try_takes_its_time_and_says_why_it_failed() -> None:
    refused = tried(status=0, trouble="connect", sent=0.0, ended=0.25)
    overloaded = tried(status=503, sent=0.25, answered=0.5, ended=0.5)
    told = folded(observation(refused, overloaded, tried(sent=0.5))).snapshot()[DURATION]

    assert told[(*TRIED, ("error.type", "connect"))].total == 0.25
    assert told[(*TRIED, ("error.type", "503"))].total == 0.25
    assert told[MODEL].total == 1.0


def test_a_request_that_failed_says_why() -> None:
    ended = msgspec.structs.replace(closed(1, tried(status=0, trouble="timeout"), status=504), error="upstream_timeout")
    told = folded(observation(closed=ended, usage=None)).snapshot()

    assert [key[-1] for key in told[REQUEST]] == [("error.type", "upstream_timeout")]
    assert TOKENS not in told


@pytest.mark.parametrize("handler", ["passthrough", "count_tokens", "list_models"])
def test_only_calls_of_models_are_metered(handler: str) -> None:
    seen = observation()
    other = msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, handler=handler))

    assert folded(other).snapshot() == {}


def test_a_request_that_was_never_sent_is_not_metered() -> None:
    assert folded(observation(closed=closed(1))).snapshot() == {}


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_every_value_is_in_one_bucket_whose_limits_hold_it(values: list[int]) -> None:
    made = folded(*(observation(usage=Usage(fresh=each)) for each in values))
    series = made.snapshot()[TOKENS][(*MODEL, ("gen_ai.token.type", "input"))]

    assert sum(series.counts) == len(values)
    assert series.total == sum(values)
    assert (series.lowest, series.highest) == (min(values), max(values))
    limits = [-1.0, *TOKENS.bounds, float("inf")]
    for number, count in enumerate(series.counts):
        assert count == sum(limits[number] < each <= limits[number + 1] for each in values)


def test_however_many_models_clients_name_there_is_an_end_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histograms, "MOST_SERIES", 3)
    told = folded(*(observation(model=f"model-{number}") for number in range(10))).snapshot()[REQUEST]

    assert sum(sum(each.counts) for each in told.values()) == 10
    assert [dict(key)["gen_ai.response.model"] for key in told] == ["model-0", "model-1", "model-2", "other"]


def test_a_name_without_an_end_has_one() -> None:
    told = folded(observation(model="x" * 100_000)).snapshot()[REQUEST]

    assert [dict(key)["gen_ai.response.model"] for key in told] == ["x" * 256]


def test_a_snapshot_stays_as_it_is() -> None:
    made = folded(observation())
    before = made.snapshot()
    made.add(observation())

    assert sum(before[REQUEST][MODEL].counts) == 1


def exporter(url: str, protocol: Protocol, interval: float = NEVER) -> OtlpMetrics:
    endpoint = endpoint_of(Tracing(opentracing_grpc_endpoint=url, protocol=protocol))
    return OtlpMetrics(endpoint, "1.2.3", pace=QUICK, interval=interval)


def url_of(collector: Collector, protocol: Protocol) -> str:
    return collector.url if protocol == "grpc" else collector.http_url


def point(collector: Collector, metric: str) -> Point:
    [found] = [each for each in collector.points if each.metric == metric]
    return found


@both
def test_a_collector_gets_what_was_counted_at_the_end(protocol: Protocol) -> None:
    with collecting() as collector:
        it = exporter(url_of(collector, protocol), protocol)
        it.put([observation(), observation()])
        it.close(30)
        found = point(collector, "gen_ai.client.operation.duration")

    assert (found.unit, found.count, found.attributes) == ("s", 2, dict(MODEL))
    assert found.sum == pytest.approx(2.998)
    assert found.bounds == list(DURATION.bounds)
    assert sum(found.counts) == 2
    assert found.start < found.at


@both
def test_a_collector_gets_all_from_the_beginning_again_and_again(protocol: Protocol) -> None:
    with collecting() as collector:
        it = exporter(url_of(collector, protocol), protocol, interval=0.01)
        it.put([observation()])
        collector.wait(lambda collector: collector.points)
        first = point(collector, "gen_ai.server.request.duration")
        it.put([observation()])
        it.close(30)
        last = point(collector, "gen_ai.server.request.duration")

    assert (first.count, last.count, first.start) == (1, 2, last.start)


@both
def test_an_export_that_failed_is_made_up_for_by_the_next(protocol: Protocol, told: Told) -> None:
    with collecting() as collector:
        collector.will(Fails("UNAVAILABLE", 503), Fails("INVALID_ARGUMENT", 400), of="metrics")
        it = exporter(url_of(collector, protocol), protocol, interval=0.01)
        it.put([observation()])
        collector.wait(lambda collector: collector.points)
        it.close(30)

        assert point(collector, "gen_ai.server.request.duration").count == 1
    assert told.text.count("are not taken") == 1
    assert "metrics to" in told.text


@both
def test_a_collector_of_traces_alone_is_not_asked_again(protocol: Protocol, told: Told) -> None:
    with collecting() as collector:
        collector.will(Fails("UNIMPLEMENTED", 404, says="unknown service"), of="metrics")
        it = exporter(url_of(collector, protocol), protocol, interval=0.01)
        it.put([observation()])
        told.wait("takes no metrics")
        it.put([observation()])
        it.close(30)

        assert len(collector.exports) == 1


def test_the_end_comes_where_nobody_was_ever_there(told: Told) -> None:
    it = exporter(f"http://localhost:{free_port()}", "grpc", interval=0.01)
    it.put([observation()])
    it.close(30)

    assert told.lines == []
