"""The recorder: reads the workers' feeds, makes one observation of every exchange, and writes it down. No request waits for it."""

import asyncio
import logging
import os
import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import time
from typing import assert_never

from planoai.errors import PlanoError
from planoai.observability import framing
from planoai.observability.echo import Echo
from planoai.observability.ledger import Ledger
from planoai.observability.logfile import LogFile
from planoai.observability.metrics import Role
from planoai.observability.observation import Observation
from planoai.observability.record import Dropped, Message
from planoai.observability.watch import Watch
from planoai.process.chores import Chores
from planoai.process.control import Channel, of_recorder
from planoai.process.entry import enter, settle_memory
from planoai.process.logbook import log_to_stderr
from planoai.process.orders import Cut, Drain, Failed, FeedFollows, Ready, RecorderOrders, ToRecorder
from planoai.process.outlets import Outlets

LOG = "access_llm.log"

_STDOUT = 1
_NICENESS = 10  # whoever answers requests goes first
_ENDING_SECONDS = 0.5  # for what workers sent before they, too, saw that the supervisor is gone
_EXPORT_SECONDS = 5.0  # for what waits in exporters when the gateway stops
_READ_BYTES = 256 * 1024

log = logging.getLogger("planoai.recorder")


class Recorder:
    """Reads feeds, and hands what it makes of them to `outlets`, which stay the caller's."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets
        self._ledgers: dict[Ledger, int] = {}  # of the feeds that are read, each with the id of its worker

    async def read(self, sock: socket.socket, pid: int = 0) -> None:
        """One feed to its end, which is its worker's. What can not be read ends it too: nothing after it would be understood.

        A frame is acknowledged when what ended in it is written down: what is not, the worker tells whoever comes after us.
        """
        outlets = self._outlets
        answers = sock.dup()  # beside the transport, which would give up what it has read when nobody hears an answer
        reader, writer = await asyncio.open_unix_connection(sock=sock, limit=_READ_BYTES)
        ledger = Ledger(outlets.lens)
        self._ledgers[ledger] = pid
        try:
            while True:
                length = framing.length(await reader.readexactly(framing.PREFIX))
                frame = await reader.readexactly(length)
                ledger.lens = outlets.lens
                outlets.take([each for message in framing.read(frame) if (each := self._ended(message, ledger))])
                with suppress(OSError):  # it has gone meanwhile
                    answers.send(framing.TAKEN)
                outlets.show()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # its end
        except PlanoError as error:
            log.warning("what a worker tells is given up: %s", error)
        finally:
            del self._ledgers[ledger]
            answers.close()
            writer.close()
            outlets.take(ledger.end(time()))
            outlets.show()

    def running(self) -> Mapping[str, int]:
        """How many exchanges are open, by handler."""
        found: Counter[str] = Counter()
        for ledger in self._ledgers:
            found.update(ledger.running)
        return found

    def processes(self) -> Mapping[int, Role]:
        """The tree, by process id."""
        workers: dict[int, Role] = {pid: "worker" for pid in self._ledgers.values() if pid}
        return {os.getppid(): "supervisor", os.getpid(): "recorder", **workers}

    def _ended(self, message: Message, ledger: Ledger) -> Observation | None:
        if isinstance(message, Dropped):
            self._outlets.dropped(message)
            return None
        try:
            return ledger.take(message, time())
        except Exception:  # one exchange that we are wrong about is not the end of the others
            ledger.discard(message.id)
            log.exception("an exchange is not recorded")
            return None


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
        outlets = Outlets(logfile, Echo(_STDOUT) if orders.echo else None)
        patience = 0.0
        try:
            channel.send(Ready())
            patience = await _obey(channel, outlets)
        finally:
            await outlets.aclose(patience)
    return 0


async def _obey(channel: Channel[ToRecorder], outlets: Outlets) -> float:
    """Until the feeds have ended, once they are to end; or until there is nobody to obey. The seconds that exporters have for what waits."""
    recorder = Recorder(outlets)
    patience: float | None = _ENDING_SECONDS
    async with Chores(outlets, recorder) as chores:
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as feeds:
                while (received := await channel.receive()) is not None:
                    match received.message:
                        case FeedFollows(pid=pid):
                            for each in received.descriptors:
                                feeds.create_task(recorder.read(socket.socket(fileno=each), pid))
                        case Watch():
                            doors = [socket.socket(fileno=each) for each in received.descriptors]
                            await chores.go_by(received.message, doors)
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
    return _EXPORT_SECONDS if patience is None else patience


def main() -> None:
    enter(record)


if __name__ == "__main__":
    main()
