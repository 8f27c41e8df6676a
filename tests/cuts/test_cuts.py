"""Wherever bytes are cut, the same is read; wherever a stream breaks off, it does not look whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planoai.apis.carry import Carrier
from planoai.conversation.event import Ended, Failed
from tests.apis import golden
from tests.apis.carriers import carry, ended_well, filtered, translated, verbatim

STREAMS = list(golden.streams())
VERBATIM = list(golden.verbatim_streams())

# At how many of the places: some, spread over all of the stream, or every one there is.
MANY = pytest.mark.parametrize("most", [300, pytest.param(10**9, marks=pytest.mark.long, id="all")])


def cuts(stream: bytes, most: int, start: int = 1) -> range:
    """Where `stream` is cut: at every byte, or at `most` that are equally far apart."""
    return range(start, len(stream), 1 + len(stream) // most)


@MANY
@pytest.mark.parametrize("make", [verbatim, filtered])
@pytest.mark.parametrize("path", VERBATIM, ids=golden.name)
def test_where_the_bytes_are_cut_does_not_matter(path: Path, make: Callable[[str], Carrier], most: int) -> None:
    dialect, stream = path.parent.name, golden.bytes_of(path)
    whole = carry(make(dialect), stream)
    meant = golden.read_stream(dialect, [whole])

    for cut in cuts(stream, most):
        carried = carry(make(dialect), stream[:cut], stream[cut:])
        assert carried == whole or golden.read_stream(dialect, [carried]) == meant, cut


@MANY
@pytest.mark.parametrize("make", [verbatim, filtered])
@pytest.mark.parametrize("path", VERBATIM, ids=golden.name)
def test_a_stream_that_breaks_off_anywhere_never_looks_whole(
    path: Path, make: Callable[[str], Carrier], most: int
) -> None:
    dialect, stream = path.parent.name, golden.bytes_of(path)

    for cut in cuts(stream, most // 4, start=0):
        if not ended_well(golden.read_stream(dialect, [stream[:cut]])):
            carried = carry(make(dialect), stream[:cut])
            assert isinstance(golden.read_stream(dialect, [carried])[-1], Failed), cut


@MANY
@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_translated_streams_break_off_as_the_clients_dialect_says(path: Path, most: int) -> None:
    upstream, stream = path.parent.name, golden.bytes_of(path)

    for client in golden.clients(upstream):
        for cut in cuts(stream, most // 10, start=0):
            failed = not ended_well(golden.read_stream(upstream, [stream[:cut]]))
            carried = carry(translated(upstream, client), stream[:cut])
            assert isinstance(golden.read_stream(client, [carried])[-1], Failed if failed else Ended), cut


@MANY
@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_one_cut_anywhere_does_not_matter(path: Path, most: int) -> None:
    upstream, stream = path.parent.name, golden.bytes_of(path)
    whole = golden.read_stream(upstream, [stream])

    for cut in cuts(stream, most):
        assert golden.read_stream(upstream, [stream[:cut], stream[cut:]]) == whole, cut


@MANY
@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_small_chunks_do_not_matter(path: Path, most: int) -> None:
    upstream, stream = path.parent.name, golden.bytes_of(path)
    whole = golden.read_stream(upstream, [stream])

    for size in (1, 2, 3, 7, 16, 61) if most < len(stream) else range(1, 65):
        chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert golden.read_stream(upstream, chunks) == whole, size
