"""What events add up to."""

import pytest

from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    PartAdded,
    PartEnded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.fold import Fold, fold
from planoai.conversation.message import Citation, Part, RedactedThinking, Refusal, Text, Thinking, ToolCall
from planoai.conversation.usage import Usage


def parts(*events: Event) -> tuple[Part, ...]:
    return fold(events).message.parts


def test_deltas_of_one_kind_are_one_part() -> None:
    assert parts(TextDelta("a"), KeptAlive(), TextDelta("b")) == (Text("ab"),)


@pytest.mark.parametrize("between", [PartEnded(), ThinkingSigned("s"), PartAdded(RedactedThinking("x"))])
def test_an_end_or_another_part_begins_a_new_one(between: Event) -> None:
    found = parts(TextDelta("a"), between, TextDelta("b"))

    assert [part for part in found if isinstance(part, Text)] == [Text("a"), Text("b")]


def test_each_kind_opens_its_own_part() -> None:
    assert parts(ThinkingDelta("t"), TextDelta("x"), RefusalDelta("no")) == (Thinking("t"), Text("x"), Refusal("no"))


def test_a_thought_and_its_summary_stay_apart() -> None:
    events = (ThinkingDelta("a"), ThinkingDelta("b"), ThinkingDelta("c", summary=True), ThinkingSigned(encrypted="x"))

    assert parts(*events) == (Thinking("ab"), Thinking("c", encrypted="x", summary=True))


def test_empty_deltas_make_no_part() -> None:
    assert parts(TextDelta(""), ThinkingDelta(""), RefusalDelta(""), PartEnded()) == ()


def test_a_signature_comes_in_pieces_and_needs_no_text() -> None:
    assert parts(ThinkingSigned("c2"), ThinkingSigned("ln"), PartEnded()) == (Thinking("", "c2ln"),)


def test_an_encrypted_thought_keeps_its_name() -> None:
    signed = ThinkingSigned(encrypted="gAAA", id="rs_1")

    assert parts(ThinkingDelta("sum", summary=True), signed) == (
        Thinking("sum", encrypted="gAAA", id="rs_1", summary=True),
    )


def test_a_proof_keeps_its_issuer_whichever_piece_names_it() -> None:
    assert parts(ThinkingSigned("c2", issuer="anthropic"), ThinkingSigned("ln")) == (
        Thinking("", "c2ln", issuer="anthropic"),
    )
    assert parts(ThinkingSigned("c2"), ThinkingSigned("ln", issuer="anthropic")) == (
        Thinking("", "c2ln", issuer="anthropic"),
    )
    assert parts(ThinkingSigned("c2"), PartEnded(), ThinkingSigned("ln", issuer="vercel")) == (
        Thinking("", "c2"),
        Thinking("", "ln", issuer="vercel"),
    )


def test_a_citation_belongs_to_the_text_that_is_open() -> None:
    one, two = Citation("https://a"), Citation("https://b")

    assert parts(TextDelta("a"), Cited(one), TextDelta("b"), PartEnded(), Cited(two), TextDelta("c")) == (
        Text("ab", (one,)),
        Text("c", (two,)),
    )


def test_arguments_of_parallel_calls_find_their_calls() -> None:
    assert parts(
        ToolStarted(5, "a", "f"), ToolStarted(9, "b", "g"), ToolDelta(9, "2"), ToolDelta(5, "1"), ToolDelta(9, "3")
    ) == (ToolCall("a", "f", "1"), ToolCall("b", "g", "23"))


def test_arguments_of_no_call_are_dropped() -> None:
    assert parts(ToolDelta(1, "{}")) == ()


def test_text_before_and_after_a_call_stays_apart() -> None:
    assert parts(TextDelta("a"), ToolStarted(0, "i", "f"), TextDelta("b"), ToolDelta(0, "{}"), TextDelta("c")) == (
        Text("a"),
        ToolCall("i", "f", "{}"),
        Text("bc"),
    )


def test_the_envelope_of_an_answer() -> None:
    answer = fold(
        [
            Started("id", "model"),
            UsageTold(Usage(1)),
            UsageTold(Usage(2, output=3)),
            Finished("stop_sequence", "END"),
            Ended(),
        ]
    )

    assert (answer.id, answer.model, answer.usage) == ("id", "model", Usage(2, output=3))
    assert (answer.finish, answer.stop_sequence, answer.complete) == ("stop_sequence", "END", True)


def test_an_answer_without_its_end_is_not_complete() -> None:
    failure = Failure(502, "gone")

    assert fold([TextDelta("a")]).complete is False
    assert fold([TextDelta("a"), Failed(failure)]).failure == failure
    assert fold([TextDelta("a"), Failed(failure)]).complete is False


def test_an_answer_may_be_asked_for_at_any_time() -> None:
    folding = Fold()
    folding.feed(ToolStarted(0, "i", "f"))
    folding.feed(ToolDelta(0, "{"))
    early = folding.answer()
    folding.feed(ToolDelta(0, "}"))

    assert early.message.parts == (ToolCall("i", "f", "{"),)
    assert folding.answer().message.parts == (ToolCall("i", "f", "{}"),)
    assert folding.answer() == folding.answer()


def test_what_usage_adds_up_to() -> None:
    usage = Usage(fresh=1, cache_read=20, cache_write=300, output=4000, reasoning=5)

    assert (usage.input, usage.total) == (321, 4321)
