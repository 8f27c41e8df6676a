"""A certificate authority of this run's own, and what it vouches for: the names of this machine on loopback."""

from pathlib import Path

import trustme
from msgspec import Struct

NAME = "localhost"


class Authority(Struct, frozen=True):
    """Files, in PEM: the authority's certificate, and a certificate with its key for NAME and 127.0.0.1."""

    ca: Path
    cert: Path
    key: Path


def authority(directory: Path) -> Authority:
    made = Authority(directory / "ca.pem", directory / "cert.pem", directory / "key.pem")
    ca = trustme.CA()
    issued = ca.issue_cert(NAME, "127.0.0.1")
    ca.cert_pem.write_to_path(made.ca)
    made.cert.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(made.key)
    return made
