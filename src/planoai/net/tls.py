"""TLS towards upstreams and for listeners."""

import errno
import ssl


def client_context(ca_path: str | None = None) -> ssl.SSLContext:
    """Checks certificates and host names, against the system's authorities or those in the file `ca_path`; offers HTTP/1.1 only.

    Raises OSError where the file cannot be used; its `strerror` says why.
    """
    try:
        context = ssl.create_default_context(cafile=ca_path)
    except ssl.SSLError:  # whose words are OpenSSL's
        raise OSError(errno.EINVAL, "it holds no certificates, or broken ones", ca_path) from None
    offer_http_1(context)
    return context


def offer_http_1(context: ssl.SSLContext) -> None:
    context.set_alpn_protocols(["http/1.1"])


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """For a listener, from two files in PEM: the certificate with those above it, and its key. TLS 1.2 and newer; HTTP/1.1 only.

    Raises ValueError with a sentence where they can not be used.
    """
    for path in (certificate, key):
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise ValueError(f"{path} can not be read: {(error.strerror or str(error)).lower()}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    offer_http_1(context)

    def password() -> str:
        # Asked for an encrypted key alone. Without it OpenSSL would ask whoever sits at the terminal.
        raise ValueError(f"the key in {key} is encrypted: a gateway starts without anybody to ask for its password")

    try:
        context.load_cert_chain(certificate, key, password)
    except ssl.SSLError as error:
        if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            raise ValueError(f"the key in {key} does not belong to the certificate in {certificate}") from None
        raise ValueError(f"{certificate} and {key} do not hold a certificate and its key in PEM") from None
    return context
