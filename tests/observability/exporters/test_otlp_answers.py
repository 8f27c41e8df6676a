"""What collectors say, whatever it is."""

import pytest
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from planoai.observability.exporters.exporter import Taken
from planoai.observability.exporters.otlp_answers import read, retry_delay, said, secrets_of, status


@given(st.binary(max_size=60), st.sampled_from(["traces", "metrics"]))
def test_no_bytes_stop_us(data: bytes, signal: str) -> None:
    assert isinstance(read(signal, data, ()), Taken)
    assert (retry_delay(status(data)) or 0.0) is not None


@pytest.mark.parametrize("signal", ["traces", "metrics"])
def test_what_can_not_be_read_was_taken(signal: str) -> None:
    assert read(signal, b"\xff", ()) == Taken()
    assert read(signal, b"", ()) == Taken()


def test_when_to_come_back_is_read_from_among_other_details() -> None:
    told = RetryInfo()
    told.retry_delay.seconds, told.retry_delay.nanos = 2, 500_000_000
    answer = Status(code=8)
    answer.details.add().Pack(Status(message="something else"))
    answer.details.add().Pack(told)

    assert retry_delay(status(answer.SerializeToString())) == 2.5
    answer.details[1].value = b"\xff"
    assert retry_delay(status(answer.SerializeToString())) is None
    assert retry_delay(status(b"\xff")) is None


def test_what_is_said_is_one_short_line_without_secrets() -> None:
    secrets = secrets_of([("authorization", "Bearer abcdef"), ("x-team", "red"), ("x-empty", "")])

    assert said("no\n such  key: abcdef, Bearer abcdef (red)", secrets) == "no such key: ***, *** (red)"
    assert said("x" * 1000, secrets) == "x" * 200 + "..."
