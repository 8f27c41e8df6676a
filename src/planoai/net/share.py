"""How the connections of one socket are shared out among the processes that accept from it.

The kernel wakes them all and the quickest takes everything, so a busy process would hoard: its event loop is awake already. Each process writes
how much it has into its place of a small table in shared memory, and one that has more than the others lets them go first.

A place is two numbers of 32 bits: the connections that are open, plus one, and those that were ever taken, which wrap. A place whose first number is 0
belongs to nobody who accepts: it was never taken, its owner drains, or died and was cleared. Each place has one writer and numbers are written whole,
so nothing is locked; who reads an old number waits a moment too long or not long enough.
"""

import mmap
import os
import sys
import tempfile
from typing import NamedTuple

_PLACE = 8  # bytes
_WRAP = 1 << 32
_HALF = 1 << 31
_AHEAD_OF_EQUALS = 4  # connections taken more than another who has as many open
_FIRST_GRACE = 8


class _Silence(NamedTuple):
    """Of one that had its time to take a connection and did not. Those who wait for it go on with `grace` connections before they wait again."""

    taken: int  # by it, when that was seen
    grace: int
    until: int  # we have taken so many


def table(places: int) -> int:
    """A table for `places` processes, as a file descriptor that is closed on exec. It needs no name, and goes with the last who has it."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("planoai-share")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, places * _PLACE)
    return descriptor


def clear(descriptor: int, place: int) -> None:
    """Says for a process that died that it accepts no more."""
    os.pwrite(descriptor, bytes(_PLACE), place * _PLACE)


class Share:
    """The place of this process in the table behind `descriptor`, which is not used after this returns.

    A connection is counted from `opened` to `closed`. Others see us from `enter` to `leave`.
    """

    __slots__ = ("_counts", "_inside", "_memory", "_mine", "_open", "_others", "_silent", "_taken")

    def __init__(self, descriptor: int, place: int) -> None:
        self._memory = mmap.mmap(descriptor, 0)
        self._counts = memoryview(self._memory).cast("I")
        self._mine = place * 2
        self._others = [each for each in range(0, len(self._counts), 2) if each != self._mine]
        self._silent: dict[int, _Silence] = {}
        self._inside = False  # the place is ours; once we have left, another process may be given it
        self._open = 0
        self._taken = 0

    def enter(self) -> None:
        """From here on this process accepts. One that comes late does not have to make up for what others took before."""
        if self._inside:
            return
        self._inside = True
        self._taken = max((self._counts[each + 1] for each in self._others if self._counts[each]), default=0)
        self._tell()

    def leave(self) -> None:
        if self._inside:
            self._inside = False
            self._counts[self._mine] = 0

    def opened(self) -> None:
        self._open += 1
        self._taken = (self._taken + 1) % _WRAP
        self._tell()

    def closed(self) -> None:
        self._open -= 1
        self._tell()

    def ahead(self) -> bool:
        """Whether the next connection is for another one to take."""
        return any(self._behind(each) for each in self._others)

    def pass_over(self) -> None:
        """Those behind us had their time and left the connection waiting. They may be short of time, or hang: we wait for them again, ever less."""
        for each in self._others:
            if self._behind(each):
                taken = self._counts[each + 1]
                before = self._silent.get(each)
                grace = before.grace * 2 if before is not None and before.taken == taken else _FIRST_GRACE
                self._silent[each] = _Silence(taken, grace, (self._taken + grace) % _WRAP)

    def close(self) -> None:
        """Nothing may be asked of it after this."""
        self.leave()
        self._counts.release()
        self._memory.close()

    def _tell(self) -> None:
        if self._inside:
            self._counts[self._mine + 1] = self._taken
            self._counts[self._mine] = self._open + 1

    def _behind(self, place: int) -> bool:
        seen, taken = self._counts[place], self._counts[place + 1]
        if not seen:
            return False
        silence = self._silent.get(place)
        if silence is not None and silence.taken == taken and (silence.until - self._taken) % _WRAP < _HALF:
            return False
        lead = self._open - (seen - 1)
        if lead > 0:
            return lead > 1 + seen // 8  # an eighth more is near enough, and lets a crowd be taken in few rounds
        # As much is open: connections that come and go are taken in turn.
        return lead == 0 and _AHEAD_OF_EQUALS < (self._taken - taken) % _WRAP < _HALF
