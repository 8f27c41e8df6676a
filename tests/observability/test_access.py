"""Lines of the access log: what they say, and that nobody can make one say something else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.conversation.usage import Usage
from planoai.errors import Trouble
from planoai.observability.access import LONGEST, flags, instant, line
from planoai.observability.observation import Observation
from planoai.observability.record import Opened, Outcome
from planoai.pricing.price import Cost
from tests.observability.facts import USER_AGENT, attempt, closed, opened

PAID = Cost(input=0.00001025, output=0.00014)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

QUOTED = r'"((?:[^"\\]|\\x[0-9A-F]{2})*)"'
WORD = r"([^ ]+)"
LINE = re.compile(
    rf'\[([0-9T:.-]+Z)\] "{WORD} {WORD} HTTP/{WORD}" ([0-9]+|-) ([A-Z,]+|-) ([0-9]+) ([0-9]+) ([0-9]+) ([0-9]+|-) '
    + " ".join([QUOTED] * 6)
    + r" attempts=([0-9]+)((?: [a-z_]+=[^ ]+)*)"
)


def test_a_line_tells_who_asked_what_of_whom_and_what_came_of_it() -> None:
    headers = (USER_AGENT, (b"x-forwarded-for", b"10.0.0.7"), (b"host", b"gateway:12000"))
    asked = opened(1, *headers, at=1_700_000_000.25)
    ended = closed(
        1, attempt(status=503), attempt("anthropic_messages", target="anthropic/claude", sent=0.5, answered=0.75)
    )

    told = line(Observation(asked, ended, "claude-5-20260101", Usage(fresh=10, cache_read=5, output=7), cost=PAID))

    assert told == (
        '[2023-11-14T22:13:20.250Z] "POST /v1/chat/completions HTTP/1.1" 200 - 120 340 1500 250 "10.0.0.7" '
        '"OpenAI/Python 3.1" "req-1" "gateway:12000" "https://api.openai.com" "anthropic/claude" attempts=2 model=fast '
        "served=claude-5-20260101 api=openai_chat>anthropic_messages stream=false outcome=completed ttft_ms=300 "
        "input_tokens=15 output_tokens=7 cost_usd=0.00015025"
    )


def test_what_is_not_known_is_a_dash() -> None:
    asked = Opened(1, 0.0, b"req-1", "GET", "/v1/models", "1.1", "127.0.0.1", ())

    told = line(Observation(asked, closed(1, status=0, outcome="cancelled", first=0.0)))

    assert told == (
        '[1970-01-01T00:00:00.000Z] "GET /v1/models HTTP/1.1" - DC 120 340 1500 - "-" "-" "req-1" "-" "-" "-" '
        "attempts=0 outcome=cancelled"
    )


def test_the_model_that_served_is_the_one_asked_of_the_upstream_where_it_named_none() -> None:
    assert " served=gpt-5 " in line(Observation(opened(), closed(1, attempt())))


def test_where_nobody_served_no_model_and_no_first_token_are_told() -> None:
    told = line(Observation(opened(), closed(1, attempt(status=0, trouble="connect"), status=502, outcome="failed")))

    assert told.endswith(" model=fast served=- api=openai_chat>openai_chat stream=false outcome=failed")


def test_every_proxy_on_the_way_is_told() -> None:
    asked = opened(1, (b"x-forwarded-for", b"10.0.0.7"), (b"x-forwarded-for", b"10.0.0.1"))

    assert ' "10.0.0.7, 10.0.0.1" ' in line(Observation(asked, closed()))


@pytest.mark.parametrize(
    ("outcome", "troubles", "told"),
    [
        ("completed", [""], "-"),
        ("completed", ["timeout", ""], "-"),
        ("cancelled", [""], "DC"),
        ("cancelled", [], "DC"),
        ("failed", [], "-"),
        ("failed", ["connect"], "UF"),
        ("failed", ["timeout"], "UT"),
        ("failed", ["closed"], "UC"),
        ("failed", ["unreadable"], "UPE"),
        ("failed", ["failed"], "-"),
        ("failed", ["closed", "connect"], "URX,UF"),
        ("cut", [""], "UC"),
        ("cut", ["timeout"], "UT"),
        ("lost", [""], "-"),
    ],
    ids=lambda value: "+".join(each or "none" for each in value) or "no_try" if isinstance(value, list) else None,
)
def test_flags_say_who_is_to_blame(outcome: Outcome, troubles: list[Trouble], told: str) -> None:
    tries = [attempt(trouble=each, status=0 if each else 200) for each in troubles]

    assert flags(Observation(opened(), closed(1, *tries, outcome=outcome))) == told


def test_an_upstream_that_refuses_again_and_again_has_used_up_the_tries() -> None:
    tries = [attempt(status=503), attempt(status=503)]

    assert flags(Observation(opened(), closed(1, *tries, status=503))) == "URX"


@given(
    st.binary(max_size=400),
    st.binary(max_size=400),
    st.text(max_size=300),
    st.text(max_size=300),
    st.text(max_size=300),
)
def test_nobody_can_forge_a_line(agent: bytes, request_id: bytes, path: str, model: str, served: str) -> None:
    asked = structs.replace(
        opened(1, (b"user-agent", agent), (b"x-forwarded-for", agent), (b"host", agent)),
        request_id=request_id,
        path=path,
        method=path,
        version=path,
        model=model,
    )
    tries = attempt(target=served, origin=path, model=served, dialect=model)

    told = line(Observation(asked, closed(1, tries), served))

    assert re.fullmatch(r"[ -~]+", told)
    found = LINE.fullmatch(told)
    assert found is not None
    extras = dict(each.split("=", 1) for each in found[18].split())
    assert list(extras) == ["model", "served", "api", "stream", "outcome", "ttft_ms"]
    assert original(found[12]) == (agent[:LONGEST] or b"-")
    assert original(found[13]) == (request_id[:LONGEST] or b"-")
    assert original(found[3]) == (path.encode()[:LONGEST] or b"-")
    assert original(extras["model"]) == (model.encode()[:LONGEST] or b"-")


def original(text: str) -> bytes:
    """What was escaped."""
    return re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())


@given(st.integers(-2_000_000_000_000, 32_000_000_000_000))
def test_the_time_is_that_of_the_calendar(milliseconds: int) -> None:
    expected = (EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")

    assert instant(milliseconds / 1000) == expected.replace("+00:00", "Z")
