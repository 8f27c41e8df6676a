"""Load for whole answers by `wrk` (https://github.com/wg/wrk), which costs the load core less than anything in Python."""

import json
import shutil
import subprocess
from pathlib import Path

from bench.exchange import Address, BadAnswer, Exchange, Load
from bench.processes import leashed

# What `wrk` hands to done() are counts and microseconds; `errors.status` counts answers over 399.
_DONE = """
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\nSUMMARY {"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d,"bad_status":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.timeout, e.status,
    latency:percentile(50), latency:percentile(99)))
end
"""


def found() -> bool:
    return shutil.which("wrk") is not None


def version() -> str:
    """Such as `4.1.0`; it is the second word of the usage that it prints as it fails."""
    return subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout.split()[1]


def run(address: Address, exchange: Exchange, *, at_once: int, seconds: int, body_bytes: int, directory: Path) -> Load:
    """One thread with `at_once` connections. `wrk` sees statuses but no bodies, so the mean size of an answer must be `body_bytes` and a head. Nor does it
    check certificates.

    Raises BadAnswer when a single answer failed.
    """
    script = directory / "wrk.lua"
    script.write_text(_script(exchange, address))
    command = [
        "wrk",
        "-t1",
        f"-c{at_once}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(script),
        address.url(exchange.path),
    ]
    try:
        ran = subprocess.run(leashed(command), capture_output=True, text=True, check=False, timeout=seconds + 15)
    except subprocess.TimeoutExpired as late:
        raise BadAnswer("wrk did not end") from late
    return read(ran.stdout, body_bytes)


def read(output: str, body_bytes: int) -> Load:
    """What `wrk` printed -> Load. Raises BadAnswer."""
    _, found_it, summary = output.rpartition("SUMMARY ")
    if not found_it:
        raise BadAnswer(f"wrk said: {output.strip()[-200:]}")
    told = json.loads(summary)
    requests = told["requests"]
    if told["errors"] or told["bad_status"] or not requests:
        raise BadAnswer(f"of {requests} requests {told['bad_status']} had a bad status and {told['errors']} failed")
    head_bytes = told["bytes"] / requests - body_bytes
    if not 0 < head_bytes < 1024:
        raise BadAnswer(
            f"answers had {told['bytes'] / requests:.0f} bytes in the mean, and should have {body_bytes} and a head"
        )
    return Load(
        requests=requests, seconds=told["microseconds"] / 1e6, p50_ms=told["p50"] / 1000, p99_ms=told["p99"] / 1000
    )


def _script(exchange: Exchange, address: Address) -> str:
    sent = (*exchange.headers.items(), *address.headers)
    headers = "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in sent)
    return f'wrk.method = "POST"\nwrk.body = [==[{exchange.body().decode()}]==]\n{headers}{_DONE}'
