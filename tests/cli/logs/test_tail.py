"""The end of a log, as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.logs.tail import Headed, Lines, last_lines

TEXTS = st.text(alphabet="ab\n", max_size=40).map(str.encode)
COUNTS = st.integers(min_value=0, max_value=12)


def backwards(text: bytes, size: int) -> list[bytes]:
    return [text[max(end - size, 0) : end] for end in range(len(text), 0, -size)]


@given(TEXTS, COUNTS, st.integers(min_value=1, max_value=9))
def test_the_last_lines_are_those_of_the_whole_text_however_it_is_read(text: bytes, count: int, size: int) -> None:
    lines = text.splitlines(keepends=True)
    assert last_lines(backwards(text, size), count) == b"".join(lines[len(lines) - min(count, len(lines)) :])


def test_no_more_is_read_than_the_lines_need() -> None:
    pieces = iter([b"c\nd\n", b"a\nb\n", b"left"])
    assert last_lines(pieces, 3) == b"b\nc\nd\n"
    assert list(pieces) == [b"left"]


@given(st.lists(TEXTS, max_size=8))
def test_what_is_fed_comes_out_in_whole_lines(chunks: list[bytes]) -> None:
    lines = Lines()
    out = [lines.feed(chunk) for chunk in chunks]
    text = b"".join(chunks)
    assert all(not each or each.endswith(b"\n") for each in out)
    assert b"".join(out) == text[: text.rfind(b"\n") + 1]
    rest = text[text.rfind(b"\n") + 1 :]
    assert lines.end() == (rest + b"\n" if rest else b"")
    assert lines.end() == b""


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "several"])
def test_a_heading_stands_where_the_text_changes(alone: bool) -> None:
    headed = Headed()
    shown = [headed.under(name, b"%s\n" % name.encode(), alone=alone) for name in ("a", "a", "b", "a")]
    if alone:
        assert shown == [b"a\n", b"a\n", b"b\n", b"a\n"]
    else:
        assert shown == [b"==> a <==\na\n", b"a\n", b"\n==> b <==\nb\n", b"\n==> a <==\na\n"]
