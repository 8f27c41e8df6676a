"""The header fields of one message, as they came: in order, repeated names kept."""

from collections.abc import Iterator


class Headers:
    """Pairs of name and value. Names are lower-case; values have no white space around them and hold no CR, LF or NUL."""

    __slots__ = ("_first", "pairs")

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        self.pairs = pairs
        self._first: dict[bytes, bytes] | None = None  # made when somebody asks: most messages are asked several times

    def get(self, name: bytes) -> bytes | None:
        """The first value under `name`, which is given in lower case; None if there is none."""
        if self._first is None:
            self._first = dict(reversed(self.pairs))
        return self._first.get(name)

    def all(self, name: bytes) -> list[bytes]:
        """Every value under `name`, in the order of the message."""
        return [value for each, value in self.pairs if each == name]

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        # Names only: values may be credentials, and a repr ends up in logs.
        return f"Headers({[name.decode('latin-1') for name, _ in self.pairs]})"
