"""The kinds of value a field may hold beyond text and yes or no: how each is read, and how the reference page and the JSON Schema name it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from msgspec import Struct

from planoai.config import readers
from planoai.config.durations import seconds


class Kind(Struct, frozen=True, eq=False):
    """`read` takes the text, variables expanded, and raises ValueError with a sentence.

    `name` is what the reference page calls it, `wanted` the same after "must be". `secret`: no message ever shows a value. `masked`: a config that
    is shown whole does not show it either. `free`: prose, in which a variable that is not set stays as it is typed. `quoted`: what YAML takes for a
    number or a yes must stand in quotes. `json`: its JSON Schema.
    """

    name: str
    wanted: str
    read: Callable[[str], object]
    secret: bool = False
    masked: bool = False
    free: bool = False
    quoted: bool = False
    json: Mapping[str, object] = {}


def _text(pattern: str = "", **more: object) -> dict[str, object]:
    return {"type": "string", **({"pattern": pattern} if pattern else {}), **more}


def _addresses(*schemes: str, then: str = "") -> dict[str, object]:
    """URLs that begin with one of `schemes`, in any case of letters: no flag says so to every reader of a schema."""
    any_case = ("".join(f"[{each.upper()}{each}]" for each in scheme) for scheme in schemes)
    return _text(f"^({'|'.join(any_case)})://{then}")


def _whole(least: int, most: int) -> dict[str, object]:
    return {"type": "integer", "minimum": least, "maximum": most}


_SECONDS = _text(r"^[0-9]{1,12}(\.[0-9]{1,6})?(ms|s|m|h|d)$")
_SIZE = _text(r"^[0-9]{1,6}(\.[0-9]{1,3})?(B|KB|MB|GB|TB)$")
_URL = _addresses("http", "https", then=r"[^/?#@]+(/[^?#]*)?$")
_KEY = _text(minLength=1)
_HEADER = _text(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
_COUNT = _whole(1, readers.MOST_COUNTED)
_WORKERS: Mapping[str, object] = {"anyOf": [_whole(1, readers.MOST_WORKERS), {"const": "auto"}]}
_PLAIN: Mapping[str, object] = {"type": ["string", "number", "boolean"]}


def _number(most: float | None = None, least: float | None = 0) -> dict[str, object]:
    bounds = {"minimum": least, "maximum": most}
    return {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}


Text = Annotated[str, Kind("text", "text", readers.text, quoted=True, json=_text(minLength=1))]
Prose = Annotated[
    str, Kind("prose", "text", readers.prose, free=True, quoted=True, json=_text(maxLength=readers.LONGEST_PROSE))
]
Plain = Annotated[
    str, Kind("text, number, `true` or `false`", "text, a number or yes or no", readers.plain, json=_PLAIN)
]
Duration = Annotated[float, Kind("duration", "a duration", seconds, json=_SECONDS)]
Size = Annotated[int, Kind("size", "a size", readers.size, json=_SIZE)]
Count = Annotated[int, Kind("whole number", "a whole number", readers.count, json=_COUNT)]
Entries = Annotated[int, Kind("whole number", "a whole number", readers.entries, json=_whole(1, 10_000))]
Weight = Annotated[int, Kind("whole number", "a whole number", readers.weight, json=_whole(1, 1000))]
Attempts = Annotated[int, Kind("whole number", "a whole number", readers.attempts, json=_whole(1, 10))]
Retries = Annotated[int, Kind("whole number", "a whole number", readers.retries, json=_whole(0, readers.MOST_RETRIES))]
Workers = Annotated[
    int | Literal["auto"], Kind("whole number, `auto`", "a whole number or `auto`", readers.workers, json=_WORKERS)
]
Number = Annotated[float, Kind("number", "a number", readers.number, json=_number(least=None))]
Percent = Annotated[float, Kind("number, 0 to 100", "a number from 0 to 100", readers.percent, json=_number(100))]
Share = Annotated[float, Kind("number, 0 to 1", "a number from 0 to 1", readers.share, json=_number(1))]
Dollars = Annotated[float, Kind("US dollars", "an amount in US dollars", readers.dollars, json=_number())]
Port = Annotated[int, Kind("port", "a port", readers.port, json=_whole(1, 65535))]
Address = Annotated[
    str, Kind("address", "an address", readers.address, quoted=True, json=_text(r"^[0-9A-Za-z.:_%-]+$"))
]
Bind = Annotated[str, Kind("address and port", "an address and a port", readers.bind, json=_text(r":[0-9]{1,5}$"))]
Host = Annotated[str, Kind("host", "a host", readers.host, secret=True, quoted=True, json=_text(r"^[^/@?# ]+$"))]
Url = Annotated[str, Kind("URL", "a URL", readers.url, secret=True, json=_URL)]
ExportUrl = Annotated[str, Kind("URL", "a URL", readers.export_url, secret=True, json=_URL)]
RedisUrl = Annotated[
    str,
    Kind(
        "URL of Redis",
        "a URL of Redis",
        readers.redis_url,
        secret=True,
        masked=True,
        json=_addresses("redis", "rediss"),
    ),
]
PostgresUrl = Annotated[
    str,
    Kind(
        "URL of PostgreSQL",
        "a URL of PostgreSQL",
        readers.postgres_url,
        secret=True,
        masked=True,
        json=_addresses("postgres", "postgresql"),
    ),
]
UrlPath = Annotated[str, Kind("path of a URL", "the path of a URL", readers.url_path, json=_text("^/"))]
FilePath = Annotated[
    str, Kind("path", "a path", readers.path, secret=True, quoted=True, json=_text(r"^[^~]"))
]  # where the key of a certificate may have been pasted
WebOrigin = Annotated[str, Kind("origin", "an origin", readers.web_origin, json=_text(r"^(\*|[A-Za-z][^/]*://[^/]+)$"))]
EndpointName = Annotated[
    str, Kind("name", "the name of an endpoint", readers.endpoint_name, json=_text("^[a-zA-Z][a-zA-Z0-9_]*$"))
]
Credential = Annotated[str, Kind("credential", "a credential", readers.credential, secret=True, masked=True, json=_KEY)]
ClientKey = Annotated[str, Kind("credential", "a credential", readers.client_key, secret=True, masked=True, json=_KEY)]
HeaderName = Annotated[
    str, Kind("header name", "the name of a header", readers.header_name, secret=True, quoted=True, json=_HEADER)
]
HeaderValue = Annotated[str, Kind("text", "text", readers.header_value, secret=True, masked=True, json=_text())]
Region = Annotated[
    str, Kind("region", "a region", readers.region, secret=True, json=_text(r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$"))
]  # where a key may have slipped to
Interface = Annotated[str, Kind("name of a provider", "the name of a provider", readers.interface, json=_text())]
Redaction = Annotated[
    str,
    Kind(
        "word or regular expression",
        "the name of a shape or a regular expression",
        readers.redaction,
        secret=True,
        json=_text(minLength=1, maxLength=readers.LONGEST_REDACTION),
    ),
]
