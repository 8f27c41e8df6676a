from calendar import timegm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.errors import Trouble
from planoai.routing.retrying import pause, retry_after

NOW = float(timegm((1994, 11, 6, 8, 49, 0)))  # 37 seconds before the example of RFC 9110, 5.6.7
AMPLE = 300.0

TRIED_AGAIN: list[int | Trouble] = [408, 429, 500, 502, 503, 504, 507, 520, 524, 529, 599, "connect", "closed"]
TOLD: list[int | Trouble] = [
    200, 301, 400, 401, 402, 403, 404, 409, 413, 418, 422, 425, 499, 501, 505, 600, "", "timeout", "unreadable", "failed",
]  # fmt: skip


def asked(**fields: str) -> float | None:
    sent = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in fields.items()}
    return retry_after(sent.get, NOW)


@pytest.mark.parametrize("failure", TRIED_AGAIN, ids=str)
def test_what_may_pass_is_tried_again(failure: int | Trouble) -> None:
    assert pause(1, failure, None, 0.0, AMPLE) == 0.25


@pytest.mark.parametrize("failure", TOLD, ids=lambda each: str(each) or "no trouble")
def test_what_would_fail_again_is_told_at_once(failure: int | Trouble) -> None:
    assert pause(1, failure, None, 0.0, AMPLE) is None
    assert pause(1, failure, 1.0, 0.0, AMPLE) is None  # whatever it asks for


@pytest.mark.parametrize(("tries", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 5.0), (6, 5.0), (11, 5.0)])
def test_the_pause_doubles_up_to_five_seconds(tries: int, longest: float) -> None:
    assert pause(tries, 503, None, 0.0, AMPLE) == longest / 2
    assert pause(tries, 503, None, 0.5, AMPLE) == longest * 0.75


@given(tries=st.integers(1, 11), chance=st.floats(0, 1, exclude_max=True))
def test_tries_of_many_clients_are_spread_over_the_second_half_of_the_pause(tries: int, chance: float) -> None:
    wait = pause(tries, 500, None, chance, AMPLE)
    longest = min(0.5 * 2 ** (tries - 1), 5.0)
    assert wait is not None
    assert longest / 2 <= wait <= longest


@pytest.mark.parametrize(
    ("wanted", "wait"), [(0.0, 0.25), (0.1, 0.25), (0.25, 0.25), (0.3, 0.3), (7.0, 7.0), (60.0, 60.0), (60.5, None)]
)
def test_a_time_that_the_provider_asks_for_is_kept_where_it_is_longer_and_not_over_a_minute(
    wanted: float, wait: float | None
) -> None:
    assert pause(1, 429, wanted, 0.0, AMPLE) == wait


@pytest.mark.parametrize(
    ("wanted", "left", "wait"),
    [
        (None, 0.26, 0.25),
        (None, 0.25, None),
        (None, 0.0, None),
        (None, -1.0, None),
        (10.0, 10.5, 10.0),
        (10.0, 10.0, None),
        (10.0, 5.0, None),
    ],
)
def test_nothing_is_waited_for_that_leaves_no_time_for_the_try(
    wanted: float | None, left: float, wait: float | None
) -> None:
    assert pause(1, 503, wanted, 0.0, left) == wait


@given(
    failure=st.sampled_from([*TRIED_AGAIN, *TOLD]),
    tries=st.integers(1, 11),
    wanted=st.none() | st.floats(0, allow_infinity=True),
    chance=st.floats(0, 1, exclude_max=True),
    left=st.floats(-10, 400),
)
def test_a_pause_always_ends_before_the_time_does(
    failure: int | Trouble, tries: int, wanted: float | None, chance: float, left: float
) -> None:
    wait = pause(tries, failure, wanted, chance, left)
    assert wait is None or 0.25 <= wait < left
    assert wait is None or wanted is None or wanted <= wait <= 60.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("2.", 2.0),
        ("86400", 86400.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 37.0),
        ("Sun Nov  6 08:49:37 1994", 37.0),
        ("Sun, 06 Nov 1994 09:49:37 +0100", 37.0),
        ("Sun, 06 Nov 1994 08:48:00 GMT", 0.0),
    ],
)
def test_seconds_and_all_forms_of_a_date_are_read(value: str, seconds: float) -> None:
    assert asked(retry_after=value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-1",
        "+1",
        "1e3",
        "inf",
        "nan",
        "1,5",
        "1 2",
        "9" * 400,
        "²",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        "Sun, 06 Nov 1994",
    ],
    ids=lambda value: value[:48] or "empty",
)
def test_what_can_not_be_read_says_nothing(value: str) -> None:
    assert asked(retry_after=value) is None


def test_an_answer_without_the_field_says_nothing() -> None:
    assert asked() is None


@pytest.mark.parametrize(
    ("finer", "usual", "seconds"),
    [("250", "9", 0.25), ("1500.5", "9", 1.5005), ("soon", "9", 9.0), ("-1", "9", 9.0), ("", "9", 9.0)],
)
def test_milliseconds_come_before_seconds(finer: str, usual: str, seconds: float) -> None:
    assert asked(retry_after_ms=finer, retry_after=usual) == seconds


WORDS = "Sun Mon, 06 6 Nov Feb 1994 94 0 -0 08:49:37 8.49.37 99:99:99 08:49 :: GMT +0100 -9999 +99999999 - , . am ½ ²"
DATES = st.lists(st.sampled_from(WORDS.split())).map(" ".join)


@given(st.text(st.characters(max_codepoint=255), max_size=80) | DATES | DATES.map(lambda text: text.replace(" ", "")))
def test_no_value_at_all_is_more_than_a_time_or_nothing(value: str) -> None:
    seconds = asked(retry_after=value)
    assert seconds is None or seconds >= 0.0
