"""A stream on its way from an upstream to a client: bytes in, bytes out, one carrier for each way of relaying.

`Verbatim` passes chunks on as they are and only watches how the stream ends. `Filtered` does the same event by event, so that it can leave
some out. `Translated` reads one dialect and writes another. All keep one promise: a stream that did not end well never looks as if it had.
"""

from typing import Protocol

from planoai.apis.dialect import Closing, Frames, StreamReader, StreamWriter
from planoai.apis.framing.sse import SseSplitter, parse_event
from planoai.conversation.event import Ended, Event, Failed
from planoai.conversation.failure import Failure

CUT_SHORT = Failure(502, "the upstream ended its stream before the answer was complete", "upstream_closed")


class Carrier(Protocol):
    @property
    def done(self) -> bool:
        """Whether the last frame has been given: nothing may follow it."""
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
        """What keeps a silent stream alive, or nothing where nothing can be put between."""
        ...


class Verbatim:
    """One write per chunk. Keeps the event that has not ended and the last one that has, nothing else."""

    def __init__(self, frames: Frames) -> None:
        self.done = False
        self._frames = frames
        self._splitter = SseSplitter()
        self._last = b""
        self._between = True  # no event is open: the client has seen whole events only

    def feed(self, chunk: bytes) -> bytes:
        if self.done:
            return b""
        blocks = self._splitter.feed(chunk)
        for block in blocks:
            if not block.startswith(b":"):  # a comment says nothing of the end
                self._last = block
                if self._frames.last_words in block and self._closing(block) is Closing.TERMINAL:
                    self.done = True
                    break
        self._between = bool(blocks) and chunk.endswith((b"\n\n", b"\r\n\r\n", b"\r\r"))
        return chunk

    def close(self) -> bytes:
        return self._end(CUT_SHORT, tolerant=True)

    def fail(self, failure: Failure) -> bytes:
        return self._end(failure, tolerant=False)

    def ping(self) -> bytes:
        return self._frames.ping if self._between and self._last and not self.done else b""

    def _end(self, failure: Failure, *, tolerant: bool) -> bytes:
        """`tolerant`: an answer that is complete but for its last frame is given that frame instead of a failure."""
        if self.done:
            return b""
        self.done = True
        unfinished = self._splitter.close()
        blank = b"\n\n" if unfinished else b""
        closing = self._closing(self._last)
        if closing is not Closing.TERMINAL and unfinished:
            closing = self._closing(unfinished)
        if closing is Closing.TERMINAL:
            return blank
        if closing is Closing.COMPLETE and tolerant and self._frames.done:
            return blank + self._frames.done
        return blank + self._frames.write_failure(failure)

    def _closing(self, block: bytes) -> Closing:
        return self._frames.closing(parse_event(block)) if block else Closing.OPEN


class Filtered:
    """Whole events only, those left out that the client did not ask for: the usage that we asked for in its stead."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._splitter = SseSplitter()
        self._verbatim = Verbatim(frames)

    @property
    def done(self) -> bool:
        return self._verbatim.done

    def feed(self, chunk: bytes) -> bytes:
        kept = [block for block in self._splitter.feed(chunk) if not self._hidden(block)]
        return self._verbatim.feed(b"".join(kept)) if kept else b""

    def close(self) -> bytes:
        rest = self._splitter.close()
        event = parse_event(rest)
        if (
            rest
            and not self.done
            and self._frames.closing(event) is not Closing.OPEN
            and not self._frames.is_usage(event)
        ):
            return self._verbatim.feed(rest.rstrip() + b"\n\n") + self._verbatim.close()
        return self._verbatim.close()

    def fail(self, failure: Failure) -> bytes:
        return self._verbatim.fail(failure)

    def ping(self) -> bytes:
        return self._verbatim.ping()

    def _hidden(self, block: bytes) -> bool:
        return b'"usage"' in block and self._frames.is_usage(parse_event(block))


class Translated:
    """Reads one dialect, writes another."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, ping: bytes) -> None:
        self.done = False
        self._reader = reader
        self._writer = writer
        self._ping = ping
        self._begun = False

    def feed(self, chunk: bytes) -> bytes:
        return self._write(self._reader.feed(chunk))

    def close(self) -> bytes:
        return self._write(self._reader.close())

    def fail(self, failure: Failure) -> bytes:
        return self._write([Failed(failure)])

    def ping(self) -> bytes:
        return self._ping if self._begun and not self.done else b""

    def _write(self, events: list[Event]) -> bytes:
        written = self._writer.write(events)
        self._begun = self._begun or bool(written)
        self.done = self.done or (bool(events) and isinstance(events[-1], Ended | Failed))
        return written
