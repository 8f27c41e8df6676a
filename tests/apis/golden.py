"""Golden files: what stands in tests/golden and how a case is read, run and written back.

    streams/<upstream>/<case>.sse               the upstream's bytes, written by hand
                      /<case>.frames.json       the same of an API whose streams are binary: see tests/support/eventstream.py
                      /<case>.events.json       the events they mean, one a line
                      /<case>.to_<client>.sse   what a client of another dialect gets
    requests/<client>_to_<upstream>/<case>.json   {"request", "expected", "lost"}, perhaps "accepts"; or {"request", "error"}
    answers/<upstream>_to_<client>/<case>.json    {"answer", "expected"}, and "lost" where something is
    errors/<upstream>_to_<client>/<case>.json     {"status", "body", "expected"}, perhaps "kind", the header that names the failure;
                                                  a text as body is sent as it is

To add a case, add its input and run once with UPDATE_GOLDEN=1; then read what was written before you believe it.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from planoai.apis import DIALECTS
from planoai.apis.dialect import Accepts, ClientSide, Dialect, Envelope
from planoai.apis.fields import read_fields
from planoai.conversation.event import Event, Failed
from planoai.conversation.fold import fold
from planoai.errors import ClientError
from tests.support import eventstream

ROOT = Path(__file__).parent.parent / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
REQUEST_ID = "req_0123456789"
_OF_A_STREAM = (".sse", ".frames.json")


def envelope() -> Envelope:
    """A fresh one: what an answer loses is written into it."""
    return Envelope(
        seed="0123456789abcdef0123456789abcdef", created=1700000000, model="configured-model", input_estimate=11
    )


ENVELOPE = envelope()  # where nobody asks what was lost


def streams() -> Iterator[Path]:
    found = (path for ending in _OF_A_STREAM for path in ROOT.glob(f"streams/*/*{ending}"))
    return (path for path in sorted(found) if ".to_" not in path.name)


def verbatim_streams() -> Iterator[Path]:
    """Those that a client of the same API may get as they are."""
    return (path for path in streams() if DIALECTS[path.parent.name].client is not None)


def bytes_of(path: Path) -> bytes:
    """The bytes of a stream, as its upstream sends them."""
    return path.read_bytes() if path.suffix == ".sse" else eventstream.encoded(json.loads(path.read_bytes()))


def beside(path: Path, ending: str) -> Path:
    """The file that stands beside a stream under the same name, with another ending."""
    return path.with_name(_stem(path) + ending)


def cases(kind: str) -> list[Path]:
    return sorted(ROOT.glob(f"{kind}/*/*.json"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{_stem(path)}"


def _stem(path: Path) -> str:
    return next((path.name.removesuffix(each) for each in _OF_A_STREAM if path.name.endswith(each)), path.stem)


def pair(path: Path) -> tuple[Dialect, Dialect]:
    """The two dialects that a folder is named for."""
    first, _, second = path.parent.name.partition("_to_")
    return DIALECTS[first], DIALECTS[second]


def clients(upstream: str) -> list[str]:
    """The dialects that a stream of `upstream` is translated to."""
    return [each.name for each in DIALECTS.values() if each.client is not None and each.name != upstream]


def client_side(name: str) -> ClientSide:
    side = DIALECTS[name].client
    assert side is not None
    return side


def read_stream(upstream: str, chunks: Iterable[bytes]) -> list[Event]:
    reader = DIALECTS[upstream].upstream.stream_reader(envelope())
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return [*events, *reader.close()]


def write_stream(client: str, events: Iterable[Event]) -> bytes:
    """One event at a time, as slowly as they may come."""
    writer = client_side(client).stream_writer(envelope())
    return b"".join(writer.write([event]) for event in events)


def lines(events: Iterable[Event]) -> str:
    return "[\n" + ",\n".join(msgspec.json.encode(event).decode() for event in events) + "\n]\n"


def run_request(path: Path, case: dict[str, Any]) -> dict[str, Any]:
    client, upstream = pair(path)
    assert client.client is not None
    accepts = msgspec.convert(case.get("accepts", {}), Accepts)
    given: dict[str, Any] = {key: case[key] for key in ("accepts", "request") if key in case}
    try:
        fields = read_fields(compact(case["request"]))
        client.client.inspect(fields)
        written = upstream.upstream.write_request(client.client.read_request(fields), accepts)
    except ClientError as error:
        return {**given, "error": {"message": error.message, "param": error.param}}
    return {**given, "expected": json.loads(written.body), "lost": list(written.lost)}


def run_answer(path: Path, case: dict[str, Any]) -> dict[str, Any]:
    upstream, client = pair(path)
    assert client.client is not None
    answered = envelope()
    events = upstream.upstream.read_answer(compact(case["answer"]), answered)
    if isinstance(last := events[-1], Failed):
        written = client.client.write_failure(last.failure, REQUEST_ID)
        return {"answer": case["answer"], "status": last.failure.status, "expected": json.loads(written)}
    expected = json.loads(client.client.write_answer(fold(events), answered))
    lost = {"lost": answered.lost} if answered.lost else {}
    return {"answer": case["answer"], "expected": expected, **lost}


def run_failure(path: Path, case: dict[str, Any]) -> dict[str, Any]:
    upstream, client = pair(path)
    assert client.client is not None
    body = case["body"].encode() if isinstance(case["body"], str) else compact(case["body"])
    failure = upstream.upstream.read_failure(case["status"], body, case.get("kind", ""))
    written = json.loads(client.client.write_failure(failure, REQUEST_ID))
    kind = {"kind": case["kind"]} if "kind" in case else {}
    return {"status": case["status"], **kind, "body": case["body"], "expected": written}


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def pretty(value: object) -> str:
    """Key order counts: prompt caches go by the bytes of a schema."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def matches(path: Path, text: str) -> None:
    """The file holds `text`. With UPDATE_GOLDEN it is made to."""
    if UPDATE:
        path.write_bytes(text.encode())
    assert path.exists(), f"no expectation: {path.name} (UPDATE_GOLDEN=1 writes it, for you to read)"
    assert text == path.read_bytes().decode()
