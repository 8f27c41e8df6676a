"""Content codings by themselves: bytes in, bytes out."""

import gzip
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from planoai.errors import UpstreamUnreadable
from planoai.net.decoding import STEP, Decoder, codings_of

Encode = Callable[[bytes], bytes]


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


ENCODINGS: dict[str, tuple[str, Encode]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without zlib": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.compress),
}
EVERY = pytest.mark.parametrize(("coding", "encode"), ENCODINGS.values(), ids=ENCODINGS.keys())
TEXT = b"a body that says the same and the same and the same, " * 40 + bytes(range(256))


def decoder(*codings: str) -> Decoder:
    return Decoder(codings, lambda what: UpstreamUnreadable(f"The body {what}."))


def decoded(decoder: Decoder, pieces: Iterable[bytes]) -> bytes:
    parts = []
    for piece in pieces:
        out = decoder.feed(piece)
        while out:
            parts.append(out)
            out = decoder.feed(b"")
    decoder.close()
    return b"".join(parts)


@EVERY
@given(data=st.binary(max_size=300), repeat=st.integers(1, 50), cuts=st.lists(st.integers(0, 4000)))
def test_any_cut_gives_the_same(coding: str, encode: Encode, data: bytes, repeat: int, cuts: list[int]) -> None:
    coded = encode(data * repeat)
    edges = [0, *sorted(min(cut, len(coded)) for cut in cuts), len(coded)]
    pieces = [coded[start:end] for start, end in pairwise(edges)]
    assert decoded(decoder(coding), pieces) == data * repeat


@EVERY
def test_byte_by_byte_every_byte_is_taken(coding: str, encode: Encode) -> None:
    assert decoded(decoder(coding), (bytes([each]) for each in encode(TEXT))) == TEXT


@EVERY
def test_a_body_that_is_cut_anywhere_is_an_error(coding: str, encode: Encode) -> None:
    coded = encode(TEXT)
    for end in range(1, len(coded)):
        with pytest.raises(UpstreamUnreadable, match=f"ends before its {coding} coding does|is not valid {coding}"):
            decoded(decoder(coding), [coded[:end]])


@EVERY
def test_garbage_is_an_error_that_names_the_coding(coding: str, encode: Encode) -> None:
    for garbage in (b'{"error": "not compressed at all"}' * 9, encode(TEXT) + b"and more"):
        with pytest.raises(UpstreamUnreadable, match=f"is not valid {coding}"):
            decoded(decoder(coding), [garbage])


@EVERY
def test_nothing_at_all_is_an_empty_body(coding: str, encode: Encode) -> None:
    assert decoded(decoder(coding), []) == b""
    assert decoded(decoder(coding), [encode(b"")]) == b""


@pytest.mark.no_cover
@EVERY
def test_what_comes_out_at_once_is_bounded(coding: str, encode: Encode) -> None:
    size = 60 * STEP
    bomb = encode(bytes(size))
    assert len(bomb) < STEP
    each = decoder(coding)
    out, total = each.feed(bomb), 0
    while out:
        assert len(out) <= STEP + STEP // 16
        total += len(out)
        out = each.feed(b"")
    each.close()
    assert total == size


def test_codings_in_a_row_are_undone_from_the_last_to_the_first() -> None:
    data = bytes(5 * STEP) + TEXT
    coded = zstandard.compress(brotli.compress(raw_deflate(gzip.compress(data))))
    assert decoded(decoder("gzip", "deflate", "br", "zstd"), [coded[:50], coded[50:]]) == data


def test_a_row_that_is_cut_inside_is_an_error() -> None:
    with pytest.raises(UpstreamUnreadable, match="ends before its gzip coding does"):
        decoded(decoder("gzip", "br"), [brotli.compress(gzip.compress(TEXT)[:-9])])


def test_gzip_members_and_padding_and_zstd_frames_are_one_body() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two") + bytes(20)
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    frames = zstandard.compress(b"one ") + skipped + zstandard.compress(b"two")
    for size in (1, 7, 1000):
        for coding, coded in (("gzip", members), ("zstd", frames)):
            pieces = [coded[start : start + size] for start in range(0, len(coded), size)]
            assert decoded(decoder(coding), pieces) == b"one two"


@pytest.mark.parametrize(
    ("coding", "empty"), [("gzip", gzip.compress(b"")), ("zstd", zstandard.compress(b""))], ids=["gzip", "zstd"]
)
def test_parts_that_say_nothing_can_not_go_on_for_ever(coding: str, empty: bytes) -> None:
    assert decoded(decoder(coding), [empty * 1000]) == b""
    with pytest.raises(UpstreamUnreadable, match="is not valid"):
        decoded(decoder(coding), [empty * 10_000])


def test_a_zstd_frame_that_asks_for_much_memory_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=25)
    stream = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    with pytest.raises(UpstreamUnreadable, match="is not valid zstd"):
        decoded(decoder("zstd"), [stream.compress(TEXT) + stream.flush()])


def test_what_a_sender_has_flushed_comes_out_at_once() -> None:
    each = zlib.compressobj(wbits=31), zstandard.ZstdCompressor().compressobj(), brotli.Compressor()
    flushed = {
        "gzip": each[0].compress(b"data: 1\n\n") + each[0].flush(zlib.Z_SYNC_FLUSH),
        "zstd": each[1].compress(b"data: 1\n\n") + each[1].flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK),
        "br": each[2].process(b"data: 1\n\n") + each[2].flush(),
    }
    for coding, coded in flushed.items():
        assert decoder(coding).feed(coded) == b"data: 1\n\n"


@pytest.mark.parametrize("codings", [["compress"], ["gzip", "rot13"], ["gzip"] * 5])
def test_a_coding_that_is_not_known_and_a_long_row_are_errors(codings: list[str]) -> None:
    with pytest.raises(UpstreamUnreadable, match="coding"):
        decoder(*codings)


def test_names_of_codings_are_read_from_every_field_in_order() -> None:
    assert codings_of([b"GZip , identity", b"", b"BR,"]) == ["gzip", "br"]
    assert codings_of([b"identity"]) == []
