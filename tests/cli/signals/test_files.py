"""Files of conversations, however they are written."""

import gzip
import json
import sys
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from planoai.cli.signals.conversations import Conversation, conversation
from planoai.cli.signals.files import Shape, items, lines, shape

pa: Any = import_module("pyarrow")  # which has no types
pq: Any = import_module("pyarrow.parquet")

SAID = [{"role": "user", "content": 'a "[{,]}" b'}]
MANY = [{"id": str(number), "messages": SAID} for number in range(5)]

Written = Callable[[str, bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def read(file: Path) -> list[Conversation]:
    return [conversation(item, "auto", None) for item in items(file, ["id", "messages"])]


JSONL = b"\n".join(json.dumps(each).encode() for each in MANY)
LISTS = b"\n".join(json.dumps(SAID).encode() for _ in MANY)
ARRAY = json.dumps(MANY).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", JSONL),
        ("a.jsonl", b"\n\n" + JSONL + b"\n \n"),
        ("a.txt", b"\xef\xbb\xbf" + JSONL),
        ("a.json", ARRAY),
        ("a.json", ARRAY + b"\n"),
        ("a.json", json.dumps(MANY, indent=2).encode()),
        ("a.json", json.dumps(MANY, indent=0).encode()),
        ("a.jsonl.gz", gzip.compress(JSONL, mtime=0)),
        ("a.gz", gzip.compress(ARRAY, mtime=0)),
        ("a", gzip.compress(JSONL[:50], mtime=0) + gzip.compress(JSONL[50:], mtime=0)),
    ],
)
def test_many_conversations_are_found_whatever_the_shape_of_the_file(
    written: Written, name: str, content: bytes
) -> None:
    found = read(written(name, content))
    assert [each.name for each in found] == ["0", "1", "2", "3", "4"]
    assert all(each.messages == SAID for each in found)


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_one_conversation_is_found_over_as_many_lines_as_it_takes(written: Written, indent: int | None) -> None:
    whole = written("a.json", json.dumps(MANY[0], indent=indent).encode())
    assert [each.name for each in read(whole)] == ["0"]
    listed = written("b.json", json.dumps(SAID * 3, indent=indent).encode())
    assert [(each.name, each.messages) for each in read(listed)] == [("the file", SAID * 3)]


def test_lists_of_messages_stand_on_lines_of_their_own(written: Written) -> None:
    for name in ("a.jsonl", "a.json"):
        assert [each.name for each in read(written(name, LISTS))] == [f"line {n}" for n in range(1, 6)]


def test_there_is_nothing_in_an_empty_file(written: Written) -> None:
    for content in (b"", b"\n", b"[]", gzip.compress(b"", mtime=0)):
        assert read(written("a.json", content)) == []


def test_a_bad_line_is_one_item_and_the_next_is_read(written: Written) -> None:
    file = written("a.jsonl", b'{"messages": [\n' + JSONL)
    assert [each.place for each in items(file, [])] == [f"line {n}" for n in range(1, 7)]


def test_what_an_array_lacks_at_its_end_is_an_item_that_is_no_json(written: Written) -> None:
    *good, last = items(written("a.json", ARRAY[:-10]), [])
    assert [each.place for each in good] == [f"element {n}" for n in range(1, 5)]
    assert last.place == "element 5"
    cut = [*items(written("b.json", json.dumps(SAID * 2).encode()[:-1]), [])]
    for each in (last, *cut):
        with pytest.raises(ValueError, match="truncated"):
            conversation(each, "auto", None)


@pytest.mark.parametrize(
    ("head", "cut"),
    [
        (b"", "lines"),
        (b"no json", "lines"),
        (b'{"a": 1}', "lines"),
        (b'{"a": 1}\n{"a": 2}\n', "lines"),
        (b'{"a": \n{"a": 2}\n', "lines"),
        (b'{"a": "a line longer than what is looked at', "lines"),
        (b'{\n  "a": 1\n}', "whole"),
        (b'[{"a": 1}]\n', "array"),
        (b'[{"a": 1},', "array"),
        (b'[\n{"a": 1}\n]', "array"),
        (b"[1]\n[2]\n", "lines"),
    ],
)
def test_the_first_lines_say_how_a_text_is_cut(head: bytes, cut: Shape) -> None:
    assert shape(head, "-") == cut
    assert shape(head, "a.jsonl.gz") == "lines"


def test_an_array_takes_no_more_memory_than_its_parts(written: Written) -> None:
    file = written("a.json", b"[" + b",".join([b'{"messages": [], "more": "%b"}' % (b"x" * 100_000)] * 400) + b"]")
    tracemalloc.start()
    try:
        assert sum(1 for _ in items(file, [])) == 400
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_the_lines_of_reports_are_counted_blank_ones_too(written: Written) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        assert [*lines(written("a", mark + b"a\n\nb\n"))] == [(1, b"a"), (3, b"b")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_text_that_is_not_utf_8_is_told_of_once(written: Written, encoding: str) -> None:
    file = written("a.jsonl", JSONL.decode().encode(encoding))
    for reading in (items(file, []), lines(file)):
        with pytest.raises(click.ClickException, match="only UTF-8 is read"):
            next(reading)


@pytest.mark.parametrize(
    "spoiled",
    [gzip.compress(JSONL * 100)[:-20], gzip.compress(b"x" * 99)[:12] + b"\xff" * 30],
    ids=["cut", "scratched"],
)
def test_a_damaged_gzip_file_is_told_of(written: Written, spoiled: bytes) -> None:
    with pytest.raises(click.ClickException, match="is no whole gzip file"):
        read(written("a.gz", spoiled))


class TestParquet:
    def test_a_row_is_a_conversation(self, tmp_path: Path) -> None:
        file = tmp_path / "a.parquet"
        said = [*SAID, {"role": "tool", "content": "4", "tool_call_id": "1"}]
        rows = [{"id": number, "messages": said, "other": "x"} for number in range(200)]
        pq.write_table(pa.Table.from_pylist(rows), file)
        found = read(file)
        assert [each.name for each in found] == [str(number) for number in range(200)]
        assert all(each.messages == said for each in found)
        assert next(items(file, ["id"])).content == {"id": 0}

    def test_its_messages_may_be_json(self, tmp_path: Path) -> None:
        file = tmp_path / "a"
        pq.write_table(pa.table({"messages": [json.dumps(SAID), json.dumps(SAID)]}), file)
        assert [(each.name, each.messages) for each in read(file)] == [("row 1", SAID), ("row 2", SAID)]

    def test_what_is_no_table_after_all_is_told_of(self, written: Written) -> None:
        with pytest.raises(click.ClickException, match="can not be read: "):
            read(written("a.parquet", b"PAR1" + b"x" * 100))

    def test_one_inside_a_gzip_file_is_called_that(self, written: Written) -> None:
        with pytest.raises(click.ClickException, match="unpack it first"):
            read(written("a.parquet.gz", gzip.compress(b"PAR1", mtime=0)))

    def test_a_time_that_has_no_value_in_python_is_told_of(self, tmp_path: Path) -> None:
        file = tmp_path / "a.parquet"
        column = pa.array([1_234_567_890_123_456_789], pa.timestamp("ns"))
        pq.write_table(pa.table({"id": column, "messages": [json.dumps(SAID)]}), file)
        with pytest.raises(click.ClickException, match="can not be read: Nanosecond"):
            read(file)

    def test_without_its_library_the_way_to_it_is_told(self, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("pyarrow", "pyarrow.parquet"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(click.ClickException, match=r"pip install 'planoai\[parquet\]'"):
            read(written("a.parquet", b"PAR1"))
