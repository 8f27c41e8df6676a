"""`Script`: an answer before it is written in any API's words."""

from msgspec import Struct

from planoai.simulate.ask import Tool
from planoai.simulate.options import Stop


class Thought(Struct, frozen=True):
    text: str


class Text(Struct, frozen=True):
    text: str


class Call(Struct, frozen=True):
    """`arguments` is JSON, unless the token limit cut it; for a custom tool it is the plain input."""

    tool: Tool
    arguments: str


Piece = Thought | Text | Call


class Usage(Struct, frozen=True):
    """Tokens. `cached` and `written` are part of `input`, `reasoning` is part of `output`."""

    input: int
    output: int
    cached: int = 0
    written: int = 0
    reasoning: int = 0

    @property
    def fresh(self) -> int:
        """Input that was neither read from the cache nor written to it: what Anthropic and Bedrock call input."""
        return self.input - self.cached - self.written


class Script(Struct, frozen=True):
    pieces: tuple[Piece, ...]
    stop: Stop
    usage: Usage
    matched: str | None = None  # the stop sequence that ended it

    @property
    def thought(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Thought))

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Text))

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Call))


def slices(text: str, size: int) -> list[str]:
    """`text` in pieces of `size` characters; none for no text."""
    return [text[start : start + size] for start in range(0, len(text), size)]
