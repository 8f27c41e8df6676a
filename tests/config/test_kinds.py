"""Every kind of value: what is read from what, and what is said of anything else."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config import kinds
from planoai.config.kinds import Kind

ALL = {name: get_args(made)[1] for name, made in vars(kinds).items() if isinstance((get_args(made) or "..")[-1], Kind)}

PROSE = "Café\u00a0☕\u200d\n\t„ja“\u3000"

GOOD: dict[str, dict[str, object]] = {
    "Text": {"a": "a", "a b/c": "a b/c", "5": "5"},
    "Prose": {"": "", PROSE: PROSE, "a" * 100_000: "a" * 100_000},
    "Plain": {"": "", "7": "7", "true": "true", "1.50": "1.50", "short": "short"},
    "Duration": {"250ms": 0.25, "1.5s": 1.5, "30d": 2592000.0},
    "Size": {"1B": 1, "200MB": 200_000_000, "1GB": 1_000_000_000, "1.5TB": 1_500_000_000_000, "0.001KB": 1},
    "Count": {"1": 1, "600": 600, "1000000000": 10**9},
    "Entries": {"1": 1, "10000": 10_000},
    "Weight": {"1": 1, "1000": 1000},
    "Attempts": {"1": 1, "10": 10},
    "Retries": {"0": 0, "10": 10},
    "Workers": {"auto": "auto", "1": 1, "256": 256},
    "Number": {"0": 0.0, "-1.5": -1.5, ".5": 0.5, "5.": 5.0, "0.6180339887498949": 0.6180339887498949},
    "Percent": {"0": 0.0, "100": 100.0, "12.5": 12.5},
    "Share": {"0": 0.0, "1": 1.0, ".05": 0.05, "0.5": 0.5},
    "Dollars": {"0": 0.0, "0.075": 0.075, "150": 150.0},
    "Port": {"1": 1, "12000": 12000, "65535": 65535},
    "Address": {"127.0.0.1": "127.0.0.1", "::1": "::1", "localhost": "localhost"},
    "Bind": {
        "127.0.0.1:9093": "127.0.0.1:9093",
        "[::1]:1": "[::1]:1",
        "metrics.example:65535": "metrics.example:65535",
    },
    "Host": {"models.example": "models.example", "127.0.0.1:80": "127.0.0.1:80", "[::1]:8443": "[::1]:8443"},
    "Url": {"https://h": "https://h", "http://[::1]:80/v1": "http://[::1]:80/v1"},
    "ExportUrl": {"http://localhost:4317": "http://localhost:4317", "https://h/v1/traces": "https://h/v1/traces"},
    "RedisUrl": {each: each for each in ("redis://127.0.0.1:6379", "rediss://u:p%40ss@h/0", "redis://:p@[::1]:1")},
    "PostgresUrl": {
        each: each
        for each in (
            "postgresql://u:p%40ss@h:5432/db",
            "postgres://h",
            "postgresql://h/db?sslmode=require",
            "postgresql://u:p@h/db?user=a@b",
        )
    },
    "UrlPath": {"/": "/", "/orders/{id}?all=1": "/orders/{id}?all=1"},
    "FilePath": {"a.pem": "a.pem", "/etc/a b.pem": "/etc/a b.pem", "../a": "../a"},
    "WebOrigin": {"*": "*", "HTTPS://A.Example:443": "https://a.example"},
    "EndpointName": {"a": "a", "ledger_api2": "ledger_api2"},
    "Credential": {"sk-1": "sk-1", " k ": "k", "two words": "two words"},
    "ClientKey": {"sk-1": "sk-1", " k ": "k"},
    "HeaderName": {"X-Acme-": "x-acme-", "authorization": "authorization"},
    "HeaderValue": {"": "", "Bearer k": "Bearer k"},
    "Region": {"us-east-1": "us-east-1", "us-gov-west-1": "us-gov-west-1"},
    "Interface": {"OpenAI": "openai", "claude": "anthropic"},
    "Redaction": {each: each for each in ("email", "key", r"acme-[0-9]+", "[[a]b]", "(?:acme)")},
}

WHOLE = "must be a whole number from {} to {}"
NO_NUMBERS = (
    "",
    "1e3",
    ".inf",
    "nan",
    "0x10",
    "1_000",
    "true",
    " 1",
    "1 ",
    "1\n",
    "٣",
    "+1",
    "1:30",
    "1,5",
    "--1",
    "$1",
)
NO_COUNTS = (*NO_NUMBERS, "1.0", "-1", "010", "00", "99999999999")
SHARE = "must be a share, a number from 0 to 1, such as `0.5`"
DOLLARS = "must be an amount in US dollars, a number such as `2.5`"
SIZE = "must be a size with its unit, such as `200MB` or `1GB`"
URL = "must be a valid URL with scheme (http/https), such as `https://models.example/v1`"
BIND = "must be an address and a port, such as `127.0.0.1:9093`"
REDIS = "must be a URL of Redis, such as `redis://127.0.0.1:6379`"
POSTGRES = (
    "must be a URL of PostgreSQL, such as `postgresql://user:password@127.0.0.1:5432/plano`, its password URL-encoded"
)
CONTROL = "has a control character in it; line breaks and tabs are all that it may have"
REDACTION = "must be `email`, `phone`, `card`, `bearer`, `key` or a regular expression"
LINE = "must be one line of printable text"

BAD: dict[str, list[tuple[tuple[str, ...], str]]] = {
    "Text": [(("",), "must not be empty"), (("a\nb", "\t", "a\x00"), LINE)],
    "Prose": [
        (("a\x00", "\x1b[31m", "\x85", "\udcff"), CONTROL),
        (("a" * 100_001,), "must not be longer than 100000 characters"),
    ],
    "Plain": [(("a\nb", "\t", "\x7f"), LINE)],
    "Duration": [(("", "5", "5 s", "1m30s"), "must be a duration with its unit, such as `250ms`, `5s`, `2m` or `1h`")],
    "Size": [(("", "1", "1gb", "1GiB", "1 GB", "-1GB", "1e3MB", "MB", "0MB", "0.1B", ".5GB"), SIZE)],
    "Count": [((*NO_COUNTS, "0", "1000000001"), WHOLE.format(1, 1_000_000_000))],
    "Entries": [((*NO_COUNTS, "0", "10001"), WHOLE.format(1, 10_000))],
    "Weight": [((*NO_COUNTS, "0", "1001"), WHOLE.format(1, 1000))],
    "Attempts": [((*NO_COUNTS, "0", "11"), WHOLE.format(1, 10))],
    "Retries": [((*NO_COUNTS, "11"), WHOLE.format(0, 10))],
    "Workers": [((*NO_COUNTS, "0", "257", "Auto"), "must be a whole number from 1 to 256, or `auto`")],
    "Number": [((*NO_NUMBERS, ".", "-", "01", "-.", "1..2"), "must be a number, such as `3` or `0.5`")],
    "Percent": [((*NO_NUMBERS, "-1", "-0", "100.1", "5%", "01"), "must be a number from 0 to 100")],
    "Share": [((*NO_NUMBERS, "-0.5", "1.01", "50%", "2"), SHARE)],
    "Dollars": [((*NO_NUMBERS, "-1", "2.5 USD", "9" * 13), DOLLARS)],
    "Port": [((*NO_COUNTS, "0", "65536"), "must be a port, a whole number from 1 to 65535")],
    "Address": [
        (("", "a b", "http://h", "é"), "must be an IP address or the name of a host, such as `127.0.0.1` or `::1`")
    ],
    "Bind": [(("", "9093", ":9093", "h", "h:", "h:0", "h:65536", "::1:80", "http://h:80", "h:80/", "h :80"), BIND)],
    "Host": [
        (
            ("", "http://h", "h/", "h:0", "u@h", "[::g]:1"),
            "must be a host, or a host and a port, such as `models.example` or `models.example:8443`",
        )
    ],
    "Url": [
        (("", "h", "ftp://h", "http://"), URL),
        (
            (
                "http://h:x",
                "http://[::1",
                "http://h:0",
                "http://h:",
                "http://a..b",
                "http://h\\v1",
                "http://[fe80::1%25e]",
            ),
            "must be a valid URL; its host or its port can not be read",
        ),
        (("http://u:p@h",), "must not hold a user name or password; write the credential as `access_key`"),
        (("http://h?a", "http://h#a"), "must end before `?` and `#`"),
        (
            ("http://h/a b", "http://h/é"),
            "must be a valid URL; spaces and characters beyond ASCII are written as %20 and the like",
        ),
    ],
    "ExportUrl": [
        (
            ("", "localhost:4317", "grpc://h:4317", "ftp://h"),
            "the scheme must be http, as in `http://localhost:4317`, or https",
        ),
        (("http://u:p@h",), "must not hold a user name or password; write the credential under `headers`"),
        (("http://h:x",), "must be a valid URL; its host or its port can not be read"),
        (("http://h?a",), "must end before `?` and `#`"),
    ],
    "RedisUrl": [
        (("", "h:6379", "http://h", "redis://", "redis:/h", "redis://h:x", "redis://u:p w@h", "redis://[::1"), REDIS)
    ],
    "PostgresUrl": [
        (
            (
                "",
                "h/db",
                "mysql://h",
                "postgresql://",
                "postgres://u:p/w@h",
                "postgres://u:p#w@h",
                "postgres://u:1/w@h:5432/db",
                "postgres://u:1#w@h",
                "postgres://u:1?w@h",
                "postgres://u:p w@h",
            ),
            POSTGRES,
        ),
        (("postgres://u:p%w@h", "postgres://u:100%@h/db"), POSTGRES),
    ],
    "UrlPath": [
        (
            ("", "orders", "http://h/orders", "/a b", "/a\n"),
            "must be a path that begins with `/`, such as `/orders/{order_id}`",
        )
    ],
    "FilePath": [
        (("",), "is empty; write the path of a file, or leave it out"),
        (("a\nb", "-----BEGIN CERTIFICATE-----"), "must be the path of a file, not what is in it"),
        (("~/a.pem",), "must not begin with `~`; write `$HOME`"),
    ],
    "WebOrigin": [
        (
            ("", "a.example", "https://a.example/", "https://u@h"),
            "must be `*` or an origin, scheme and host without a path, such as `https://app.example` or `http://localhost:3000`",
        )
    ],
    "EndpointName": [
        (
            ("", "1a", "a-b", "_a", "a b", "é", "a\n"),
            "the name of an endpoint is a letter, then letters, digits and `_`",
        )
    ],
    "Credential": [
        (("", "  "), "is empty; leave it out where no key is needed"),
        (("a\nb", "é"), "has a line break or another character in it that a header can not carry"),
    ],
    "ClientKey": [
        (("", " "), "is empty; leave it out where no key is needed"),
        (("a b",), "has a space in it, which a bearer token can not have"),
        (("a\nb",), "has a line break or another character in it that a header can not carry"),
    ],
    "HeaderName": [(("", "a b", "a:", "é", "a\n"), "the name of a header is letters, digits and hyphens")],
    "HeaderValue": [(("a\nb", "é", "\x00"), "has a line break or another character in it that a header can not carry")],
    "Region": [(("", "us", "US-EAST-1", "us-east"), "must be a region of AWS's, such as `us-east-1`")],
    "Interface": [
        (("opena",), "must be the name of a provider whose API is spoken there; did you mean 'openai'?"),
    ],
    "Redaction": [
        (("emial",), f"{REDACTION}; did you mean 'email'?"),
        (("ssn", "", "acme_id"), f"{REDACTION}; a word alone is none of them, `(?:word)` redacts the word itself"),
        (("(", "*a", "a{2,1}", "[z-a]"), f"{REDACTION}; as one it can not be read"),
        (("a*", "|", "(?:)", "^"), f"{REDACTION}; this one finds places with nothing in them"),
        (("a" * 100 + "-" * 401,), f"{REDACTION} of at most 500 characters"),
    ],
}


def test_every_kind_has_its_cases() -> None:
    assert set(GOOD) == set(BAD) == set(ALL)
    assert all(sum(len(texts) for texts, _ in BAD[name]) >= 3 for name in BAD if name != "Interface")


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_read(name: str) -> None:
    read = {written: ALL[name].read(written) for written in GOOD[name]}
    assert read == GOOD[name]
    assert [type(each) for each in read.values()] == [type(each) for each in GOOD[name].values()]


@pytest.mark.parametrize(("name", "texts", "sentence"), [(name, *case) for name in BAD for case in BAD[name]])
def test_what_is_wrong_is_told_with_what_would_be_right(name: str, texts: tuple[str, ...], sentence: str) -> None:
    for text in texts:
        with pytest.raises(ValueError) as caught:
            ALL[name].read(text)
        assert (text, str(caught.value)) == (text, sentence)


def said(name: str, text: str) -> str:
    """Of `text`; nothing where it is right."""
    try:
        ALL[name].read(text)
    except ValueError as problem:
        return str(problem)
    return ""


@given(st.sampled_from(sorted(ALL)), st.text() | st.text(alphabet="0123456789.-:/@[]%ehxKMGB"))
def test_no_text_is_more_than_a_problem(name: str, text: str) -> None:
    assert said(name, text).isprintable()


@pytest.mark.parametrize("name", [name for name, kind in ALL.items() if kind.secret])
def test_a_kind_that_is_secret_says_nothing_of_the_value(name: str) -> None:
    planted = "Zq81planted4f9"
    texts = (
        f"{planted}é\n",
        f"http://u:{planted}@h",
        f"redis://{planted}:x",
        f"postgres://u:{planted}%@h",
        f"({planted}",
    )
    problems = [said(name, text) for text in texts]
    assert any(problems)
    assert planted not in "".join(problems)
