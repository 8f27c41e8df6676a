"""What may stand in the head of a request to a provider, and what is said of the rest."""

import pytest

from tests.config.told import HEAD, problems


def entry(more: str) -> str:
    """A config with one entry in line 3; what `more` says of it begins in column 26."""
    return f"{HEAD}model_providers:\n  - {{model: openai/a, {more}}}\n"


@pytest.mark.parametrize(
    "host",
    [
        "a b/c",
        "''",
        "a/b",
        "http://a",
        "u@h",
        "'h:'",
        "h:port",
        "h:0",
        "h:70000",
        "'::1'",
        "'[::1'",
        "'[:::]'",
        "'[x]'",
        "a..b",
        "'a?b'",
        "é",
    ],
)
def test_a_host_header_that_is_no_host_is_said(host: str) -> None:
    assert problems(entry(f"http_host: {host}")) == [
        "config.yaml:3:34: model_providers[0].http_host: must be a host, or a host and a port, such as `models.example` or `models.example:8443`"
    ]


@pytest.mark.parametrize(
    "field",
    [
        "Date",
        "te",
        "Keep-Alive",
        "trailer",
        "upgrade",
        "proxy-connection",
        "connection",
        "content-length",
        "transfer-encoding",
    ],
)
def test_a_header_that_frames_the_message_is_the_gateways(field: str) -> None:
    assert problems(entry(f"headers: {{{field}: x}}")) == [
        f"config.yaml:3:{35 + len(field)}: model_providers[0].headers.{field.lower()}: must not stand here; the gateway writes it itself"
    ]


def test_each_header_that_can_not_stand_there_is_told_in_its_own_line() -> None:
    text = f"{HEAD}model_providers:\n  - model: openai/a\n    headers:\n      x-team: a\n      Host: $HOST\n      te: trailers\n"
    assert [problem.split(": ")[0:2] for problem in problems(text, HOST="planted-1f0a")] == [
        ["config.yaml:6:13", "model_providers[0].headers.host"],
        ["config.yaml:7:11", "model_providers[0].headers.te"],
    ]
