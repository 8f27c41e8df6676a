"""What exporters share: a bounded queue, and the one thread that takes batches from it to where they go."""

import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from msgspec import Struct

from planoai.observability.exporters.exporter import Destination, Refused, Taken, Unavailable
from planoai.observability.observation import Observation

log = logging.getLogger("planoai.exporters")

_WEIGHT = 2048  # bytes that an observation is taken to need besides the texts in it
_LAST_SECONDS = 0.5  # for a thread to end that was interrupted


class Pace(Struct, frozen=True):
    """Seconds, numbers of requests, bytes.

    A batch goes when it holds `batch` requests, or when its first one has waited for `linger`. One try takes `timeout` at most. After a failure the next
    try comes after `pause`, then after twice that and so on up to `longest_pause`, or when the other side says; what is not taken by a try that comes
    `patience` after the first one is dropped. Never do more than `room` requests wait, nor such that hold more than `room_bytes`; the oldest go first.
    `most_bytes`: what is sent at once.
    """

    batch: int = 256
    linger: float = 1.0
    timeout: float = 10.0
    pause: float = 1.0
    longest_pause: float = 30.0
    patience: float = 300.0
    room: int = 4096
    room_bytes: int = 32 * 1024 * 1024
    most_bytes: int = 3 * 1024 * 1024


class Parcel(Struct, frozen=True):
    """What is sent at once: `data` tells of so many `requests`."""

    data: bytes
    requests: int


class Sender:
    """Takes parcels to a destination, one after another, and says once that it breaks, and once that it works again.

    All but `drop`, `finish` and `wait` is called by one thread. `absence`: the level at which it is told that nobody was ever there.
    """

    def __init__(self, name: str, what: str, destination: Destination, pace: Pace, absence: int) -> None:
        self.name = name
        self.dropped = 0
        self.changed = threading.Condition()
        self.finish_at: float | None = None  # by the clock of `monotonic`
        self._what = what
        self._to = destination
        self._pace = pace
        self._absence = absence
        self._is_reached = False
        self._is_failing = False
        self._told_partial = False
        self._lost_before = 0  # when it began to fail

    def reach(self) -> bool:
        """Whether somebody is there to send to. Where nobody is, a pause follows that grows, or the end has come."""
        pause = self._pace.pause
        while not self._is_reached:
            try:
                self._to.reach(self._seconds())
                self._is_reached = True
            except Unavailable as error:
                self.fails(error, self._absence)
                if self.finish_at is not None:
                    return False
                self._rest(pause)
                pause = min(2 * pause, self._pace.longest_pause)
        return True

    def send(self, parcel: Parcel) -> None:
        """Until it is taken, or dropped."""
        began, pause = monotonic(), self._pace.pause
        while True:
            was_last = self.finish_at is not None
            try:
                taken = self.try_once(parcel)
            except Refused as error:
                self.fails(error)
                self.drop(parcel.requests)
                return
            except Unavailable as error:
                self.fails(error)
                if was_last or monotonic() >= began + self._pace.patience:
                    self.drop(parcel.requests)
                    return
                usual = min(pause * random.uniform(0.8, 1.2), self._pace.longest_pause)  # noqa: S311
                self._rest(max(usual, min(error.after, self._pace.patience)))
                pause = min(2 * pause, self._pace.longest_pause)
            else:
                self.works(taken, parcel)
                return

    def try_once(self, parcel: Parcel) -> Taken:
        """Raises Refused and Unavailable."""
        seconds = self._seconds()
        if seconds <= 0:
            raise Unavailable("there was no time left")
        return self._to.deliver(parcel.data, seconds)

    def drop(self, requests: int) -> None:
        """By any thread: they are not going to be taken."""
        with self.changed:
            self.dropped += requests

    def finish(self, seconds: float) -> None:
        with self.changed:
            if self.finish_at is None:
                self.finish_at = monotonic() + seconds
            self.changed.notify_all()

    def wait(self, thread: threading.Thread | None) -> None:
        """For the end of `thread`, which calls the other methods, as long as `finish` gave it."""
        if thread is None or self.finish_at is None:
            return
        thread.join(max(0.0, self.finish_at - monotonic()))
        if thread.is_alive():
            self._to.interrupt()
            thread.join(_LAST_SECONDS)

    def close(self) -> None:
        if self._is_failing and self.dropped > self._lost_before:
            level = logging.WARNING if self._is_reached else self._absence
            log.log(level, "%s: requests lost: %d", self._heading, self.dropped - self._lost_before)
        self._to.close()

    @property
    def where(self) -> str:
        return self._to.where

    @property
    def _heading(self) -> str:
        return f"{self._what} to {self._to.where}"

    def fails(self, error: Exception, level: int = logging.WARNING) -> None:
        if not self._is_failing:
            self._is_failing = True
            self._lost_before = self.dropped
            ending = "they are lost" if isinstance(error, Refused) else "they wait, and are tried again"
            log.log(level, "%s are not taken: %s; %s", self._heading, error, ending)

    def works(self, taken: Taken, parcel: Parcel) -> None:
        if self._is_failing:
            self._is_failing = False
            lost = self.dropped - self._lost_before
            log.info("%s are taken again%s", self._heading, f"; requests lost: {lost}" if lost else "")
        if taken.left_out:
            self.drop(min(taken.left_out, parcel.requests))
            if not self._told_partial:
                self._told_partial = True
                log.warning("%s are taken in part, %d were left out: %s", self._heading, taken.left_out, taken.said)

    def _seconds(self) -> float:
        if self.finish_at is None:
            return self._pace.timeout
        return min(self._pace.timeout, self.finish_at - monotonic())

    def _rest(self, seconds: float) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.finish_at is not None, seconds)


class Batching:
    """An Exporter. `pack` makes one parcel's bytes of several observations, b"" where there is nothing to tell of them.

    Only requests of traces that are sampled are told of.
    """

    def __init__(
        self,
        name: str,
        what: str,
        destination: Destination,
        pack: Callable[[Sequence[Observation]], bytes],
        pace: Pace | None = None,
        absence: int = logging.WARNING,
    ) -> None:
        self._pace = pace or Pace()
        self._sender = Sender(name, what, destination, self._pace, absence)
        self._pack = pack
        self._changed = self._sender.changed
        self._waiting: deque[tuple[Observation, int, float]] = deque()  # each with its weight and since when
        self._weight = 0
        self._in_hand = 0  # taken from the queue, and neither sent nor counted
        self._is_over = False
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return self._sender.name

    @property
    def dropped(self) -> int:
        return self._sender.dropped

    def put(self, observations: Sequence[Observation]) -> None:
        sampled = [(each, weight(each), monotonic()) for each in observations if each.opened.trace.sampled]
        if not sampled:
            return
        with self._changed:
            if self._is_over or self._is_finishing():
                self._sender.drop(len(sampled))
                return
            was = len(self._waiting)
            for item in sampled:
                self._waiting.append(item)
                self._weight += item[1]
                while len(self._waiting) > self._pace.room or self._weight > self._pace.room_bytes:
                    self._weight -= self._waiting.popleft()[1]
                    self._sender.drop(1)
            if not was or was < self._pace.batch <= len(self._waiting):
                self._changed.notify_all()
            if self._thread is None:
                # A daemon: one that is stuck must not keep the process from its end.
                self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
                self._thread.start()

    def finish(self, seconds: float) -> None:
        self._sender.finish(seconds)

    def close(self, seconds: float) -> None:
        self._sender.finish(seconds)
        self._sender.wait(self._thread)
        with self._changed:
            self._sender.drop(len(self._waiting))
            self._waiting.clear()

    def _work(self) -> None:
        try:
            while self._has_some() and self._sender.reach():
                for parcel in self._packed(self._batch()):
                    if parcel.data:
                        self._sender.send(parcel)
                    self._in_hand -= parcel.requests
        except Exception:  # what is wrong with us is no reason for the process to end
            log.exception("%s: nothing more is sent", self.name)
        with self._changed:
            self._is_over = True
            self._sender.drop(len(self._waiting) + self._in_hand)
            self._waiting.clear()
        self._sender.close()

    def _has_some(self) -> bool:
        """Waits for as much as makes a batch, or for what little there is when it has lingered; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_finishing())
            if self._waiting:
                due = self._waiting[0][2] + self._pace.linger
                self._changed.wait_for(self._is_full, max(0.0, due - monotonic()))
            return bool(self._waiting)

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._pace.batch or self._is_finishing()

    def _is_finishing(self) -> bool:
        return self._sender.finish_at is not None

    def _batch(self) -> list[Observation]:
        with self._changed:
            batch = [self._waiting.popleft() for _ in range(min(self._pace.batch, len(self._waiting)))]
            self._weight -= sum(item[1] for item in batch)
            self._in_hand = len(batch)
        return [item[0] for item in batch]

    def _packed(self, batch: list[Observation]) -> list[Parcel]:
        """In several parcels where one would be too big, and without an observation that we can not pack."""
        try:
            data = self._pack(batch)
        except Exception:  # one request that we are wrong about is not the end of the others
            if len(batch) == 1:
                log.exception("%s: a request is left out", self.name)
                self._sender.drop(1)
                self._in_hand -= 1
                return []
        else:
            if len(data) <= self._pace.most_bytes or len(batch) == 1:
                return [Parcel(data, len(batch))]
        half = len(batch) // 2
        return [*self._packed(batch[:half]), *self._packed(batch[half:])]


def weight(observation: Observation) -> int:
    """Bytes that it needs while it waits, roughly."""
    asked, answer = observation.asked, observation.answer
    size = _WEIGHT
    if asked is not None and asked.lines:
        size += sum([len(each.text) for each in asked.lines])
    if answer is not None:
        size += len(answer.text) + sum([len(each.arguments) for each in answer.calls])
    return size
