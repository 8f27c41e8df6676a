import pytest
from bench.exchange import BadAnswer, Load

from bench import wrk

GOOD = {"requests": 100, "microseconds": 2000000, "bytes": 110000, "errors": 0, "bad_status": 0, "p50": 250, "p99": 900}


def output(**changes: int) -> str:
    fields = ",".join(f'"{name}":{value}' for name, value in {**GOOD, **changes}.items())
    return f"Running 2s test\n  1 threads\n\nSUMMARY {{{fields}}}\n"


def test_counts_and_times_are_read_from_what_it_prints() -> None:
    assert wrk.read(output(), body_bytes=900) == Load(requests=100, seconds=2.0, p50_ms=0.25, p99_ms=0.9)


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (output(bad_status=1), "1 had a bad status"),
        (output(errors=3), "3 failed"),
        (output(requests=0), "of 0 requests"),
        (output(bytes=20000), "answers had 200 bytes in the mean"),
        ("unable to connect to 127.0.0.1:1 Connection refused", "Connection refused"),
    ],
)
def test_one_bad_answer_fails_the_run(printed: str, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        wrk.read(printed, body_bytes=900)
