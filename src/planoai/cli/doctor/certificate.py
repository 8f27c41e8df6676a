"""Until when certificates are valid, from their file in PEM. Pure.

Of the nested values of a certificate (X.690; RFC 5280, 4.1) only the one that says so is read: nothing is proved here, the listener has loaded it.
"""

import re
import ssl
from collections.abc import Iterator

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_VERSION = 0xA0  # [0], which old certificates leave out
_UTC_TIME = 0x17
_BEFORE_VALIDITY = 3  # serial number, algorithm, issuer
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def valid_until(text: str) -> float | None:
    """Seconds since the epoch at which the first of the certificates in `text` ends; None where there is none that can be read."""
    try:
        return min((_end(ssl.PEM_cert_to_DER_cert(each[0])) for each in _PEM.finditer(text)), default=None)
    except (ValueError, IndexError):  # binascii.Error is a ValueError
        return None


def _end(certificate: bytes) -> float:
    [(_, whole)] = list(_values(certificate))[:1]
    [(_, body)] = list(_values(whole))[:1]
    fields = list(_values(body))
    _, validity = fields[_BEFORE_VALIDITY + (fields[0][0] == _VERSION)]
    _, (tag, end) = _values(validity)
    written = end.decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year: 1950 to 2049
        written = ("19" if written[:2] >= "50" else "20") + written
    year, month, day, hour, minute, second = (written[:4], *(written[at : at + 2] for at in range(4, 14, 2)))
    return ssl.cert_time_to_seconds(f"{_MONTHS[int(month) - 1]} {int(day):2d} {hour}:{minute}:{second} {year} GMT")


def _values(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents of values that follow each other."""
    at = 0
    while at < len(encoded):
        tag, size = encoded[at], encoded[at + 1]
        at += 2
        if size & 0x80:
            octets = size & 0x7F
            size = int.from_bytes(encoded[at : at + octets], "big")
            at += octets
        if at + size > len(encoded):
            raise ValueError("it is cut off")
        yield tag, encoded[at : at + size]
        at += size
