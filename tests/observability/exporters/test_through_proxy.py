"""Telemetry that goes through a forward proxy."""

import asyncio

from planoai.config.schema import Tracing
from planoai.net.proxy import Proxies
from planoai.observability.exporters.batching import Pace
from planoai.observability.exporters.endpoint import endpoint_of
from planoai.observability.exporters.otlp import traces
from tests.net.raw import scripted
from tests.net.test_through_proxy import CREDENTIALS, PASSWORD, Tunnels
from tests.observability.exporters.told import Told
from tests.observability.seen import observation
from tests.support import upstream
from tests.support.collector import collecting

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
AWAY = endpoint_of(Tracing(random_sampling=100, opentracing_grpc_endpoint="http://collector.example:4317"))


async def test_a_collector_is_reached_through_the_proxy_that_asks_who_we_are() -> None:
    with collecting() as collector:
        tunnels = Tunnels(collector.grpc_port)
        async with scripted(tunnels) as proxy:
            at = Proxies(http=f"http://user:{PASSWORD}@127.0.0.1:{proxy.origin.port}")
            exporter = traces(AWAY, "1.2.3", at, Pace(linger=0.0))
            exporter.put([observation()])
            await asyncio.to_thread(collector.spans_of, 2)
            await asyncio.to_thread(exporter.close, 30)

    [(line, fields)] = tunnels.asked
    assert line == "CONNECT collector.example:4317 HTTP/1.1"
    assert fields["proxy-authorization"] == CREDENTIALS
    assert exporter.dropped == 0


def test_a_proxy_that_grpc_can_not_speak_to_is_told_of_without_its_password(told: Told) -> None:
    at = Proxies(http=f"https://user:{PASSWORD}@proxy.example:3129")
    exporter = traces(AWAY, "1.2.3", at, Pace(linger=0.0))
    exporter.put([observation()])
    told.wait("HTTP_PROXY names a proxy that speaks TLS, which gRPC does not; `protocol: http` does")
    exporter.close(30)

    assert PASSWORD not in told.text
    assert exporter.dropped == 1


async def test_over_http_nobody_is_looked_for_beyond_the_proxy() -> None:
    away = endpoint_of(Tracing(random_sampling=100, opentracing_grpc_endpoint="http://away.example", protocol="http"))
    async with upstream.scripted() as proxy:
        proxy.will((OK,))
        exporter = traces(away, "1.2.3", Proxies(http=proxy.url), Pace(linger=0.0))
        exporter.put([observation()])
        await asyncio.to_thread(exporter.close, 30)

    assert [asked.target for asked in proxy.asked] == ["http://away.example/v1/traces"]
    assert exporter.dropped == 0
