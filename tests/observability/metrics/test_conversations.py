"""Which signals of a conversation are counted."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from planoai.observability.metrics.conversations import Conversations
from tests.observability.metrics.made import observation, signals

LOOP, THANKS = "execution.loops.retry", "interaction.satisfaction.gratitude"


def fresh(known: Conversations, quality: str, *types: str, session: str = "", thread: bytes = b"1") -> dict[str, int]:
    found = signals(quality, *types)
    return dict(known.fresh(observation(signals=found, session=session, thread=thread), found))


def test_what_a_turn_shows_again_is_not_counted() -> None:
    known = Conversations()
    assert fresh(known, "good", LOOP) == {"good": 1, LOOP: 1}
    assert fresh(known, "good", LOOP) == {}
    assert fresh(known, "good", LOOP, LOOP, THANKS) == {LOOP: 1, THANKS: 1}
    assert fresh(known, "good", LOOP, LOOP, THANKS) == {}


def test_a_quality_counts_once_however_often_it_comes_back() -> None:
    known = Conversations()
    assert [fresh(known, each) for each in ("good", "poor", "good", "poor")] == [{"good": 1}, {"poor": 1}, {}, {}]


def test_a_session_tells_conversations_apart_and_else_how_they_begin() -> None:
    known = Conversations()
    assert fresh(known, "good", session="a", thread=b"1")
    assert not fresh(known, "good", session="a", thread=b"2")
    assert fresh(known, "good", session="b", thread=b"1")
    assert fresh(known, "good", thread=b"1")


def test_what_has_no_name_counts_every_time() -> None:
    known = Conversations()
    assert fresh(known, "good", LOOP, thread=b"") == fresh(known, "good", LOOP, thread=b"") == {"good": 1, LOOP: 1}
    assert len(known) == 0


def test_those_that_were_seen_longest_ago_are_forgotten() -> None:
    known = Conversations(most=2)
    fresh(known, "good", thread=b"1")
    fresh(known, "good", thread=b"2")
    fresh(known, "good", thread=b"1")
    fresh(known, "good", thread=b"3")
    assert len(known) == 2
    assert not fresh(known, "good", thread=b"1")
    assert fresh(known, "good", thread=b"2")


@given(st.lists(st.lists(st.sampled_from([LOOP, THANKS]), max_size=4), min_size=1))
def test_turns_together_count_as_much_as_the_most_that_one_showed(turns: list[list[str]]) -> None:
    known = Conversations()
    counted: Counter[str] = Counter()
    for types in turns:
        counted.update(fresh(known, "good", *types))
    assert counted == {"good": 1} | {
        each: most for each in (LOOP, THANKS) if (most := max(types.count(each) for types in turns))
    }
