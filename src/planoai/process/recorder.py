"""The recorder: reads the workers' feeds, makes one observation of every exchange, and writes it down. No request waits for it."""

import asyncio
import logging
import os
import socket
from contextlib import suppress
from pathlib import Path
from time import time
from typing import assert_never

from planoai.errors import PlanoError
from planoai.observability import framing
from planoai.observability.access import line
from planoai.observability.echo import Echo
from planoai.observability.ledger import Ledger
from planoai.observability.lens import Lens
from planoai.observability.logfile import LogFile
from planoai.observability.observation import Observation
from planoai.observability.record import Dropped, Message
from planoai.process.control import Channel, of_recorder
from planoai.process.entry import enter, settle_memory
from planoai.process.logbook import log_to_stderr
from planoai.process.orders import Cut, Drain, Failed, FeedFollows, Ready, RecorderOrders, ToRecorder

LOG = "access_llm.log"

_STDOUT = 1
_ECHO_SECONDS = 0.2  # until who looks on is looked at again, where it does not take what it is shown
_NICENESS = 10  # whoever answers requests goes first
_ENDING_SECONDS = 0.5  # for what workers sent before they, too, saw that the supervisor is gone
_READ_BYTES = 256 * 1024

log = logging.getLogger("planoai.recorder")


class Recorder:
    """Owns `logfile`. Used inside one loop."""

    def __init__(self, logfile: LogFile, echo: Echo | None = None) -> None:
        self._logfile = logfile
        self._echo = echo
        self._lines: list[str] = []
        self._shown = bytearray()  # lines that are to be
        self._timer: asyncio.TimerHandle | None = None
        self._failing = False  # the log could not be written the last time

    async def read(self, sock: socket.socket) -> None:
        """One feed to its end, which is its worker's. What can not be read ends it too: nothing after it would be understood.

        A frame is acknowledged when the lines that it made are written: what is not, the worker tells whoever comes after us.
        """
        answers = sock.dup()  # beside the transport, which would give up what it has read when nobody hears an answer
        reader, writer = await asyncio.open_unix_connection(sock=sock, limit=_READ_BYTES)
        ledger = Ledger(Lens())
        try:
            while True:
                length = framing.length(await reader.readexactly(framing.PREFIX))
                for message in framing.read(await reader.readexactly(length)):
                    self._take(message, ledger)
                self._write()
                with suppress(OSError):  # it has gone meanwhile
                    answers.send(framing.TAKEN)
                self._show()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # its end
        except PlanoError as error:
            log.warning("what a worker tells is given up: %s", error)
        finally:
            answers.close()
            writer.close()
            for observation in ledger.end(time()):
                self._tell(observation)
            self._write()
            self._show()

    def close(self) -> None:
        self._write()
        self._show()
        self._logfile.close()

    def _take(self, message: Message, ledger: Ledger) -> None:
        if isinstance(message, Dropped):
            return
        try:
            observation = ledger.take(message, time())
            if observation is not None:
                self._tell(observation)
        except Exception:  # one exchange that we are wrong about is not the end of the others
            ledger.discard(message.id)
            log.exception("an exchange is not recorded")

    def _tell(self, observation: Observation) -> None:
        self._lines.append(line(observation))

    def _write(self) -> None:
        lines = "".join([f"{each}\n" for each in self._lines]).encode()
        self._lines = []
        if lines:
            self._append(lines)
            self._shown += lines

    def _show(self) -> None:
        """What was written since, to who looks on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._echo is not None:
            self._echo.append(bytes(self._shown))
            if self._echo.waiting:
                self._timer = asyncio.get_running_loop().call_later(_ECHO_SECONDS, self._show)
        self._shown.clear()

    def _append(self, lines: bytes) -> None:
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


async def record(descriptor: int) -> int:
    """The life of a recorder process; `descriptor` is its end of the channel."""
    with of_recorder(descriptor) as channel:
        received = await channel.receive()
        if received is None or not isinstance(orders := received.message, RecorderOrders):
            return 1  # the supervisor has gone
        log_to_stderr(orders.level)
        os.nice(_NICENESS)
        settle_memory()
        try:
            logfile = LogFile(Path(orders.logs) / LOG)
        except OSError as error:
            channel.send(Failed((f"{orders.logs}: the access log can not be written there: {error.strerror}",)))
            return 1
        recorder = Recorder(logfile, Echo(_STDOUT) if orders.echo else None)
        try:
            channel.send(Ready())
            await _obey(channel, recorder)
        finally:
            recorder.close()
    return 0


async def _obey(channel: Channel[ToRecorder], recorder: Recorder) -> None:
    """Until the feeds have ended, once they are to end; or until there is nobody to obey."""
    patience: float | None = _ENDING_SECONDS
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as feeds:
            while (received := await channel.receive()) is not None:
                match received.message:
                    case FeedFollows():
                        for each in received.descriptors:
                            feeds.create_task(recorder.read(socket.socket(fileno=each)))
                    case Drain():
                        patience = None
                        break
                    case Cut():
                        patience = 0.0
                        break
                    case RecorderOrders():
                        pass  # they come once, before everything else
                    case _:
                        assert_never(received.message)
            if patience is not None:
                limit.reschedule(asyncio.get_running_loop().time() + patience)


def main() -> None:
    enter(record)


if __name__ == "__main__":
    main()
