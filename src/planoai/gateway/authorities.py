"""Whose certificates are believed of upstreams. Apart from the gateway, so that looking at a config need not import one."""

from ssl import SSLContext

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.net.tls import client_context


def authorities(config: Config) -> SSLContext | None:
    """None where the config says nothing of it: then this machine's are. Raises ConfigError for a file that can not be used."""
    path = config.overrides.upstream_tls_ca_path
    if path is None:
        return None
    try:
        return client_context(path)
    except OSError as error:
        reason = str(error.strerror).lower()
        raise ConfigError([f"overrides.upstream_tls_ca_path: {path} can not be read: {reason}"]) from None
