"""What went wrong with a connection, in one sentence. No address is told: these sentences reach clients."""

import socket
import ssl

from planoai.errors import UpstreamUnreachable
from planoai.net.addresses import NoConnection
from planoai.net.origin import Origin
from planoai.net.proxy import Proxy

PROXY_AUTHENTICATION_REQUIRED = 407

_FAMILIES = {int(socket.AF_INET): "IPv4", int(socket.AF_INET6): "IPv6"}


def unreachable(origin: Origin, error: OSError | UnicodeError) -> UpstreamUnreachable:
    return UpstreamUnreachable(f"{origin} cannot be reached: {_reason(error)}.")


def unreachable_through(
    proxy: Proxy, origin: Origin, reason: OSError | UnicodeError | str | int
) -> UpstreamUnreachable:
    """`reason` is what went wrong on the way to the proxy, a clause of which the proxy is the subject, or the status of its refusal."""
    match reason:
        case str():
            what = reason
        case 407:
            what = f"it {'refuses our' if proxy.credentials else 'asks for'} credentials (status 407)"
        case int():
            what = f"it answered CONNECT with status {reason}"
        case _:
            what = _reason(reason)
    return UpstreamUnreachable(f"{origin} cannot be reached through the proxy that {proxy.variable} names: {what}.")


def _reason(error: OSError | UnicodeError) -> str:
    match error:
        case NoConnection():
            reasons = {_reason(cause): family for family, cause in error.causes}
            if len(reasons) < 2:
                return next(iter(reasons), "its host name has no address")
            return "; ".join(f"over {_FAMILIES.get(family, family)} {reason}" for reason, family in reasons.items())
        case ssl.SSLCertVerificationError():
            return f"its TLS certificate is not valid ({error.verify_message.rstrip('.')})"
        case ssl.SSLError() if "NO_APPLICATION_PROTOCOL" in str(error):
            return "it does not speak HTTP/1.1 over TLS, and HTTP/2 is not spoken here"
        case ssl.SSLError():
            # Only errors that OpenSSL itself raised have a reason.
            reason = getattr(error, "reason", None) or "the handshake broke off"
            return f"TLS failed ({reason.replace('_', ' ').lower()})"
        case socket.gaierror() | UnicodeError():
            return "its host name cannot be resolved"
        case ConnectionRefusedError():
            return "it refuses the connection"
        case _:
            return (error.strerror or str(error) or "the connection broke off").rstrip(".").lower()
