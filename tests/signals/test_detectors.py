"""What a person and the model say to each other: which of several signs is told, and what a message is compared with."""

import pytest

from planoai.signals import Analyzer, Options, Report, Row
from planoai.signals.signal import Signal

ASKED = "where is the parcel with my shoes"


def human(value: str) -> Row:
    return Row("human", value)


def gpt(value: str) -> Row:
    return Row("gpt", value)


def report_of(*rows: Row, strict: bool = False, window: int = 100) -> Report:
    return Analyzer(Options(profile="strict" if strict else "parity", window=window)).rows(rows)


def group(category: str, *rows: Row, strict: bool = False) -> tuple[Signal, ...]:
    return report_of(*rows, strict=strict).groups[category].signals


def leaves(category: str, *rows: Row) -> list[str]:
    return [signal.signal_type.rsplit(".", 1)[1] for signal in group(category, *rows)]


def test_of_the_families_of_misalignment_the_first_is_told() -> None:
    assert leaves("misalignment", human("I already said that, what do you mean?")) == ["correction"]
    assert leaves("misalignment", human("Let me rephrase, what do you mean?")) == ["rephrase"]
    assert leaves("misalignment", human("I said it, but what do you mean?")) == ["clarification"]


def test_of_the_families_of_satisfaction_the_first_is_told() -> None:
    assert leaves("satisfaction", human("I love it, it worked, that helps")) == ["gratitude"]
    assert leaves("satisfaction", human("I love it, it worked")) == ["confirmation"]
    assert leaves("satisfaction", human("And indeed it worked")) == ["success"]


def indicators(value: str) -> list[object]:
    return [signal.metadata.get("indicator_type", "") for signal in group("disengagement", human(value))]


def test_a_complaint_is_told_of_nobody_who_swears_or_asks_for_somebody_else() -> None:
    assert indicators("My parcel is late and this is useless to me") == ["complaint"]
    assert indicators("My parcel is late, this is useless, you damn bot from hell") == ["profanity"]
    assert indicators("My parcel is late, this is useless, let me speak to a human now") == [""]


def test_who_swears_can_also_ask_for_somebody_else_and_give_up() -> None:
    said = human("Damn bot!! I give up on all of this, let me talk to a human")
    assert leaves("disengagement", said) == ["negative_stance", "escalation", "quit", "negative_stance"]


def test_what_the_model_says_is_no_sign_of_what_the_person_thinks() -> None:
    assert not any(
        each.count for each in report_of(gpt("I give up!! This is useless, no, I meant that")).groups.values()
    )


def test_a_phrase_knows_by_what_it_was_found() -> None:
    for said, decided in (
        ("well, this bot is crap, sir, as I said to my wife yesterday", "exact"),
        ("im confusd", "trigrams"),
        ("speak real person alpha beta", "words"),
    ):
        found = [signal.decided for each in report_of(human(said)).groups.values() for signal in each.signals]
        assert decided in found


AGAIN = ("cancel boston flight tomorrow please", "please cancel flight to boston tomorrow")


@pytest.mark.parametrize(("between", "found"), [(0, True), (1, True), (2, True), (3, False)])
def test_a_request_is_asked_anew_within_three_rows(between: int, found: bool) -> None:
    rows = [human(AGAIN[0]), *[Row("observation", "")] * between, human(AGAIN[1])]
    assert bool(group("misalignment", *rows)) is found


def test_a_request_is_compared_with_the_message_just_before_whatever_that_was() -> None:
    assert not group("misalignment", human(AGAIN[0]), human("boston"), human(AGAIN[1]))
    assert group("misalignment", human(AGAIN[0]), human(""), human(AGAIN[1]))
    assert not group("misalignment", human(AGAIN[0]), human(" "), human(AGAIN[1]))


def test_a_message_that_was_a_sign_itself_is_compared_with_all_the_same() -> None:
    first = human(f"no, i meant {AGAIN[0]}")
    assert leaves("misalignment", first, human(AGAIN[1])) == ["correction", "rephrase"]


def test_who_agrees_does_not_rephrase() -> None:
    assert not group("misalignment", human(AGAIN[0]), human(f"  Right, {AGAIN[1]}"))
    assert group("misalignment", human(AGAIN[0]), human(f"Rightly: {AGAIN[1]}"), strict=True)


@pytest.mark.parametrize(
    ("older", "compared_to"),
    [((ASKED, "a b"), 0), ((ASKED, "a b", "c d"), None), ((ASKED, "a b c d e", ASKED), 2), ((ASKED, ASKED), 0)],
)
def test_a_message_is_compared_with_the_last_two_of_its_side_the_older_first(
    older: tuple[str, ...], compared_to: int | None
) -> None:
    """One that is too short to be compared takes up its place."""
    found = group("stagnation", *map(human, older), human(ASKED))
    last = [signal.metadata["compared_to"] for signal in found if signal.message_index == len(older)]
    assert last == ([] if compared_to is None else [compared_to])


def test_each_side_repeats_itself_alone() -> None:
    assert not group("stagnation", human(ASKED), gpt(ASKED))
    (repeated,) = group("stagnation", gpt(ASKED), human("boots"), gpt(ASKED))
    assert repeated.metadata["role"] == "gpt"


def test_a_repetition_is_exact_or_nearly_so() -> None:
    near = "where is my parcel with the red shoes now", "where is my parcel with the red shoe now"
    (found,) = group("stagnation", *map(human, near))
    assert found.metadata["repetition_type"] == "near_duplicate"
    assert found.snippet == "Near-duplicate with message 0"
    assert found.metadata["similarity"] == found.confidence
    assert 0.85 <= found.confidence < 0.95
    (found,) = group("stagnation", human(ASKED), human(f"{ASKED.upper()}?!"))
    assert (found.snippet, found.confidence) == ("Exact repetition with message 0", 1.0)


def test_thanks_are_said_again_without_going_in_circles() -> None:
    thanks = "thanks a lot for all of that"
    assert not group("stagnation", human(thanks), human(thanks))
    assert group("stagnation", gpt(thanks), gpt(thanks))


def test_dragging_comes_before_repetitions() -> None:
    rows = [human(ASKED), human(ASKED), *(human(f"w{place}") for place in range(9))]
    assert leaves("stagnation", *rows) == ["dragging", "repetition"]


def test_only_the_last_rows_are_read_and_indices_count_from_the_first() -> None:
    rows = [human("I give up"), *[gpt("ok")] * 5, human("no, i meant shoes")]
    (signal,) = (signal for each in report_of(*rows, window=3).groups.values() for signal in each.signals)
    assert (signal.signal_type, signal.message_index) == ("interaction.misalignment.correction", 6)


def test_turns_are_counted_where_nothing_was_said_and_signs_are_not() -> None:
    turns = report_of(human(""), gpt(""), human(" "), Row("Human", "hi"), Row("system", "hi")).turns
    assert (turns.total_turns, turns.user_turns, turns.assistant_turns) == (2, 2, 1)
