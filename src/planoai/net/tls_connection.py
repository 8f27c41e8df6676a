"""Connections over TLS, of clients and to upstreams, read the cheap way.

A loop allocates 256 KiB for each read of a TLS connection, unless it is told where to put what came; that costs more than to decrypt it. To read in
plain text this way would be the slower one.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable

from planoai.net.bounds import ClientLimits
from planoai.net.connection import Connection
from planoai.net.origin import Origin
from planoai.net.service import Service
from planoai.net.upstream import UpstreamConnection

_READ_AT_ONCE = 64 * 1024  # bytes


def read_buffer() -> memoryview:
    """For all connections of one loop: what came is taken out of it before anything else is read."""
    return memoryview(bytearray(_READ_AT_ONCE))


class _IntoOneBuffer(asyncio.BufferedProtocol):
    __slots__ = ()
    _buffer: memoryview

    @abstractmethod
    def data_received(self, data: bytes) -> None: ...

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio gives it
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._buffer[:nbytes]))


class TlsConnection(Connection, _IntoOneBuffer):
    """Of a client."""

    __slots__ = ("_buffer",)

    def __init__(self, service: Service, buffer: memoryview) -> None:
        super().__init__(service)
        self._buffer = buffer


class TlsUpstreamConnection(UpstreamConnection, _IntoOneBuffer):
    """To an upstream."""

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
