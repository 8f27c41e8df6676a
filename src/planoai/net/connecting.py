"""New connections to upstreams: the name looked up, TCP, a proxy where one stands between, TLS."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeVar

from planoai.net.addresses import NoConnection, Resolve, connected
from planoai.net.origin import Origin
from planoai.net.proxy import Proxies, Proxy
from planoai.net.tls import client_context, offer_http_1
from planoai.net.tunnel import Tunnel
from planoai.net.unreachable import unreachable, unreachable_through
from planoai.net.upstream import UpstreamConnection

_P = TypeVar("_P", bound=asyncio.BaseProtocol)


class Connector:
    """`verify` replaces the system's certificate authorities, towards proxies too."""

    def __init__(self, verify: ssl.SSLContext | None, proxies: Proxies, resolve: Resolve) -> None:
        if verify is not None:
            offer_http_1(verify)
        self._verify = verify
        self._proxies = proxies
        self._resolve = resolve
        self._ways: dict[Origin, Proxy | None] = {}

    def asked_for(self, origin: Origin) -> Proxy | None:
        """The proxy that fetches what is asked of `origin`; None where requests go to `origin` itself, if through a tunnel."""
        return self._proxy(origin) if origin.scheme == "http" else None

    async def connect(self, origin: Origin, make: Callable[[], UpstreamConnection]) -> UpstreamConnection:
        """Raises UpstreamUnreachable. The name is looked up anew each time; that of an upstream behind a proxy by the proxy."""
        proxy = self._proxy(origin)
        if proxy is None:
            try:
                return await self._open(origin, make)
            except (OSError, UnicodeError) as error:
                raise unreachable(origin, error) from error
        try:
            if origin.scheme == "http":
                return await self._open(proxy.origin, make)
            tunnel = await self._open(proxy.origin, lambda: Tunnel(proxy, origin))
        except (OSError, UnicodeError) as error:
            raise unreachable_through(proxy, origin, error) from error
        await tunnel.open()
        try:
            return await self._inside(tunnel.transport, origin, make())
        except OSError as error:
            raise unreachable(origin, error) from error

    async def _open(self, origin: Origin, make: Callable[[], _P]) -> _P:
        addresses = await self._resolve(origin.host, origin.port)
        if not addresses:
            raise NoConnection([])
        opened = await connected(addresses)
        tls = origin.scheme == "https"
        try:
            _, protocol = await asyncio.get_running_loop().create_connection(
                make,
                sock=opened,
                ssl=self._context() if tls else None,
                server_hostname=origin.host if tls else None,
            )
        except BaseException:
            opened.close()
            raise
        return protocol

    async def _inside(
        self, outer: asyncio.Transport, origin: Origin, connection: UpstreamConnection
    ) -> UpstreamConnection:
        """TLS over a transport that is there. What comes with the end of the handshake is handed on before its transport is known here."""
        connection.connection_made(outer)
        try:
            inner = await asyncio.get_running_loop().start_tls(
                outer, connection, self._context(), server_hostname=origin.host
            )
        except BaseException:
            outer.abort()
            raise
        if inner is None:
            raise ConnectionResetError("the connection broke off in the handshake")
        connection.connection_made(inner)
        return connection

    def _proxy(self, origin: Origin) -> Proxy | None:
        try:
            return self._ways[origin]
        except KeyError:
            way = self._ways[origin] = self._proxies.for_origin(origin)
            return way

    def _context(self) -> ssl.SSLContext:
        if self._verify is None:  # made late: reading the system's authorities takes a while
            self._verify = client_context()
        return self._verify
