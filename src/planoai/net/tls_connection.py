"""A connection to an upstream over TLS, read the cheap way."""

import asyncio
from collections.abc import Callable

from planoai.net.bounds import ClientLimits
from planoai.net.origin import Origin
from planoai.net.upstream import UpstreamConnection


class TlsConnection(UpstreamConnection, asyncio.BufferedProtocol):
    """Reads into `buffer`, which the connections of one loop share: what came is taken out of it before anything else is read.

    Otherwise a loop allocates 256 KiB for each read of a TLS connection, which costs more than decrypting what came. To read in plain text this way
    would be the slower one.
    """

    __slots__ = ("_buffer",)

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        origin: Origin,
        limits: ClientLimits,
        lost: Callable[[UpstreamConnection], None],
        buffer: memoryview,
    ) -> None:
        super().__init__(loop, origin, limits, lost)
        self._buffer = buffer

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio gives it
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._buffer[:nbytes]))
