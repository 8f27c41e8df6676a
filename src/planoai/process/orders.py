"""What the supervisor and its children say to each other, one message at a time, over the channel of `planoai.process.control`.

The supervisor opens with WorkerOrders or RecorderOrders and the child answers Ready or Failed; the recorder gets a Watch with every config. The end of
the channel means that the supervisor is gone: a worker ends at once, the recorder when it has written what it has read.
"""

from msgspec import Struct

from planoai.config.schema import Config
from planoai.net.proxy import Proxies
from planoai.observability.watch import Watch
from planoai.providers.registry import Registry


class Chain(Struct, frozen=True):
    """A certificate with those above it, and its key, in PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"Chain({len(self.certificate)} bytes, a key)"


class WorkerOrders(Struct, frozen=True, kw_only=True, tag="worker"):
    """Serve `config`. With it come the listening sockets, one a listener and in their order; then, with `place`, the table of the balance.

    `place` is the place of this worker in the table in which workers tell each other how many connections they have; None where it has no sibling.
    `level` is the least that is logged. `chains`: one a listener, None where it serves plain HTTP. `registry`: the models that are known, None where
    it is the one that comes with the package.
    """

    config: Config
    level: str
    chains: tuple[Chain | None, ...]
    place: int | None = None
    proxies: Proxies = Proxies()
    registry: Registry | None = None


class RecorderOrders(Struct, frozen=True, kw_only=True, tag="recorder"):
    """Write what the feeds tell to the logs in the folder `logs`, and the lines to stdout as well where `echo` is set."""

    logs: str
    level: str
    echo: bool = False


class FeedFollows(Struct, frozen=True, tag="feed"):
    """One end of a feed comes with it: to a worker the one it writes, to the recorder the one it reads. A worker's newest one replaces those before.

    `pid`: for the recorder, whose feed it is.
    """

    pid: int = 0


class Drain(Struct, frozen=True, tag="drain"):
    """Take nothing new, let what runs come to its end, end with exit code 0.

    `stopping`: the whole gateway stops, and says so where readiness is asked for; otherwise successors are serving already. The recorder gets it when
    every worker has ended: it reads its feeds to their ends and writes what they held.
    """

    stopping: bool


class Cut(Struct, frozen=True, tag="cut"):
    """End now, whatever runs."""


class Ready(Struct, frozen=True, tag="ready"):
    """The orders are being carried out: a worker accepts connections, the recorder reads feeds."""


class Failed(Struct, frozen=True, tag="failed"):
    """The orders can not be carried out, and the child ends. Each problem begins with its path in the config where it has one."""

    problems: tuple[str, ...]


class Waiting(Struct, frozen=True, tag="waiting"):
    """So many requests still run in a worker that drains; told at once and then every second."""

    running: int


ToWorker = WorkerOrders | FeedFollows | Drain | Cut
ToRecorder = RecorderOrders | Watch | FeedFollows | Drain | Cut
FromChild = Ready | Failed | Waiting
