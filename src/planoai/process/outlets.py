"""Where observations go: the access log and who looks on, metrics, the store, exporters."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from time import time

import planoai
from planoai.observability import exporters
from planoai.observability.access import line
from planoai.observability.echo import Echo
from planoai.observability.exporters import Exporter, exporters_of
from planoai.observability.lens import Lens
from planoai.observability.logfile import LogFile
from planoai.observability.metrics import Metrics
from planoai.observability.observation import Observation
from planoai.observability.record import Dropped
from planoai.observability.store import Store
from planoai.observability.watch import Watch
from planoai.process.exposing import installed_commit
from planoai.process.prices import known

_ECHO_SECONDS = 0.2  # until who looks on is looked at again, where it does not take what it is shown
_EXPORT_SECONDS = 5.0  # for what waits in exporters when they end

log = logging.getLogger("planoai.recorder")


class Outlets:
    """Owns `logfile`. Used inside one loop. `lens`: what exchanges that begin now are looked at with.

    Until `go_by` was called there is no store and no exporter.
    """

    def __init__(self, logfile: LogFile, echo: Echo | None = None) -> None:
        self.lens = Lens()
        self.metrics = Metrics(planoai.__version__, installed_commit())
        self._logfile = logfile
        self._echo = echo
        self._shown = bytearray()  # lines that are to be
        self._timer: asyncio.TimerHandle | None = None
        self._failing = False  # the log could not be written the last time
        self._watch: Watch | None = None
        self._store: Store | None = None
        self._unstored = 0  # as counted last
        self._exporters: list[Exporter] = []
        self._unexported: list[int] = []  # by each of them, as counted last

    async def go_by(self, watch: Watch) -> None:
        """What a new config has changed is changed."""
        before, self._watch = self._watch, watch
        config, home = watch.config, Path(watch.home)
        self.lens = Lens(config, known(config, home))
        if before is None or (before.home, before.config.observability.store) != (
            watch.home,
            config.observability.store,
        ):
            self._close_store()
            store = config.observability.store
            self._store = Store(Path(store.path) if store.path else home / "store.db", store.max_bytes, store.max_age)
        if before is None or (before.config.tracing, before.proxies) != (config.tracing, watch.proxies):
            ending, counted = self._exporters, self._unexported
            self._exporters = exporters_of(config.tracing, watch.proxies)
            self._unexported = [0] * len(self._exporters)
            await asyncio.to_thread(exporters.close, ending, _EXPORT_SECONDS)
            self._count_unexported(ending, counted)

    def take(self, observations: Sequence[Observation]) -> None:
        """Returns once they are written down."""
        lines = []
        for each in observations:
            try:
                self.metrics.add(each)
                lines.append(f"{line(each)}\n")
            except Exception:  # one exchange that we are wrong about is not the end of the others
                log.exception("an exchange is not recorded")
        if lines:
            self._append("".join(lines).encode())
        if self._store is not None and observations:
            self._store.write(observations)
        for exporter in self._exporters:
            exporter.put(observations)

    def dropped(self, dropped: Dropped) -> None:
        """A worker left so much out."""
        self.metrics.dropped("exchange", dropped.exchanges)
        self.metrics.dropped("body", dropped.bodies)

    def count(self) -> None:
        """What is lost from here on is seen in the metrics."""
        if self._store is not None:
            self.metrics.dropped("store", self._store.lost - self._unstored)
            self._unstored = self._store.lost
        self._count_unexported(self._exporters, self._unexported)

    def _count_unexported(self, told: Sequence[Exporter], counted: list[int]) -> None:
        for place, exporter in enumerate(told):
            dropped = exporter.dropped
            self.metrics.not_exported(exporter.name, dropped - counted[place])
            counted[place] = dropped

    async def tend(self) -> None:
        """What the store needs now and then."""
        store = self._store
        while store is not None and store is self._store:
            more = store.trim(time())
            await asyncio.sleep(0)  # feeds come first
            if not more:
                await asyncio.to_thread(store.checkpoint)
                return

    def show(self) -> None:
        """What was written since, to who looks on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._echo is not None:
            self._echo.append(bytes(self._shown))
            if self._echo.waiting:
                self._timer = asyncio.get_running_loop().call_later(_ECHO_SECONDS, self.show)
        self._shown.clear()

    async def aclose(self, seconds: float = _EXPORT_SECONDS) -> None:
        """`seconds`: for exporters, to send what waits."""
        self.show()
        await asyncio.to_thread(exporters.close, self._exporters, seconds)
        self._close_store()
        self._logfile.close()

    def _close_store(self) -> None:
        if self._store is not None:
            self.count()
            self._store.close()
            self._store, self._unstored = None, 0

    def _append(self, lines: bytes) -> None:
        self._shown += lines
        try:
            self._logfile.append(lines)
        except OSError as error:
            if not self._failing:
                log.warning("the access log can not be written, its lines are lost: %s", error)
            self._failing = True
        else:
            if self._failing:
                log.warning("the access log is written again")
            self._failing = False
