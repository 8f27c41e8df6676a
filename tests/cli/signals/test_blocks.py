"""A text of lines, in blocks."""

from collections.abc import Callable
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.signals.blocks import blocks


def reading(pieces: list[bytes]) -> Callable[[int], bytes]:
    left = iter(pieces)
    return lambda _: next(left, b"")


@given(st.lists(st.binary(min_size=1).map(lambda each: each.replace(b"\x00", b"\n"))))
def test_the_blocks_are_the_text_and_each_holds_whole_lines(pieces: list[bytes]) -> None:
    found = list(blocks(reading(pieces)))
    assert b"".join(found) == b"".join(pieces)
    assert all(each.endswith(b"\n") for each in found[:-1])
    assert all(found)


def test_a_line_that_is_longer_than_what_is_read_at_once_is_one_block() -> None:
    line = b"x" * 5_000_000 + b"\n"
    assert [len(each) for each in blocks(BytesIO(b"first\n" + line + b"last").read)] == [6, len(line), 4]
