"""Which headers of a request are kept of it."""

import pytest

from planoai.config.load import load
from planoai.net.headers import Headers
from planoai.observability.keeping import Keeping, keeping_of
from tests.config.told import HEAD

SENT = Headers(
    [
        (b"host", b"a"),
        (b"authorization", b"Bearer sk"),
        (b"x-acme-user-id", b"u1"),
        (b"x-acme-api-key", b"sk"),
        (b"x-person", b"p1"),
        (b"session-id", b"s1"),
        (b"accept", b"*/*"),
        (b"tracestate", b"v=1"),
    ]
)
EXPORTER = "{type: posthog, url: 'http://h', api_key: k, distinct_id_header: X-Person}"


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("", []),
        ("tracing: {span_attributes: {header_prefixes: [X-Acme-]}}\n", [b"x-acme-user-id"]),
        ("tracing: {span_attributes: {header_prefixes: [x-, auth]}}\n", [b"x-acme-user-id", b"x-person"]),
        (f"tracing: {{exporters: [{EXPORTER}]}}\n", [b"x-person"]),
        ("routing: {session_headers: [Session-Id]}\n", [b"session-id"]),
        ("routing: {session_headers: [authorization, x-acme-api-key]}\n", []),
    ],
)
def test_what_the_operator_names_is_kept_and_no_credential(text: str, more: list[bytes]) -> None:
    kept = keeping_of(load(HEAD + text, {}).config).kept(SENT)

    assert {name for name, _ in kept} == {b"host", b"tracestate", *more}


def test_there_is_a_bound_of_how_many_and_how_long() -> None:
    many = Headers([(b"x-" + b"n" * 60_000, b"v" * 60_000)] * 50)

    kept = Keeping(frozenset(), (b"x-",)).kept(many)

    assert len(kept) == 16
    assert sum(len(value) for _, value in kept) == 16 * 256


def test_who_asks_is_kept_however_much_there_is_beside_it() -> None:
    keeping = Keeping(prefixes=(b"x-",))
    many = Headers(
        [*((b"x-stainless-%d" % number, b"v") for number in range(50)), (b"host", b"a"), (b"user-agent", b"u")]
    )

    kept = keeping.kept(many)

    assert len(kept) == 16
    assert {(b"host", b"a"), (b"user-agent", b"u"), (b"x-stainless-0", b"v")} <= set(kept)
