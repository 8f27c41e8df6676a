"""A stream on its way from an upstream to a client: bytes in, bytes out, one carrier for each way of relaying.

`Verbatim` passes events on as they are and only watches how the stream ends. `Translated` reads one dialect and writes another. Both keep one
promise: a stream that did not end well never looks as if it had.
"""

import re
from typing import Protocol

from planoai.apis.dialect import Closing, Frames, StreamReader, StreamWriter
from planoai.apis.framing.sse import SseSplitter, parse_event
from planoai.conversation.event import Ended, Event, Failed
from planoai.conversation.failure import CUT_SHORT, Failure

_MAY_TELL_USAGE = re.compile(rb'"usage"(?!\s*:\s*null)').search  # many upstreams put `"usage":null` into every event

COMMENT = b": keep-alive\n\n"  # what can be said in any stream of events before its first one


class Carrier(Protocol):
    @property
    def done(self) -> bool:
        """Whether the last frame has been given: nothing may follow it."""
        ...

    @property
    def failed(self) -> bool:
        """Whether the client was told of a failure, in the upstream's words or in ours."""
        ...

    def feed(self, chunk: bytes) -> bytes:
        """What the client gets for `chunk`. Raises UpstreamUnreadable for an event without end."""
        ...

    def close(self) -> bytes:
        """The upstream's bytes have ended: what the client must still get."""
        ...

    def fail(self, failure: Failure) -> bytes:
        """No more bytes will come from the upstream, because of `failure`: what the client must still get."""
        ...

    def ping(self) -> bytes:
        """What keeps a silent stream alive; nothing after its end."""
        ...


class Verbatim:
    """Each event goes on as the bytes it came in, once it is whole: half an event would be read as garbage before the failure that cut it.

    `hide_usage`: leave out the usage that the client did not ask for, and that is there because it was asked for in the client's stead.
    `choices`: how many answers the stream holds; it is complete when all of them are.
    """

    def __init__(self, frames: Frames, *, hide_usage: bool = False, choices: int = 1) -> None:
        self.done = False
        self.failed = False
        self._frames = frames
        self._last_words = frames.last_words
        self._may_finish = frames.may_finish
        self._hide_usage = hide_usage
        self._splitter = SseSplitter()
        self._first = b""  # the first event that was not a comment
        self._last = b""  # the last one
        self._choices = choices
        self._finished: set[int] = set()  # choices

    def feed(self, chunk: bytes) -> bytes:
        if self.done:
            return b""
        blocks = self._splitter.feed(chunk)
        if self._hide_usage:
            blocks = [block for block in blocks if not (_MAY_TELL_USAGE(block) and self._is_usage(block))]
        for block in blocks:
            if not block.startswith(b":"):  # a comment says nothing of the end
                self._note(block)
                if self._last_words in block and self._closing() is Closing.TERMINAL:
                    self.done = True
                    blocks = blocks[: blocks.index(block) + 1]  # some servers go on
                    break
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def close(self) -> bytes:
        """An answer that is complete but for its last blank line or its last frame is given them; any other is told to be cut short."""
        if self.done:
            return b""
        rest = self._splitter.close()
        ending = b""
        if (
            rest
            and self._frames.closing(parse_event(rest)) is not Closing.OPEN
            and not (self._hide_usage and self._is_usage(rest))
        ):
            self._note(rest)
            ending = rest.rstrip(b"\r\n") + b"\n\n"
        self.done = True
        match self._closing():
            case Closing.TERMINAL:
                self.failed = self._frames.failure(parse_event(self._last)) is not None
                return ending
            case Closing.COMPLETE:
                return ending + self._frames.done
            case Closing.OPEN:
                self.failed = True
                return ending + self._frames.write_failure(CUT_SHORT, self._first, self._last)

    def fail(self, failure: Failure) -> bytes:
        if self.done:
            return b""
        self.done = True
        if self._closing() is Closing.TERMINAL:
            return b""
        self.failed = True
        return self._frames.write_failure(failure, self._first, self._last)

    def ping(self) -> bytes:
        return b"" if self.done else self._frames.ping if self._last else COMMENT

    def _note(self, block: bytes) -> None:
        """What must be remembered of an event that goes on."""
        self._first = self._first or block
        self._last = block
        if self._may_finish is not None and self._may_finish(block) and len(self._finished) < self._choices:
            self._finished |= self._frames.finished(parse_event(block))

    def _closing(self) -> Closing:
        """What all events say together: the last one may say nothing of an end that came before it, or of other choices than its own."""
        last = self._frames.closing(parse_event(self._last)) if self._last else Closing.OPEN
        if last is Closing.TERMINAL:
            return last
        if len(self._finished) >= self._choices:
            return Closing.COMPLETE
        return last if self._choices == 1 else Closing.OPEN

    def _is_usage(self, block: bytes) -> bool:
        return self._frames.is_usage(parse_event(block))


class Translated:
    """Reads one dialect, writes another."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, ping: bytes) -> None:
        self.done = False
        self.failed = False
        self._reader = reader
        self._writer = writer
        self._ping = ping
        self._begun = False

    def feed(self, chunk: bytes) -> bytes:
        return self._write(self._reader.feed(chunk))

    def close(self) -> bytes:
        return self._write(self._reader.close())

    def fail(self, failure: Failure) -> bytes:
        return b"" if self.done else self._write([Failed(failure)])

    def ping(self) -> bytes:
        return b"" if self.done else self._ping if self._begun else COMMENT

    def _write(self, events: list[Event]) -> bytes:
        written = self._writer.write(events)
        self._begun = self._begun or bool(written)
        if events and isinstance(events[-1], Ended | Failed):
            self.done = True
            self.failed = self.failed or isinstance(events[-1], Failed)
        return written
