"""The recorder's place in the tree: what it goes by, the feeds that lead to it, and the socket that metrics are read from, which outlives it."""

import socket
from collections.abc import Callable, Iterable, Mapping

from planoai.config.defaults import NAME
from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.net.proxy import Proxies
from planoai.net.server import listen
from planoai.observability.watch import METRICS_VARIABLE, Watch, metrics_place, watch_of
from planoai.process.child import Place, Role
from planoai.process.control import Channel
from planoai.process.doors import Address, url_host
from planoai.process.home import Home
from planoai.process.orders import FeedFollows, FromChild, RecorderOrders
from planoai.process.settings import Settings
from planoai.process.told import Tell, Warned

Workers = Callable[[], Iterable[tuple[Channel[FromChild], int]]]  # those that live, each with its process id


class Records:
    """`place` is where recorders live, one after another. `workers`: whose feeds a new one gets."""

    def __init__(
        self,
        settings: Settings,
        home: Home,
        environ: Mapping[str, str],
        workers: Workers,
        changed: Callable[[], None],
        tell: Tell,
    ) -> None:
        self._settings = settings
        self._home = home
        self._workers = workers
        self._tell = tell
        self._watch: Watch | None = None
        self._before: Watch | None = None  # what held until the config that is being tried
        self._doors: dict[Address, socket.socket] = {}
        self._open: Address | None = None  # the one that is served
        self._served: Address | None = None  # until the config that is being tried
        self.place = Place(Role("recorder", "planoai.process.recorder", self._brief), environ, changed, tell)

    def try_out(self, config: Config, *, patient: bool = False) -> None:
        """The recorder goes by `config` from now on, until `settle` says whether it stays so.

        Raises ConfigError where metrics can not be read from where somebody wants them to be, and with `patient` also from where they usually are;
        otherwise that is a warning.
        """
        settings = self._settings
        made = settings.file == str(self._home.root / NAME)
        place, wanted = metrics_place(config, settings.environ, made=made)
        door: Address | None = place
        if place not in self._doors:
            try:
                self._doors[place] = listen(*place)
            except OSError as error:
                said = f"{url_host(place)} can not be bound: {(error.strerror or str(error)).lower()}"
                if wanted or patient:
                    raise ConfigError([f"observability.metrics_bind: {said}"]) from None
                self._tell(
                    Warned(
                        f"metrics are not served: {said}; `{METRICS_VARIABLE}`, or `observability.metrics_bind` in the config, puts them elsewhere",
                        of_config=False,
                    )
                )
                door = None
        self._before, self._served = self._watch, self._open
        self._go_by(watch_of(config, settings.home, Proxies.of(settings.environ)), door)

    def settle(self, *, stays: bool) -> None:
        """The config that was tried out is served; or it is not, and all is as it was."""
        if not stays:
            self._go_by(self._before, self._served)
        for place in [each for each in self._doors if each != self._open]:
            self._doors.pop(place).close()

    def introduce(self, worker: Channel[FromChild], pid: int) -> None:
        """Gives the worker a feed to the recorder that lives now; the next one introduces itself."""
        if self.place.channel is not None:
            _introduce(worker, pid, self.place.channel)

    def close(self) -> None:
        """Nobody reads metrics any more."""
        for door in self._doors.values():
            door.close()
        self._doors.clear()

    def _go_by(self, watch: Watch | None, door: Address | None) -> None:
        self._watch, self._open = watch, door
        if self.place.channel is not None:
            self._show(self.place.channel)

    def _show(self, recorder: Channel[FromChild]) -> None:
        if self._watch is not None:
            recorder.send(self._watch, [] if self._open is None else [self._doors[self._open].fileno()])

    def _brief(self, channel: Channel[FromChild], _pid: int) -> None:
        settings = self._settings
        self._home.make()  # somebody may have tidied up
        channel.send(RecorderOrders(logs=str(self._home.logs), level=settings.level, echo=settings.echo))
        self._show(channel)
        for worker, pid in self._workers():
            _introduce(worker, pid, channel)


def _introduce(worker: Channel[FromChild], pid: int, recorder: Channel[FromChild]) -> None:
    """Gives each an end of a feed."""
    writes, reads = socket.socketpair()
    with writes, reads:
        worker.send(FeedFollows(), [writes.fileno()])
        recorder.send(FeedFollows(pid), [reads.fileno()])
