"""What many reports come to."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.signals import table
from planoai.cli.signals.tally import OTHER, Survey, interval
from planoai.signals import Analyzer, Row
from planoai.signals.taxonomy import TYPES
from planoai.signals.worth import worth

READ = Analyzer()
TEXTS = {
    "calm": "What is the capital of France?",
    "loud": "WHY IS THIS BROKEN",
    "leaves": "I want to speak to a human",
    "glad": "Yes!! That's perfect!!!",
    "odd": "SHOUTED \x1b[31m\nAND RED ALL THE WAY TO THE FAR END OF THE LINE",
}
REPORTS = {name: READ.rows([Row("human", text)] * (1 + (name == "loud"))) for name, text in TEXTS.items()}
ESCALATION, STANCE = "interaction.disengagement.escalation", "interaction.disengagement.negative_stance"


def survey(*names: str, top: int = 20, values: list[str] | None = None) -> Survey:
    made = Survey(top)
    for place, name in enumerate(names):
        made.add(f"{name}-{place}", REPORTS[name], values[place] if values else None)
    return made


def test_conversations_and_instances_are_counted_apart() -> None:
    whole = survey("calm", "loud", "leaves", "loud").whole
    assert (whole.conversations, whole.types[STANCE], whole.instances[STANCE]) == (4, 2, 4)
    assert whole.types[ESCALATION] == whole.instances[ESCALATION] == 1
    assert whole.qualities == {"neutral": 3, "severe": 1}


@given(st.lists(st.sampled_from(list(TEXTS)), max_size=30), st.integers(0, 8))
def test_the_conversations_picked_are_those_worth_most_and_the_first_of_equals(names: list[str], top: int) -> None:
    made = survey(*names, top=top)
    ranked = sorted(
        (place for place, name in enumerate(names) if any(each.signals for each in REPORTS[name].groups.values())),
        key=lambda place: -worth(REPORTS[names[place]]),
    )
    assert [each.id for each in made.picks()] == [f"{names[place]}-{place}" for place in ranked[:top]]


def test_a_pick_says_what_was_found() -> None:
    [pick] = survey("leaves").picks()
    assert (pick.quality, pick.types, pick.snippet) == ("severe", (ESCALATION,), "speak to a human")


def test_values_beyond_the_twelfth_are_counted_together() -> None:
    values = [str(number) for number in range(15)]
    made = survey(*["calm"] * 16, values=[*values, "3"])
    assert list(made.values) == [*values[:12], OTHER]
    assert {name: each.conversations for name, each in made.values.items() if each.conversations > 1} == {
        "3": 2,
        OTHER: 3,
    }


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (42, 116, 0.2803, 0.4526), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilson_s(count: int, of: int, low: float, high: float) -> None:
    assert list(interval(count, of)) == pytest.approx([low, high], abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share(rate: tuple[int, int]) -> None:
    low, high = interval(*rate)
    assert 0 <= low <= rate[0] / rate[1] <= high <= 1


def test_the_table_has_every_type() -> None:
    lines = table.shown(survey("calm", "loud", "leaves", "glad")).splitlines()
    assert lines[0] == "4 conversations"
    rows = {words[0]: words[1:] for words in map(str.split, lines) if words}
    assert all(name in rows for name in TYPES)
    assert rows[STANCE] == ["1", "25.0", "%", "2"]
    assert rows["execution.loops.retry"] == ["0", "0.0", "%", "0"]
    assert rows["severe"] == ["1", "25.0", "%"]
    assert "excellent" not in rows
    assert "by value" not in "\n".join(lines)


def test_values_stand_side_by_side_with_intervals() -> None:
    shown = table.shown(survey("loud", "calm", "loud", values=["1", "0", "0"]))
    block = next(each for each in shown.split("\n\n") if each.startswith("share"))
    head, *rows = block.splitlines()
    assert head.split()[-2:] == ["1", "0"]
    assert rows[0].split() == ["conversations", "1", "2"]
    assert rows[1].split() == f"{STANCE} 100 % [21, 100] 50 % [9, 91]".split()
    assert rows[2].split()[0] == "neutral"


def test_what_a_conversation_says_gives_the_terminal_no_orders() -> None:
    made = survey("odd")
    made.skip("line 1", "\x1b]0;title\x07")
    for text in (table.shown(made), table.unread(made)):
        assert text.replace("\n", "").isprintable()
    assert "SHOUTED  [31m AND RED" in table.shown(made)


def test_the_first_that_could_not_be_read_are_named() -> None:
    made = survey("calm")
    for number in range(1, 6):
        made.skip(f"line {number}", "it is broken")
    assert table.unread(made).splitlines() == [
        "5 conversations could not be read:",
        "  line 1: it is broken",
        "  line 2: it is broken",
        "  line 3: it is broken",
        "  and 2 more",
    ]


def test_the_json_has_the_same() -> None:
    made = survey("loud", "leaves", values=["1", "0"])
    made.skip("line 3", "why")
    told = json.loads(msgspec.json.encode(table.plain(made)))
    assert told["conversations"] == 2
    assert list(told["signals"]) == list(TYPES)
    assert told["signals"][STANCE] | {"interval": None} == {
        "conversations": 1,
        "share": 0.5,
        "interval": None,
        "instances": 2,
    }
    assert told["by"]["1"]["signals"][STANCE]["share"] == 1.0
    assert told["qualities"]["severe"]["conversations"] == 1
    assert [each["id"] for each in told["worth_reading"]] == ["leaves-1", "loud-0"]
    assert told["unread"] == {"count": 1, "first": [{"place": "line 3", "why": "why"}]}
