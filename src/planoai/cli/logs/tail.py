"""The end of a text, and what is appended to it, as whole lines. Pure: `planoai.cli.logs` reads the files."""

from collections.abc import Iterable


def last_lines(pieces: Iterable[bytes], count: int) -> bytes:
    """The last `count` lines of a text whose `pieces` come from its end to its start; no more of them are taken than it needs.

    What stands behind the last newline is a line too.
    """
    kept: list[bytes] = []
    missing = count
    for piece in pieces if count else ():
        if not kept and piece.endswith(b"\n"):
            missing += 1  # this one ends the last line: it begins none
        found = piece.count(b"\n")
        if found >= missing:
            kept.append(piece.split(b"\n", found - missing + 1)[-1])
            break
        missing -= found
        kept.append(piece)
    return b"".join(reversed(kept))


class Lines:
    """Whole lines out of a text that grows. A line is held until it has ended, so that two texts never share one."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def feed(self, chunk: bytes) -> bytes:
        whole, newline, rest = chunk.rpartition(b"\n")
        if newline:
            whole = b"".join([*self._held, whole, newline])
            self._held = []
        if rest:
            self._held.append(rest)
        return whole

    def end(self) -> bytes:
        """The line that was held, ended: no more will come."""
        held = b"".join(self._held)
        self._held = []
        return held and held + b"\n"


class Headed:
    """Says whose lines come next where there are several texts, as `tail` does."""

    def __init__(self) -> None:
        self._last: str | None = None

    def under(self, name: str, lines: bytes, *, alone: bool) -> bytes:
        """`lines` of the text called `name`, below its heading where that is needed. `alone`: there is no other text."""
        before, self._last = self._last, name
        if alone or before == name:
            return lines
        return b"%s==> %s <==\n%s" % (b"" if before is None else b"\n", name.encode(errors="replace"), lines)
