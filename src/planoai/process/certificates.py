"""The certificates that listeners show: read once by the supervisor, and sent to every worker, so that a replacement needs no file of them."""

import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.net.tls import server_context
from planoai.process.orders import Chain


def contexts(config: Config) -> list[ssl.SSLContext | None]:
    """One for each listener, None where it serves plain HTTP. Reads files. Raises ConfigError with every one that can not be used."""
    found: list[ssl.SSLContext | None] = []
    problems = []
    for number, listener in enumerate(config.listeners):
        tls = listener.tls
        try:
            found.append(None if tls is None else server_context(tls.cert, tls.key))
        except ValueError as error:
            problems.append(f"listeners[{number}].tls: {error}")
    if problems:
        raise ConfigError(problems)
    return found


def chains(config: Config) -> tuple[Chain | None, ...]:
    """What the files hold from which `contexts` makes its own. Raises ConfigError."""
    found: list[Chain | None] = []
    problems = []
    for number, listener in enumerate(config.listeners):
        tls = listener.tls
        try:
            found.append(None if tls is None else Chain(Path(tls.cert).read_bytes(), Path(tls.key).read_bytes()))
        except OSError as error:
            problems.append(f"listeners[{number}].tls: {error.filename} can not be read: {error.strerror}")
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def contexts_of(chains: Sequence[Chain | None]) -> list[ssl.SSLContext | None]:
    """Like `contexts`, from what `chains` has read."""
    found: list[ssl.SSLContext | None] = []
    for number, chain in enumerate(chains):
        try:
            found.append(None if chain is None else _context(chain))
        except ValueError:  # its words are of the files that only we know
            raise ConfigError([f"listeners[{number}].tls: it holds no certificate and its key in PEM"]) from None
    return found


def _context(chain: Chain) -> ssl.SSLContext:
    with _without_name(chain.certificate) as certificate, _without_name(chain.key) as key:
        return server_context(certificate, key)


@contextmanager
def _without_name(data: bytes) -> Iterator[str]:
    """The path of a file that nobody else can open: OpenSSL reads keys from nothing else. On Linux it is in memory only."""
    with (
        os.fdopen(os.memfd_create("certificate"), "w+b") if hasattr(os, "memfd_create") else TemporaryFile("w+b")
    ) as file:
        file.write(data)
        file.flush()
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"
