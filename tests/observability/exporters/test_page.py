"""The page says what holds."""

from pathlib import Path

from planoai.config.schema import Tracing
from planoai.names.instruments import INSTRUMENTS
from planoai.observability.exporters.batching import Pace
from planoai.observability.exporters.endpoint import endpoint_of
from planoai.observability.exporters.histograms import MOST_SERIES
from planoai.observability.exporters.otlp_grpc import _COMES_BACK as COMES_BACK_OVER_GRPC
from planoai.observability.exporters.otlp_http import _COMES_BACK as COMES_BACK_OVER_HTTP
from planoai.observability.exporters.otlp_metrics import INTERVAL

PAGE = " ".join((Path(__file__).parents[3] / "docs" / "tracing.md").read_text(encoding="utf-8").split())


def test_numbers_on_the_page_are_those_of_the_code() -> None:
    pace = Pace()

    assert (
        f"when {pace.batch} requests are in it, or after {pace.linger:g} second. One try takes {pace.timeout:g} seconds"
        in PAGE
    )
    assert f"after {pace.pause:g} second, then {2 * pace.pause:g}, up to {pace.longest_pause:g}" in PAGE
    assert f"tried for {pace.patience / 60:g} minutes is dropped" in PAGE
    assert f"more than {pace.room:,} requests wait, nor more than {pace.room_bytes >> 20} MiB" in PAGE
    assert f"Every {INTERVAL:g} seconds" in PAGE
    assert f"from {MOST_SERIES:,} combinations on" in PAGE


def test_every_metric_is_on_the_page_with_its_unit() -> None:
    assert [each.name for each in INSTRUMENTS if f"| `{each.name}` | `{each.unit}` |" not in PAGE] == []


def test_what_is_tried_again_is_on_the_page() -> None:
    assert [code.name for code in COMES_BACK_OVER_GRPC if f"`{code.name}`" not in PAGE] == []
    assert f"HTTP {', '.join(map(str, sorted(COMES_BACK_OVER_HTTP)))})" in PAGE


def test_where_collectors_usually_are_is_on_the_page() -> None:
    by_grpc, by_http = endpoint_of(Tracing()), endpoint_of(Tracing(protocol="http"))

    assert f"`{by_grpc.origin}` for gRPC, `{by_http.origin}{by_http.traces}`" in PAGE
