"""How each kind of value is read: the text, variables expanded, in; the value, or a ValueError with a sentence, out."""

import math
import re
import warnings
from ipaddress import IPv6Address
from typing import Literal
from urllib.parse import urlsplit

from planoai.providers.catalog import PROVIDERS, find
from planoai.table import suggestion

MOST_WORKERS = 256
MOST_RETRIES = 10
MOST_COUNTED = 1_000_000_000
LONGEST_PROSE = 100_000
LONGEST_REDACTION = 500

_USUAL_PORTS = {"http": ":80", "https": ":443"}
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_WORDS_TO_REDACT = ("email", "phone", "card", "bearer", "key")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_HOST = re.compile(r"(?:[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*\.?|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")  # no zero before it: YAML takes `010` for eight
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(B|KB|MB|GB|TB)")


def text(written: str) -> str:
    if not written:
        raise ValueError("must not be empty")
    if not written.isprintable():
        raise ValueError("must be one line of printable text")
    return written


def prose(written: str) -> str:
    if len(written) > LONGEST_PROSE:
        raise ValueError(f"must not be longer than {LONGEST_PROSE} characters")
    if _CONTROL.search(written):
        raise ValueError("has a control character in it; line breaks and tabs are all that it may have")
    return written


def plain(written: str) -> str:
    if not written.isprintable():
        raise ValueError("must be one line of printable text")
    return written


def port(written: str) -> int:
    if not _WHOLE.fullmatch(written) or not 1 <= int(written) <= 65535:
        raise ValueError("must be a port, a whole number from 1 to 65535")
    return int(written)


def workers(written: str) -> int | Literal["auto"]:
    if written == "auto":
        return "auto"
    if not _WHOLE.fullmatch(written) or not 1 <= int(written) <= MOST_WORKERS:
        raise ValueError(f"must be a whole number from 1 to {MOST_WORKERS}, or `auto`")
    return int(written)


def retries(written: str) -> int:
    return _whole(written, 0, MOST_RETRIES)


def attempts(written: str) -> int:
    return _whole(written, 1, 10)


def entries(written: str) -> int:
    return _whole(written, 1, 10_000)


def weight(written: str) -> int:
    return _whole(written, 1, 1000)


def count(written: str) -> int:
    return _whole(written, 1, MOST_COUNTED)


def percent(written: str) -> float:
    return _between(written, 100, "must be a number from 0 to 100")


def share(written: str) -> float:
    return _between(written, 1, "must be a share, a number from 0 to 1, such as `0.5`")


def dollars(written: str) -> float:
    return _between(written, math.inf, "must be an amount in US dollars, a number such as `2.5`")


def number(written: str) -> float:
    if not _NUMBER.fullmatch(written):
        raise ValueError("must be a number, such as `3` or `0.5`")
    return float(written)


def size(written: str) -> int:
    match = _SIZE.fullmatch(written)
    value = round(float(match[1]) * _UNITS[match[2]]) if match is not None else 0
    if value < 1:
        raise ValueError("must be a size with its unit, such as `200MB` or `1GB`")
    return value


def path(written: str) -> str:
    if not written:
        raise ValueError("is empty; write the path of a file, or leave it out")
    if not written.isprintable() or "-----BEGIN" in written:
        raise ValueError("must be the path of a file, not what is in it")
    if written.startswith("~"):
        raise ValueError("must not begin with `~`; write `$HOME`")
    return written


def web_origin(written: str) -> str:
    """As a browser writes it in `Origin` (RFC 6454, 6.2): in lower case, without the usual port of its scheme."""
    if written == "*":
        return written
    scheme, mark, host = written.lower().partition("://")
    if not mark or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not _is_host(host):
        raise ValueError(
            "must be `*` or an origin, scheme and host without a path, such as `https://app.example` or `http://localhost:3000`"
        )
    return f"{scheme}://{host.removesuffix(_USUAL_PORTS.get(scheme, ' '))}"


def address(written: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:_%-]+", written):
        raise ValueError("must be an IP address or the name of a host, such as `127.0.0.1` or `::1`")
    return written


def bind(written: str) -> str:
    host = _HOST.fullmatch(written)
    if host is None or host["port"] is None or not _is_host(written):
        raise ValueError("must be an address and a port, such as `127.0.0.1:9093`")
    return written


def url(written: str) -> str:
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        raise ValueError("must be a valid URL; its host or its port can not be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a valid URL with scheme (http/https), such as `https://models.example/v1`")
    if not written.isascii() or not written.isprintable() or " " in written:
        raise ValueError("must be a valid URL; spaces and characters beyond ASCII are written as %20 and the like")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password; write the credential as `access_key`")
    if not _is_host(parts.netloc):
        raise ValueError("must be a valid URL; its host or its port can not be read")
    if "?" in written or "#" in written:
        raise ValueError("must end before `?` and `#`")
    return written


def export_url(written: str) -> str:
    """Where telemetry goes. Which path and which scheme it may have is the protocol's to say."""
    try:
        return url(written)
    except ValueError as wrong:
        if "scheme (http/https)" in str(wrong):
            raise ValueError("the scheme must be http, as in `http://localhost:4317`, or https") from None
        if "`access_key`" in str(wrong):
            raise ValueError("must not hold a user name or password; write the credential under `headers`") from None
        raise


def redis_url(written: str) -> str:
    return _store_url(written, ("redis", "rediss"), "must be a URL of Redis, such as `redis://127.0.0.1:6379`")


def postgres_url(written: str) -> str:
    wanted = "must be a URL of PostgreSQL, such as `postgresql://user:password@127.0.0.1:5432/plano`"
    return _store_url(written, ("postgres", "postgresql"), f"{wanted}, its password URL-encoded")


def url_path(written: str) -> str:
    if not written.startswith("/") or not written.isprintable() or " " in written:
        raise ValueError("must be a path that begins with `/`, such as `/orders/{order_id}`")
    return written


def endpoint_name(written: str) -> str:
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", written):
        raise ValueError("the name of an endpoint is a letter, then letters, digits and `_`")
    return written


def header_value(written: str) -> str:
    if not written.isascii() or not written.isprintable():
        raise ValueError("has a line break or another character in it that a header can not carry")
    return written


def host(written: str) -> str:
    """RFC 9110, 7.2: `uri-host [":" port]`."""
    if not _is_host(written):
        raise ValueError("must be a host, or a host and a port, such as `models.example` or `models.example:8443`")
    return written


def credential(written: str) -> str:
    if not written.strip():
        raise ValueError("is empty; leave it out where no key is needed")
    return header_value(written.strip())


def client_key(written: str) -> str:
    key = credential(written)
    if " " in key:
        raise ValueError("has a space in it, which a bearer token can not have")
    return key


def header_name(written: str) -> str:
    if not _TOKEN.fullmatch(written):
        raise ValueError("the name of a header is letters, digits and hyphens")
    return written.lower()


def region(written: str) -> str:
    if not re.fullmatch(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}", written):
        raise ValueError("must be a region of AWS's, such as `us-east-1`")
    return written


def interface(written: str) -> str:
    row = find(written)
    if row is None:
        raise ValueError(f"must be the name of a provider whose API is spoken there{suggestion(written, PROVIDERS)}")
    return row.name


def redaction(written: str) -> str:
    """A word for a shape that is known, or a regular expression."""
    if written in _WORDS_TO_REDACT:
        return written
    wanted = f"must be {', '.join(f'`{word}`' for word in _WORDS_TO_REDACT)} or a regular expression"
    if re.fullmatch(r"[A-Za-z_]*", written):
        close = suggestion(written, _WORDS_TO_REDACT)
        near = (
            close if "did you mean" in close else "; a word alone is none of them, `(?:word)` redacts the word itself"
        )
        raise ValueError(f"{wanted}{near}")
    if len(written) > LONGEST_REDACTION:
        raise ValueError(f"{wanted} of at most {LONGEST_REDACTION} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may read in another way
            pattern = re.compile(written)
    except (re.error, OverflowError, RecursionError):
        raise ValueError(f"{wanted}; as one it can not be read") from None
    if pattern.search(""):
        raise ValueError(f"{wanted}; this one finds places with nothing in them")
    return written


def _whole(written: str, least: int, most: int) -> int:
    if not _WHOLE.fullmatch(written) or not least <= int(written) <= most:
        raise ValueError(f"must be a whole number from {least} to {most}")
    return int(written)


def _between(written: str, most: float, wanted: str) -> float:
    if written.startswith("-") or not _NUMBER.fullmatch(written) or float(written) > most:
        raise ValueError(wanted)
    return float(written)


def _store_url(written: str, schemes: tuple[str, ...], wanted: str) -> str:
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        raise ValueError(wanted) from None
    credential, _, _ = parts.netloc.rpartition("@")
    if parts.scheme not in schemes or not parts.hostname or not written.isprintable() or " " in written:
        raise ValueError(wanted)
    if re.search(r"%(?![0-9A-Fa-f]{2})", credential):
        raise ValueError(wanted)
    if "@" in parts.path + parts.fragment or (not credential and "@" in parts.query):
        raise ValueError(
            wanted
        )  # of a password that is not encoded: the rest of it was taken for what comes behind the host
    return written


def _is_host(written: str) -> bool:
    found = _HOST.fullmatch(written)
    return (
        found is not None and 1 <= int(found["port"] or 80) <= 65535 and (found["v6"] is None or _is_ipv6(found["v6"]))
    )


def _is_ipv6(written: str) -> bool:
    try:
        IPv6Address(written)
    except ValueError:
        return False
    return True
