"""Lines for whoever looks on. A terminal that is stopped or a pipe that nobody reads must not hold up what is recorded."""

import os
import select

_MOST_WAITING = 256 * 1024  # bytes


class Echo:
    """Writes to `descriptor` as much as it takes at once. What it does not take waits, up to a bound; the rest is left out, and that is told there."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._waiting = bytearray()
        self._left_out = 0  # lines
        self._over = False  # nobody looks on any more

    def append(self, lines: bytes) -> None:
        """Whole lines."""
        if self._over:
            return
        if len(self._waiting) + len(lines) > _MOST_WAITING:
            self._left_out += lines.count(b"\n")
        else:
            self._tell_left_out()
            self._waiting += lines
        self.flush()

    def flush(self) -> None:
        try:
            while self._waiting and self._poll.poll(0):
                # So much is taken without waiting by what is ready at all (POSIX, write, of pipes).
                written = os.write(self._descriptor, self._waiting[: select.PIPE_BUF])
                del self._waiting[:written]
        except OSError:
            self._over = True
            self._waiting.clear()

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def _tell_left_out(self) -> None:
        if self._left_out:
            self._waiting += b"(%d lines are left out here; the log has them)\n" % self._left_out
            self._left_out = 0
