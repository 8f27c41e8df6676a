"""What a collector says of an export, read alike whether it came over gRPC or over HTTP."""

from collections.abc import Iterable

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from planoai.observability.exporters.exporter import Taken

_MOST_SAID = 200  # characters

ANSWERS = {"traces": ExportTraceServiceResponse.FromString, "metrics": ExportMetricsServiceResponse.FromString}


def taken(answer: ExportTraceServiceResponse | ExportMetricsServiceResponse, secrets: Iterable[str]) -> Taken:
    partial = answer.partial_success
    if isinstance(answer, ExportTraceServiceResponse):
        return Taken(partial.rejected_spans, said(partial.error_message, secrets))
    return Taken(partial.rejected_data_points, said(partial.error_message, secrets))


def read(signal: str, data: bytes, secrets: Iterable[str]) -> Taken:
    """Of bytes that are no answer nothing is known but that they came."""
    try:
        return taken(ANSWERS[signal](data), secrets)
    except DecodeError:
        return Taken()


def status(data: bytes) -> Status | None:
    """None for bytes that are none."""
    try:
        return Status.FromString(data)
    except DecodeError:
        return None


def retry_delay(found: Status | None) -> float | None:
    """Seconds; None where nothing is said of trying again."""
    for detail in () if found is None else found.details:
        told = RetryInfo()
        if detail.Is(RetryInfo.DESCRIPTOR):
            try:
                detail.Unpack(told)
            except DecodeError:
                return None
            return float(told.retry_delay.seconds + told.retry_delay.nanos / 1e9)
    return None


def said(words: str, secrets: Iterable[str]) -> str:
    """On one line, and without what the collector was shown so that it believes us."""
    for secret in secrets:
        words = words.replace(secret, "***") if secret else words
    line = " ".join(words.split())
    return line if len(line) <= _MOST_SAID else f"{line[:_MOST_SAID]}..."


def secrets_of(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The values, and what of them stands behind a scheme such as `Bearer`; the longest first."""
    values = {value for _, value in headers}
    values |= {value.partition(" ")[2] for value in values}
    return tuple(sorted((each for each in values if len(each) >= 4), key=len, reverse=True))
