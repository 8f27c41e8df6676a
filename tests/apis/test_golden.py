"""What is translated, case by case: see tests/apis/golden.py for the files."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apis import golden

STREAMS = list(golden.streams())


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_a_stream_means_these_events(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    golden.matches(golden.beside(path, ".events.json"), golden.lines(events))


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_clients_of_other_dialects_get_these_bytes(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    for client in golden.clients(path.parent.name):
        golden.matches(golden.beside(path, f".to_{client}.sse"), golden.write_stream(client, events).decode())


@pytest.mark.parametrize("path", golden.cases("requests"), ids=golden.name)
def test_a_request_becomes_this_one(path: Path) -> None:
    case = json.loads(path.read_text())

    golden.matches(path, golden.pretty(golden.run_request(path, case)))


@pytest.mark.parametrize("path", golden.cases("answers"), ids=golden.name)
def test_an_answer_becomes_this_one(path: Path) -> None:
    case = json.loads(path.read_text())

    golden.matches(path, golden.pretty(golden.run_answer(path, case)))


@pytest.mark.parametrize("path", golden.cases("errors"), ids=golden.name)
def test_a_failure_becomes_this_one(path: Path) -> None:
    case = json.loads(path.read_text())

    golden.matches(path, golden.pretty(golden.run_failure(path, case)))


@given(st.data())
def test_cuts_anywhere_do_not_matter(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(STREAMS))
    stream = golden.bytes_of(path)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(edges)]

    assert golden.read_stream(path.parent.name, chunks) == golden.read_stream(path.parent.name, [stream])


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_bytes_to_a_client_do_not_depend_on_how_the_events_came(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    for client in golden.clients(path.parent.name):
        side = golden.client_side(client)
        assert side.stream_writer(golden.ENVELOPE).write(events) == golden.write_stream(client, events)
