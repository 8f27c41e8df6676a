"""A text of lines in blocks of whole lines, so that any block can be read without the others. Pure: `read` brings the bytes."""

from collections.abc import Callable, Iterator

SIZE = 1 << 18


def blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """What `read` brings until it brings nothing. A block ends with a newline, but for the last one of a text that does not.

    A line that is longer than what is read at once is put together once, however long it is.
    """
    held: list[bytes] = []  # of a line that has not ended
    while piece := read(SIZE):
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*held, piece[:end]))
            held = []
        if end < len(piece):
            held.append(piece[end:])
    if held:
        yield b"".join(held)
