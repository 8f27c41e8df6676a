"""Whose certificates are believed where telemetry goes, and which one is shown there."""

import errno
import ssl
from pathlib import Path

from planoai.config.schema import TracingTls
from planoai.net.tls import client_context
from planoai.observability.exporters.exporter import Unavailable


def context(tls: TracingTls | None) -> ssl.SSLContext:
    """Raises Unavailable for a file that can not be used: it may be there later."""
    tls = tls or TracingTls()
    files(tls)  # whose errors name the file
    try:
        made = client_context(tls.ca)
        if tls.cert is not None:
            made.load_cert_chain(tls.cert, tls.key, password=_nobody_to_ask)
    except ssl.SSLError:
        raise Unavailable("tracing.tls: `cert` and `key` do not hold a certificate and its key in PEM") from None
    except OSError as error:
        raise Unavailable(f"tracing.tls: {_of(error)}") from None
    return made


def files(tls: TracingTls | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    """What `ca`, `key` and `cert` hold; without a `ca`, the authorities of this machine, where they are in one file. Raises Unavailable."""
    tls = tls or TracingTls()
    authorities = tls.ca or ssl.get_default_verify_paths().cafile
    try:
        ca, key, cert = (None if path is None else Path(path).read_bytes() for path in (authorities, tls.key, tls.cert))
    except OSError as error:
        raise Unavailable(f"tracing.tls: {_of(error)}") from None
    return ca, key, cert


def _nobody_to_ask() -> str:
    raise OSError(errno.EINVAL, "the key is encrypted, and there is nobody to ask for its password")


def _of(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename} can not be used: {reason}" if error.filename else reason
