"""The supervisor: it holds the sockets, starts, replaces and ends the processes that do the work, and says how they are. No request passes through it.

`planoai up --foreground` runs `supervise` itself; in the background `main` does, in a process that `planoai.process.launch` has started.
"""

import asyncio
import logging
import os
import re
import resource
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import structs
from msgspec.msgpack import Decoder

from planoai.config.load import Loaded
from planoai.config.schema import Config
from planoai.errors import ConfigError, PlanoError
from planoai.net.proxy import Proxies
from planoai.process.certificates import chains
from planoai.process.control import Channel, inherited
from planoai.process.doors import Doors, places_of, url
from planoai.process.generation import Generation
from planoai.process.home import Home
from planoai.process.known import fetched
from planoai.process.logbook import log_to_stderr
from planoai.process.orders import Chain, FromChild
from planoai.process.reading import read
from planoai.process.records import Records
from planoai.process.report import Report
from planoai.process.settings import Settings, scrubbed, workers_wanted
from planoai.process.status import Reloads, Status
from planoai.process.told import (
    Died,
    Refused,
    Reloaded,
    Running,
    Serving,
    Stopping,
    Tell,
    Told,
    Unchanged,
    Warned,
    sentence,
)
from planoai.providers.registry import Registry

log = logging.getLogger("planoai.process")
_LEVELS = {Warned: logging.WARNING, Died: logging.WARNING, Refused: logging.ERROR, Unchanged: logging.ERROR}

_TOO_MANY = "{generations} earlier configurations still serve {running} running requests: reload again when one of them has ended"
_PATH = re.compile(r"[a-z_]+(\[\d+\]|\.[a-z_]+)*: ")  # of the value in the config that a problem is about
_START_SECONDS = 30.0  # a child that is not ready then never will be
_RECORDER_SECONDS = 20.0  # for the recorder, to write what the workers left it
_REPEAT_SECONDS = (
    1.0  # a second Ctrl-C that comes sooner is no second thought: whoever started us passes on what we have had already
)
_MOST_ENDING = 3  # earlier generations: each keeps its processes while a request of it runs
_PORT_SECONDS = 2.0  # for a port that somebody is about to let go of
_LOOK_SECONDS = 0.05


async def supervise(settings: Settings, tell: Tell) -> int:
    """Serves the config until SIGTERM or SIGINT, then lets what runs come to its end; a second signal cuts it. SIGHUP reads the config anew.

    Returns the exit code: 0 after a signal, 1 where it could not start, which `tell` has then heard of as Refused.
    """
    home = Home(Path(settings.home))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold keys
    try:
        with home.held() as left:
            if home.is_open_to_others():
                log.warning(
                    "others may write to %s: who can replace its folders can stop this Plano and read its logs",
                    home.root,
                )
            return await Supervisor(settings, home, tell, succeeds=left).run()
    except PlanoError as error:
        tell(Refused((str(error),), of_config=False))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        tell(Refused((f"{error.filename or home.root} can not be used: {reason}",), of_config=False))
    return 1


class Supervisor:
    """Of one home, whose lock is held. `succeeds`: one that could not tidy up, and whose children may be there still."""

    def __init__(self, settings: Settings, home: Home, tell: Tell, *, succeeds: bool) -> None:
        self._settings = settings
        self._home = home
        self._teller = tell
        self._environ = scrubbed(settings.environ)
        self._doors = Doors()
        self._registry: Registry | None = None  # of models, as fetched before the config was read
        self._serving: Generation | None = None
        # With the one that serves: those which begin, and those which come to their end.
        self._living: dict[Generation, asyncio.Task[None]] = {}
        self._records = Records(settings, home, self._environ, self._workers, self._changed, self._tell)
        self._recorder = self._records.place
        self._called = asyncio.Event()  # a signal came
        self._stop = asyncio.Event()
        self._stopped = 0.0  # when, by the monotonic clock
        self._running = 0  # as told last
        said = Status(pid=os.getpid(), started=time.time(), config=settings.file)
        self._report = Report(home.status, said, self._now)
        self._succeeds = succeeds
        # `nohup` has us not listen to it.
        self._terminal = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and _has_terminal()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._asked_to_reload)
        loop.add_signal_handler(signal.SIGTERM, self._asked_to_stop)
        loop.add_signal_handler(signal.SIGINT, self._interrupted)
        self._report.write()
        try:
            return await self._supervise()
        finally:
            self._report.close()

    async def _supervise(self) -> int:
        async with asyncio.TaskGroup() as group:
            recording = group.create_task(self._recorder.run())  # starts while we read
            refused = await self._begin(group)
            if refused is None:
                self._tell(Serving(*_described(self._serving)))
                while not self._stop.is_set():
                    await self._called.wait()
                    self._called.clear()
                    await self._reload(group)
            elif not self._stop.is_set():
                self._tell(refused)
            await self._end(recording)
        return 0 if self._stop.is_set() else 1

    # From one config to the next.

    async def _begin(self, group: asyncio.TaskGroup) -> Refused | None:
        """Reads the config and starts its workers, which serve when this returns; or says why not, and then what was there before goes on."""
        ending = [each for each in self._living if each is not self._serving]
        if len(ending) >= _MOST_ENDING:
            running = sum(each.waiting for each in ending)
            return Refused((_TOO_MANY.format(generations=len(ending), running=running),), of_config=False)
        self._registry = await asyncio.to_thread(fetched, Path(self._settings.home))
        loaded = await asyncio.to_thread(read, Path(self._settings.file), self._settings.environ, self._registry)
        if isinstance(loaded, Refused):
            return loaded
        for line in loaded.warnings:
            self._tell(Warned(line))
        problems = await self._succeed(loaded, group)
        self._doors.keep(places_of(self._serving.config) if self._serving else [])
        if not problems:
            return None
        located = (loaded.located(each) if _PATH.match(each) else each for each in problems)
        return Refused(tuple(located), of_config=False)

    async def _succeed(self, loaded: Loaded, group: asyncio.TaskGroup) -> Sequence[str]:
        """The problems of a new generation; where there are none it serves, and the one before it comes to its end."""
        before = self._serving
        try:
            shown = await asyncio.to_thread(chains, loaded.config)
            generation = self._generation(loaded, await self._opened(loaded.config), shown)
        except ConfigError as error:
            return error.problems
        except (ValueError, OSError) as error:  # of the address of a proxy; of a machine that has no room left
            return [str(error)]
        self._living[generation] = group.create_task(self._live(generation))
        if problems := await self._started(generation):
            self._records.settle(stays=False)
            generation.cut()
            return problems
        self._records.settle(stays=True)
        self._serving = generation
        if before is not None:
            self._recorder.hurry()
            before.drain(stopping=False)
        urls, *_ = _described(generation)
        self._report.say(state="serving", digest=loaded.digest, listeners=urls, shutdown_timeout=generation.patience)
        return ()

    async def _opened(self, config: Config) -> list[socket.socket]:
        """The listeners' sockets; the one that metrics are read from is there by then. Raises ConfigError."""
        # Others of ours may be about to close it: what a killed supervisor left, workers that were just told to drain.
        leaving = self._succeeds if self._serving is None else len(self._living) > 1
        deadline = time.monotonic() + (_PORT_SECONDS if leaving else 0)
        while True:
            patient = time.monotonic() < deadline
            try:
                doors = self._doors.take(places_of(config))
                self._records.try_out(config, patient=patient)
            except ConfigError:
                if not patient:
                    raise
            else:
                return doors
            await asyncio.sleep(_LOOK_SECONDS)

    def _generation(
        self, loaded: Loaded, doors: Sequence[socket.socket], shown: tuple[Chain | None, ...]
    ) -> Generation:
        settings, config = self._settings, loaded.config
        return Generation(
            config,
            doors,
            shown,
            workers_wanted(config.workers if settings.workers is None else settings.workers),
            level=settings.level,
            proxies=Proxies.of(settings.environ),
            registry=self._registry,
            environ=self._environ,
            introduce=self._records.introduce,
            changed=self._changed,
            tell=self._tell,
        )

    async def _live(self, generation: Generation) -> None:
        try:
            await generation.run()
        finally:
            del self._living[generation]

    async def _started(self, generation: Generation) -> Sequence[str]:
        """Problems; none once all its workers and the recorder are ready."""

        async def ready() -> Sequence[str]:
            return await generation.started() or await asyncio.shield(self._recorder.started)

        try:
            async with asyncio.timeout(_START_SECONDS):
                return await self._unless_stopped(ready(), ["it was told to stop"])
        except TimeoutError:
            return [f"not ready after {_START_SECONDS:g} s"]

    async def _unless_stopped(
        self, doing: Coroutine[None, None, Sequence[str]], otherwise: Sequence[str]
    ) -> Sequence[str]:
        """What `doing` returns, or `otherwise` as soon as we are told to stop."""
        async with asyncio.TaskGroup() as group:
            done, stopped = group.create_task(doing), group.create_task(self._stop.wait())
            await asyncio.wait((done, stopped), return_when=asyncio.FIRST_COMPLETED)
            finished = done.done()
            stopped.cancel()
            done.cancel()
        return done.result() if finished else otherwise

    async def _reload(self, group: asyncio.TaskGroup) -> None:
        asked = self._report.status.reload.asked
        if asked == self._report.status.reload.number or self._stop.is_set():
            return
        refused = await self._begin(group)
        if self._stop.is_set():
            return
        if refused is None:
            self._tell(Reloaded(*_described(self._serving)))
        else:
            self._tell(Unchanged(refused.problems, refused.of_config))
        problems = () if refused is None else refused.problems
        self._report.say(reload=Reloads(self._report.status.reload.asked, asked, problems))

    async def _end(self, recording: asyncio.Task[None]) -> None:
        self._report.say(state="draining")
        if self._stop.is_set():
            self._tell(Stopping(0.0 if self._serving is None else self._serving.patience))
        self._doors.keep([])  # the workers close theirs, and then a client learns at once that nobody is here
        self._recorder.hurry()  # the workers have something to tell it before they end
        for generation in self._living:
            generation.drain(stopping=True)
        if self._living:
            await asyncio.wait(self._living.values())
        self._recorder.drain(_RECORDER_SECONDS, stopping=True)
        await recording
        self._records.close()

    def _workers(self) -> Iterator[tuple[Channel[FromChild], int]]:
        for generation in self._living:
            for place in generation.places:
                if place.channel is not None and place.pid is not None:
                    yield place.channel, place.pid

    # Signals.

    def _interrupted(self) -> None:
        if not self._stop.is_set() or time.monotonic() - self._stopped >= _REPEAT_SECONDS:
            self._asked_to_stop()

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():
            for generation in self._living:
                generation.cut()
        else:
            self._stopped = time.monotonic()
        self._stop.set()
        self._called.set()

    def _asked_to_reload(self) -> None:
        if self._terminal and not _has_terminal():
            self._asked_to_stop()  # it was closed, and the signal is its last
            return
        before = self._report.status.reload
        self._report.say(reload=structs.replace(before, asked=before.asked + 1))
        self._called.set()

    # What others get to know.

    def _tell(self, told: Told) -> None:
        with suppress(
            OSError
        ):  # a terminal that was closed, a full disk: there is nobody to tell, and the requests go on
            self._teller(told)

    def _changed(self) -> None:
        """One of the children has."""
        running = self._waiting()
        if self._stop.is_set() and running != self._running:
            self._running = running
            self._tell(Running(running))
        self._report.changed()

    def _waiting(self) -> int:
        return sum(each.waiting for each in self._living)

    def _now(self) -> dict[str, object]:
        workers = tuple(pid for each in self._living for pid in each.pids)
        return {"workers": workers, "recorder": self._recorder.pid, "waiting": self._waiting()}


def _described(generation: Generation | None) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    if generation is None:
        return (), (), 0
    config = generation.config
    return (
        tuple(map(url, config.listeners)),
        tuple(each.name for each in config.model_providers),
        len(generation.places),
    )


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


async def _detached(descriptor: int) -> int:
    """Takes its settings from the process that started it, and tells that one how it goes until it serves. Whatever is told is logged too."""
    with Channel(inherited(descriptor), Decoder(Settings)) as channel:
        received = await channel.receive()
        if received is None:
            return 1
        settings = received.message
        log_to_stderr(settings.level)

        def tell(told: Told) -> None:
            log.log(_LEVELS.get(type(told), logging.INFO), "%s", sentence(told))
            channel.send(told)
            if isinstance(told, Serving | Refused):
                watching.cancel()
                channel.close()

        async def watch() -> None:
            """Whoever was interrupted while it started us does not want us any more."""
            await channel.receive()
            os.kill(os.getpid(), signal.SIGTERM)

        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch())
            code = await supervise(settings, tell)
            watching.cancel()
        return code


def main() -> None:
    with asyncio.Runner() as runner:
        sys.exit(runner.run(_detached(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
