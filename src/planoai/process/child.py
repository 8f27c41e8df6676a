"""One place in the process tree: a child is kept there, replaced when it dies, and told when to end."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from msgspec import Struct

from planoai.process.control import Channel, of_supervisor
from planoai.process.orders import Cut, Drain, Failed, FromChild, Ready, Waiting
from planoai.process.told import Died, Tell

LONG_LIFE = 10.0  # seconds; who lived so long is replaced at once
START_SECONDS = 30.0  # who is not ready then never will be
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
_PATIENCE = 10.0  # seconds that a child may need beyond what it was given, before it is killed


class Role(Struct, frozen=True, eq=False):
    """What a place is for.

    `name` says it to people, `module` is what the child runs. `brief` gives a new child its orders, with its channel and process id; `gone` hears that
    it has died.
    """

    name: str
    module: str
    brief: Callable[[Channel[FromChild], int], None]
    gone: Callable[[], None] = lambda: None


class Place:
    """`run` is its life. `changed` is called when `pid`, `ready` or `waiting` has changed."""

    def __init__(self, role: Role, environ: Mapping[str, str], changed: Callable[[], None], tell: Tell) -> None:
        self._role = role
        self._environ = environ
        self._changed = changed
        self._tell = tell
        self._ending = asyncio.Event()
        self._awaited = asyncio.Event()
        self._last: Drain | Cut | None = None  # what the child was told of its end
        self._process: asyncio.subprocess.Process | None = None
        self._kill: asyncio.TimerHandle | None = None
        self._late: asyncio.TimerHandle | None = None  # ends a child that does not become ready
        self._failure = ""  # of this child, in words that follow its name; "" where its exit code says all
        self.channel: Channel[FromChild] | None = None  # of the child that lives here now
        self.waiting = 0
        # Once: no problem when the first child is ready, or what kept it from that.
        self.started: asyncio.Future[Sequence[str]] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Returns when the child has ended that was told to, or when the first one could not begin."""
        pause = 0.0
        while not self._ending.is_set():
            born = asyncio.get_running_loop().time()
            child, how = await self._life_or_none()
            if self._ending.is_set():
                break
            if not self.started.done():
                self.started.set_result([f"{child} {how}" if self._failure else f"{child} {how} before it was ready"])
            if self.started.result():
                break
            lived = asyncio.get_running_loop().time() - born
            pause = 0.0 if lived >= LONG_LIFE else min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._tell(Died(child, how, pause))
            await self._rest(pause)
        if not self.started.done():
            self.started.set_result(["it was told to end before it was ready"])

    def hurry(self) -> None:
        """A child that has died, or dies next, is replaced without a pause."""
        self._awaited.set()

    def drain(self, patience: float, *, stopping: bool) -> None:
        """The child takes nothing new and ends; after `patience` seconds and some it is killed. Nobody follows it."""
        self._end(Drain(stopping), patience + _PATIENCE)

    def cut(self) -> None:
        self._end(Cut(), _PATIENCE / 2)

    def _end(self, word: Drain | Cut, patience: float) -> None:
        if isinstance(self._last, Cut):
            return
        self._last = word
        self._ending.set()
        self._awaited.set()
        if self.channel is not None:
            self.channel.send(word)
        if self._kill is not None:
            self._kill.cancel()
        self._kill = asyncio.get_running_loop().call_later(patience, self._kill_now)

    def _kill_late(self) -> None:
        self._failure = f"was not ready after {START_SECONDS:g} s"
        self._kill_now()

    def _kill_now(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _life_or_none(self) -> tuple[str, str]:
        """Who lived, and how it ended; a machine that has no room for a process may have it later."""
        try:
            return await self._life()
        except OSError as error:
            return f"a {self._role.name}", f"could not be started ({(error.strerror or str(error)).lower()})"

    async def _life(self) -> tuple[str, str]:
        """Of one child, which has ended when this does, whatever happened. Raises OSError where there was no room for it."""
        ours, theirs = socket.socketpair()
        with of_supervisor(ours) as channel, theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # the folder we were started in is no place to look for modules
                "-m",
                self._role.module,
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=self._environ,
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor alone
            )
            theirs.close()
            self._process, self.channel, self._failure = process, channel, ""
            self._late = asyncio.get_running_loop().call_later(START_SECONDS, self._kill_late)
            try:
                self._role.brief(channel, process.pid)
                if self._last is not None:
                    channel.send(self._last)
                self._changed()
                await self._hear(channel)
                channel.close()  # a child that said what nobody understands ends too
                code = await process.wait()
            finally:
                self._late.cancel()
                self._process = self.channel = None
                if process.returncode is None:
                    process.kill()
                    await process.wait()
                if self._ending.is_set() and self._kill is not None:
                    self._kill.cancel()
                self.waiting = 0
                self._role.gone()
                self._changed()
        return f"{self._role.name} {process.pid}", self._failure or _end_of(code)

    async def _hear(self, channel: Channel[FromChild]) -> None:
        while (received := await channel.receive()) is not None:
            match received.message:
                case Ready():
                    if self._late is not None:
                        self._late.cancel()
                    if not self.started.done():
                        self.started.set_result(())
                case Failed(problems=problems):
                    problems = problems or ("it did not say why",)
                    if self.started.done():
                        self._failure = f"could not begin ({'; '.join(problems)})"
                    else:
                        self.started.set_result(problems)
                case Waiting(running=running):
                    self.waiting = running
                    self._changed()
                case _:
                    assert_never(received.message)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awaited.wait()
                self._awaited.clear()
        except TimeoutError:
            pass


def _end_of(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
