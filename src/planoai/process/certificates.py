"""The certificates that listeners show."""

import ssl

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.net.tls import server_context


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
