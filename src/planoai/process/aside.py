"""What may wait on somebody else, such as a pipe that nobody reads, done on a thread of its own, so that nothing else waits with it."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

MOST = 1_000  # items that wait

Item = TypeVar("Item")


class Aside(Generic[Item]):
    """Calls `do` with one item after another, in order. Where too many wait, further ones are left out and counted in `left_out`.

    An OSError of `do` is the loss of that item alone: a terminal that was closed, a full disk. `put` may be called by any thread.
    """

    def __init__(self, do: Callable[[Item], None], *, most: int = MOST) -> None:
        self.left_out = 0
        self._do = do
        self._most = most
        self._items: deque[Item] = deque()
        self._busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, item: Item) -> None:
        """Never waits."""
        with self._changed:
            if len(self._items) >= self._most:
                self.left_out += 1
                return
            self._items.append(item)
            self._changed.notify_all()
            if self._thread is None:
                # A daemon: one that is stuck must not keep the process from its end.
                self._thread = threading.Thread(target=self._work, name="aside", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Until everything is done, but no longer than that; whether it is."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, seconds)

    def _is_idle(self) -> bool:
        return not self._items and not self._busy

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._items))
                item = self._items.popleft()
                self._busy = True
            with suppress(OSError):
                self._do(item)
