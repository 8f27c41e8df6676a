"""Spans to a real receiver of OTLP, over both of its protocols, whatever it answers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from planoai.config.schema import Exporter, Tracing, TracingTls
from planoai.observability.exporters import close, exporters_of
from planoai.observability.exporters.batching import Batching, Pace
from planoai.observability.exporters.endpoint import endpoint_of
from planoai.observability.exporters.otlp import traces
from planoai.observability.observation import Observation
from planoai.observability.spans import spans
from tests.observability.exporters.told import Told
from tests.observability.seen import ANGRY, observation, tried
from tests.support.collector import Collector, Fails, Hangs, Partly, collecting
from tests.support.ports import free_port

Protocol = Literal["grpc", "http"]

QUICK = Pace(linger=0.0, pause=0.01, longest_pause=0.02)
SECRET = "sk-planted-in-a-header"

both = pytest.mark.parametrize("protocol", ["grpc", "http"])


def tracing(collector: Collector, protocol: Protocol, **more: object) -> Tracing:
    url = collector.url if protocol == "grpc" else collector.http_url
    usual = {"random_sampling": 100.0, "opentracing_grpc_endpoint": url, "protocol": protocol}
    return Tracing(**{**usual, **more})  # type: ignore[arg-type]


@contextmanager
def exporting(options: Tracing, pace: Pace = QUICK) -> Iterator[Batching]:
    exporter = traces(endpoint_of(options), "1.2.3", pace=pace)
    try:
        yield exporter
    finally:
        exporter.close(30)


def on(port: int, protocol: Protocol) -> AbstractContextManager[Collector]:
    return collecting(grpc_port=port) if protocol == "grpc" else collecting(http_port=port)


def request(number: int, attributes: tuple[tuple[str, str], ...] = ()) -> Observation:
    """Its trace can be told from those of others."""
    seen = observation(attributes=attributes)
    trace = msgspec.structs.replace(seen.opened.trace, id=number.to_bytes(16, "big"))
    return msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, trace=trace))


def numbers(collector: Collector) -> list[int]:
    """Of the requests that it knows, each as often as it was told."""
    return [int(span.trace, 16) for span in collector.spans if span.service == "plano(llm)"]


@both
def test_a_collector_gets_every_span_as_it_is(protocol: Protocol) -> None:
    seen = observation(tried(status=503, ended=0.4), tried(sent=0.9, answered=1.0), signals=ANGRY)
    with collecting() as collector, exporting(tracing(collector, protocol)) as exporter:
        exporter.put([seen])
        got = collector.spans_of(3)

    assert {each.service for each in got} == {"plano(llm)", "plano(outbound)"}
    for ours, theirs in zip(spans(seen), got, strict=True):
        assert (theirs.trace, theirs.id, theirs.parent) == (ours.trace.hex(), ours.id.hex(), ours.parent.hex())
        assert (theirs.name, theirs.service, theirs.kind) == (ours.name, ours.service, ours.kind)
        assert (theirs.start, theirs.end) == (ours.start, ours.end)
        assert (theirs.status, theirs.description) == (ours.status, ours.description)
        assert theirs.attributes == {
            name: list(value) if isinstance(value, tuple) else value for name, value in ours.attributes.items()
        }
        assert [(each.name, each.at, each.attributes) for each in theirs.events] == [
            (each.name, each.at, each.attributes) for each in ours.events
        ]
        assert theirs.resource == {"service.name": ours.service, "service.version": "1.2.3"}
        assert theirs.attributes["service.name.override"] == ours.service


@both
def test_only_traces_that_are_sampled_are_sent(protocol: Protocol) -> None:
    seen = observation()
    unsampled = msgspec.structs.replace(seen.opened.trace, sampled=False)
    left_out = msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, trace=unsampled))
    with collecting() as collector:
        with exporting(tracing(collector, protocol)) as exporter:
            exporter.put([left_out, request(7), left_out])

        assert numbers(collector) == [7]


@both
def test_what_can_not_be_taken_now_is_sent_again_and_both_is_told_once(protocol: Protocol, told: Told) -> None:
    with collecting() as collector:
        collector.will(Fails("UNAVAILABLE", 503), Fails("ABORTED", 429), Fails("DEADLINE_EXCEEDED", 504))
        with exporting(tracing(collector, protocol)) as exporter:
            exporter.put([request(1)])
            collector.wait(lambda it: it.spans)
            exporter.put([request(2)])

        assert numbers(collector) == [1, 2]
        assert exporter.dropped == 0
    broke, works = told.lines
    assert "are not taken" in broke
    assert "are taken again" in works


@both
def test_a_collector_may_say_when_it_takes_more(protocol: Protocol) -> None:
    with collecting() as collector, exporting(tracing(collector, protocol)) as exporter:
        collector.will(Fails("RESOURCE_EXHAUSTED", 429, after=0))
        exporter.put([request(1)])
        collector.wait(lambda it: it.spans)

        assert numbers(collector) == [1]
        assert exporter.dropped == 0


@both
@pytest.mark.parametrize(
    "fails", [Fails("INVALID_ARGUMENT", 400), Fails("RESOURCE_EXHAUSTED", 413), Fails("UNAUTHENTICATED", 401)]
)
def test_what_is_refused_is_not_sent_again(protocol: Protocol, fails: Fails) -> None:
    with collecting() as collector:
        collector.will(fails)
        with exporting(tracing(collector, protocol)) as exporter:
            exporter.put([request(1)])
            collector.wait(lambda it: it.exports)
            exporter.put([request(2)])

        assert numbers(collector) == [2]
        assert len(collector.exports) == 2
        assert exporter.dropped == 1


@both
def test_what_is_left_out_of_a_batch_is_counted_and_told_once(protocol: Protocol, told: Told) -> None:
    with collecting() as collector:
        collector.will(Partly(1, "a span that is too old"), Partly(1, "another"))
        with exporting(tracing(collector, protocol)) as exporter:
            exporter.put([request(1), request(2)])
            collector.wait(lambda it: it.exports)
            exporter.put([request(3)])

        assert len(collector.exports) == 2
        assert exporter.dropped == 2
    [line] = told.lines
    assert "taken in part, 1 were left out: a span that is too old" in line


@both
def test_headers_go_along_and_into_no_log(protocol: Protocol, told: Told) -> None:
    headers = {"X-Honeycomb-Team": SECRET, "authorization": f"Bearer {SECRET}2"}
    with collecting() as collector:
        collector.will(Fails("PERMISSION_DENIED", 403, says=f"unknown keys {SECRET} and {SECRET}2"))
        options = tracing(collector, protocol, headers=headers)
        with exporting(options) as exporter:
            exporter.put([request(1)])

        [export] = collector.exports
        assert export.headers["x-honeycomb-team"] == SECRET
        assert export.headers["authorization"] == f"Bearer {SECRET}2"
    assert "unknown keys *** and ***" in told.text
    assert SECRET not in told.text
    assert SECRET not in repr(endpoint_of(options))


@both
def test_a_collector_that_comes_late_gets_what_has_waited(protocol: Protocol, told: Told) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    options = Tracing(random_sampling=100.0, opentracing_grpc_endpoint=url, protocol=protocol)
    with exporting(options) as exporter:
        exporter.put([request(1)])
        exporter.put([request(2)])
        told.wait("are not taken")
        with on(port, protocol) as collector:
            collector.wait(lambda it: len(it.spans) >= 4)
            assert numbers(collector) == [1, 2]
    assert exporter.dropped == 0


@both
def test_a_collector_that_goes_and_comes_back_gets_the_rest(protocol: Protocol) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    options = Tracing(random_sampling=100.0, opentracing_grpc_endpoint=url, protocol=protocol)
    with exporting(options) as exporter:
        with on(port, protocol) as collector:
            exporter.put([request(1)])
            collector.wait(lambda it: it.spans)
        exporter.put([request(2)])
        with on(port, protocol) as another:
            another.wait(lambda it: it.spans)
            assert numbers(another) == [2]
    assert exporter.dropped == 0


@both
def test_a_collector_that_hangs_is_given_up_and_asked_again(protocol: Protocol) -> None:
    hangs = Hangs()
    with collecting() as collector:
        collector.will(hangs)
        with exporting(tracing(collector, protocol), msgspec.structs.replace(QUICK, timeout=0.2)) as exporter:
            exporter.put([request(1)])
            collector.wait(lambda it: it.spans)

        assert numbers(collector)[:1] == [1]
        assert exporter.dropped == 0


@both
def test_the_end_does_not_wait_for_a_collector_that_hangs(protocol: Protocol) -> None:
    patient = msgspec.structs.replace(QUICK, timeout=3600.0)
    with collecting() as collector:
        collector.will(Hangs())
        exporter = traces(endpoint_of(tracing(collector, protocol)), "1", pace=patient)
        exporter.put([request(1)])
        collector.wait(lambda it: it.exports)
        exporter.put([request(2)])
        exporter.close(0.05)

        assert exporter.dropped == 2


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def pem(certificate: trustme.LeafCert) -> tuple[bytes, bytes]:
    return certificate.private_key_pem.bytes(), b"".join(each.bytes() for each in certificate.cert_chain_pems)


@both
def test_a_collector_is_spoken_to_by_tls_and_both_sides_show_who_they_are(
    protocol: Protocol, authority: trustme.CA, tmp_path: Path
) -> None:
    ca, cert, key = (str(tmp_path / name) for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(ca)
    mine = pem(authority.issue_cert("planoai.example"))
    Path(key).write_bytes(mine[0])
    Path(cert).write_bytes(mine[1])
    server = pem(authority.issue_cert("localhost", "127.0.0.1"))
    with collecting(certificate=server, ca=authority.cert_pem.bytes()) as collector:
        with exporting(tracing(collector, protocol, tls=TracingTls(ca=ca, cert=cert, key=key))) as exporter:
            exporter.put([request(1)])

        assert numbers(collector) == [1]


@both
def test_a_collector_that_nobody_vouches_for_is_sent_nothing(
    protocol: Protocol, authority: trustme.CA, told: Told
) -> None:
    server = pem(authority.issue_cert("localhost", "127.0.0.1"))
    with collecting(certificate=server) as collector:
        with exporting(tracing(collector, protocol, tls=TracingTls())) as exporter:
            exporter.put([request(1)])

        assert collector.exports == []
        assert exporter.dropped == 1
    assert "are not taken" in told.text


@both
def test_a_certificate_that_can_not_be_read_is_told_of(protocol: Protocol, tmp_path: Path, told: Told) -> None:
    missing = str(tmp_path / "missing.pem")
    with collecting() as collector, exporting(tracing(collector, protocol, tls=TracingTls(ca=missing))) as exporter:
        exporter.put([request(1)])

    assert exporter.dropped == 1
    assert f"{missing} can not be used: no such file or directory" in told.text


@both
@pytest.mark.parametrize("encrypted", [True, False])
def test_a_key_that_is_of_no_use_is_told_of(
    protocol: Protocol, authority: trustme.CA, tmp_path: Path, told: Told, encrypted: bool
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    mine = pem(authority.issue_cert("planoai.example"))
    cert.write_bytes(mine[1])
    key.write_bytes(locked(mine[0]) if encrypted else b"no key")
    server = pem(authority.issue_cert("localhost", "127.0.0.1"))
    with collecting(certificate=server) as collector:
        with exporting(tracing(collector, protocol, tls=TracingTls(cert=str(cert), key=str(key)))) as exporter:
            exporter.put([request(1)])

        assert collector.exports == []
    assert exporter.dropped == 1
    assert "are not taken" in told.text


def locked(key: bytes) -> bytes:
    private = load_pem_private_key(key, None)
    assert isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


def test_a_header_that_grpc_can_not_carry_is_told_of_without_it(told: Told) -> None:
    with collecting() as collector:
        with exporting(tracing(collector, "grpc", headers={"x!": SECRET})) as exporter:
            exporter.put([request(1)])

        assert collector.exports == []
    assert exporter.dropped == 1
    assert "INTERNAL: Invalid metadata; they are lost" in told.text
    assert SECRET not in told.text


def test_a_header_of_bytes_goes_along_over_grpc() -> None:
    with collecting() as collector:
        with exporting(tracing(collector, "grpc", headers={"x-team-bin": "red"})) as exporter:
            exporter.put([request(1)])

        assert numbers(collector) == [1]


@both
def test_what_no_message_can_carry_is_sent_as_text(protocol: Protocol) -> None:
    strange = (("half", "a \ud800 b"), ("name \udfff", "c"))
    with collecting() as collector:
        with exporting(tracing(collector, protocol)) as exporter:
            exporter.put([request(1, attributes=strange)])

        assert collector.spans[0].attributes["half"] == "a ? b"
        assert collector.spans[0].attributes["name ?"] == "c"


def test_nothing_that_speaks_otlp_is_loaded_while_nobody_is_there() -> None:
    program = f"""
import sys
from planoai.config.schema import Tracing
from planoai.observability.exporters import close, exporters_of
from tests.observability.exporters.told import Told
from tests.observability.seen import observation
exporters = exporters_of(Tracing(random_sampling=100.0, opentracing_grpc_endpoint="http://127.0.0.1:{free_port()}"))
for each in exporters:
    each.put([observation()])
close(exporters, 10)
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"grpc", "google", "opentelemetry", "requests"}}))
print([each.dropped for each in exporters])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert run.stdout.splitlines() == ["[]", "[1, 0]"]


def test_where_nothing_is_sampled_there_is_nothing_to_export_to() -> None:
    assert exporters_of(Tracing(random_sampling=0.0)) == []


def test_a_path_that_tells_nothing_of_metrics_gets_traces_alone() -> None:
    options = Tracing(random_sampling=1.0, protocol="http", opentracing_grpc_endpoint="http://localhost:1/traces")
    posthog = Exporter(type="posthog", url="http://localhost:2", api_key="phc")

    found = exporters_of(msgspec.structs.replace(options, exporters=(posthog, posthog)))
    assert [each.name for each in found] == ["otlp", "posthog", "posthog"]
    close(found, 0)


def test_who_names_other_places_means_those_alone() -> None:
    elsewhere = Tracing(
        random_sampling=1.0, exporters=(Exporter(type="posthog", url="http://localhost:2", api_key="phc"),)
    )
    endpoint = "http://localhost:1"

    assert [each.name for each in exporters_of(Tracing(random_sampling=1.0))] == ["otlp", "otlp_metrics"]
    assert [each.name for each in exporters_of(elsewhere)] == ["posthog"]
    both = exporters_of(msgspec.structs.replace(elsewhere, opentracing_grpc_endpoint=endpoint))
    assert [each.name for each in both] == ["otlp", "otlp_metrics", "posthog"]


def test_every_export_of_a_config_gets_every_request() -> None:
    with collecting() as collector:
        exporters = exporters_of(tracing(collector, "grpc"))
        for each in exporters:
            each.put([request(1)])
        close(exporters, 30)

        assert numbers(collector) == [1]
        assert {each.metric for each in collector.points} >= {"gen_ai.client.operation.duration"}
