"""Files of conversations and of reports, piece by piece: lines, the elements of an array, rows of a table; plain or gzip, or stdin."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader, RawIOBase
from itertools import chain
from pathlib import Path
from typing import Literal, cast

import click

from planoai.cli.signals.blocks import SIZE, blocks
from planoai.cli.signals.conversations import Item, is_json, is_message
from planoai.cli.signals.elements import Elements

Read = Callable[[int], bytes]
Shape = Literal["lines", "array", "whole"]

_STDIN = Path("-")
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_MARK = b"\xef\xbb\xbf"  # of UTF-8, where there is one
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16; one of UTF-32 begins with the same
_BLANK = b" \t\r\n"


@contextmanager
def opened(file: Path) -> Iterator[Read]:
    """The function that brings the next bytes. Raises OSError; the function raises ClickException where a gzip file is damaged."""
    with ExitStack() as stack:
        stream = _stdin() if file == _STDIN else stack.enter_context(file.open("rb"))
        if stream.peek(len(_GZIP)).startswith(_GZIP):
            yield _unzipped(file, stack.enter_context(gzip.open(stream)).read)
        else:
            yield stream.read1


def lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Each that is not blank, with its number."""
    with opened(file) as read:
        yield from _lines(_pieces(_head(file, read), read))


def items(file: Path, columns: Iterable[str]) -> Iterator[Item]:
    """`columns`: those that are wanted of a table."""
    with opened(file) as read:
        head = _head(file, read)
        if head.startswith(_PARQUET):
            yield from _rows(file, columns)
            return
        pieces = _pieces(head, read)
        match shape(head, file.name):
            case "lines":
                for number, line in _lines(pieces):
                    yield Item(f"line {number}", line)
            case "array":
                yield from _elements(pieces)
            case "whole":
                yield Item("the file", b"".join(pieces))


def shape(head: bytes, name: str) -> Shape:
    """How the text that begins with `head` is cut: a value a line, the elements of one array, or not at all."""
    if {".jsonl", ".ndjson"} & set(Path(name).suffixes):
        return "lines"
    first, _, rest = head.lstrip(_BLANK).partition(b"\n")
    second = rest.partition(b"\n")[0]
    if first.startswith(b"["):
        return "lines" if second.strip(_BLANK) and is_json(first) else "array"
    if first.startswith(b"{") and second.strip(_BLANK) and not (is_json(first) or is_json(second)):
        return "whole"
    return "lines"


def _head(file: Path, read: Read) -> bytes:
    """As much as is read at once, or all there is. Raises ClickException where it is not UTF-8 by its mark."""
    head = bytearray()
    while len(head) < SIZE and (piece := read(SIZE)):
        head += piece
    if head.startswith(_WIDE_MARKS):
        raise click.ClickException(f"{file} is UTF-16 or UTF-32: only UTF-8 is read")
    return bytes(head.removeprefix(_MARK))


def _pieces(head: bytes, read: Read) -> Iterator[bytes]:
    return chain([head], iter(lambda: read(SIZE), b""))


def _lines(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    every = (line for block in blocks(lambda _: next(pieces, b"")) for line in block.removesuffix(b"\n").split(b"\n"))
    yield from ((number, line) for number, line in enumerate(every, start=1) if line.strip())


def _elements(pieces: Iterable[bytes]) -> Iterator[Item]:
    """Those of an array of conversations; an array of messages is one."""
    elements = Elements()
    found = (each for piece in pieces for each in elements.feed(piece))
    first = next(found, b"")
    if is_message(first):
        whole = [first, *found]
        if rest := elements.close():
            whole.append(rest)  # which makes it no JSON, as it was
        yield Item("the file", b"[%b]" % b",".join(whole))
        return
    number = 0
    for number, each in enumerate(chain([first] if first else [], found), start=1):
        yield Item(f"element {number}", each)
    if rest := elements.close():
        yield Item(f"element {number + 1}", rest)


def _rows(file: Path, columns: Iterable[str]) -> Iterator[Item]:
    if file == _STDIN:
        raise click.ClickException("a Parquet file is read from its end: name the file instead of sending it to stdin")
    with file.open("rb") as stream:
        if stream.read(len(_GZIP)) == _GZIP:
            raise click.ClickException(f"{file} is a Parquet file inside a gzip file: unpack it first")
    from planoai.cli.signals.columns import rows

    yield from rows(file, columns)


def _stdin() -> BufferedReader:
    """One that can be looked into before it is read."""
    stream = sys.stdin.buffer
    return stream if isinstance(stream, BufferedReader) else BufferedReader(cast("RawIOBase", stream))


def _unzipped(file: Path, read: Read) -> Read:
    def reading(size: int) -> bytes:
        try:
            return read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise click.ClickException(f"{file} is no whole gzip file: {error}") from None

    return reading
