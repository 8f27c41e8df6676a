"""Reports of two analyzers, held against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.signals.agreement import Agreement, markdown, plain
from planoai.cli.signals.compared import Difference, Entry, Pair, Said, difference, entry, pairs
from planoai.signals import Analyzer, Row, to_json
from tests.signals.corpus import expected

LOUD = to_json(Analyzer().rows([Row("human", "I want to speak to a human"), Row("human", "WHY IS THIS BROKEN")]))
CALM = to_json(Analyzer().rows([Row("human", "Yes!! That's perfect!!!")]))
ERROR = b'{"id": 1, "error": "input parse: why"}'


def read(report: bytes, name: str = "1") -> Entry:
    return entry(b'{"id": %b, "report": %b}' % (name.encode(), report))


def said(report: bytes) -> Said:
    found = read(report).report
    assert found is not None
    return found


def test_what_others_add_to_a_report_is_not_looked_at() -> None:
    assert difference(said(LOUD), said(LOUD[:-1] + b', "x_quality_score": 0.0}')) is None


def test_the_reports_of_the_corpus_say_the_same_as_themselves() -> None:
    for line in expected()[::100]:
        report = entry(line).report
        assert report is not None
        assert difference(report, report) is None


@pytest.mark.parametrize(
    ("old", "new", "tier", "what"),
    [
        (
            b"disengagement.escalation",
            b"disengagement.quit",
            "A",
            "interaction.disengagement.escalation: 1 / 0, interaction.disengagement.quit: 0 / 1",
        ),
        (b'"overall_quality":"severe"', b'"overall_quality":"poor"', "A", "quality: severe / poor"),
        (
            b'"message_index":1',
            b'"message_index":2',
            "B",
            "interaction.disengagement.negative_stance at 1: 1 / 0, interaction.disengagement.negative_stance at 2: 0 / 1",
        ),
        (
            b'"speak to a human"',
            b'"a human"',
            "C",
            'interaction_signals.disengagement.signals[0].snippet: "speak to a human" / "a human"',
        ),
        (
            b'"pattern_type":"escalation"',
            b'"pattern_type":1',
            "C",
            'interaction_signals.disengagement.signals[0].metadata: {"pattern_type":"escalation"} / {"pattern_type":1}',
        ),
        (b'"severity":1', b'"severity":2', "C", "interaction_signals.disengagement.severity: 1 / 2"),
        (b'"loops":{', b'"lops":{', "C", "execution_signals: failure, loops / failure, lops"),
        (
            b" | Escalation requested: 1",
            b"",
            "C",
            'summary: …ment — exhaustion: 0 | Escalation requested: 1" / …ment — exhaustion: 0"',
        ),
    ],
)
def test_what_differs_first_is_told_with_its_tier(old: bytes, new: bytes, tier: str, what: str) -> None:
    assert old in LOUD
    assert difference(said(LOUD), said(LOUD.replace(old, new))) == Difference(tier, what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "truncated"),
        (b'{"id": 1}', "neither `report` nor `error`"),
        (b'{"report": {}, "id": 1}', "missing required field"),
        (b'{"id": 1, "error": "", "more": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_report_says_why(line: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        entry(line)


def test_an_id_is_the_same_however_it_is_written() -> None:
    assert read(CALM, '"\\u0061"').id == read(CALM, '"a"').id
    assert read(CALM, '{"a" : 1}').id == read(CALM, '{"a":1}').id
    assert read(CALM, '"1"').id != read(CALM, "1").id


IDS = st.lists(st.sampled_from("abcdef"), max_size=12)


def met(ours: list[str], theirs: list[str]) -> list[Pair]:
    return list(pairs([Entry(each, None) for each in ours], [Entry(each, None) for each in theirs]))


@given(IDS, IDS)
def test_each_entry_is_met_once_and_partners_have_one_id(ours: list[str], theirs: list[str]) -> None:
    found = met(ours, theirs)
    assert sorted(our.id for our, _ in found if our) == sorted(ours)
    assert sorted(their.id for _, their in found if their) == sorted(theirs)
    assert all(our.id == their.id for our, their in found if our and their)
    alone = [(our, their) for our, their in found if not (our and their)]
    assert not {our.id for our, _ in alone if our} & {their.id for _, their in alone if their}


@given(st.permutations(range(8)))
def test_the_first_of_an_id_meets_the_first(order: list[int]) -> None:
    ours = [Entry("a", said(CALM)), Entry("a", said(LOUD)), *(Entry(str(each), None) for each in order)]
    theirs = [*(Entry(str(each), None) for each in range(8)), Entry("a", said(CALM)), Entry("a", said(LOUD))]
    assert all(our == their for our, their in pairs(ours, theirs))


def agreed(*found: Pair, show: int = 10) -> Agreement:
    agreement = Agreement(show)
    for each in found:
        agreement.add(each)
    return agreement


MOVED = LOUD.replace(b'"message_index":1', b'"message_index":2')
WORDED = LOUD.replace(b'"speak to a human"', b'"a human"')


def test_a_tier_counts_what_agrees_in_it_and_in_those_before_it() -> None:
    found = agreed(
        *((read(LOUD), read(each)) for each in (LOUD, WORDED, MOVED, CALM)),
        (read(LOUD), None),
        (None, read(LOUD)),
        (read(LOUD), entry(ERROR)),
        (entry(ERROR), entry(ERROR.replace(b"why", b"because"))),
    )
    assert (found.of, found.agree) == (8, {"A": 4, "B": 3, "C": 2})
    assert (found.only_ours, found.only_theirs, found.errors) == (1, 1, 1)
    assert {each.tier for each in found.differing[2:]} == {"A"}
    assert [each.what.partition(":")[0] for each in found.differing[2:]] == [
        "interaction.disengagement.escalation",
        "only in ours",
        "only in theirs",
        "a report / an error",
    ]
    assert not found.good
    row = found.types["interaction.disengagement.escalation"]
    assert (row.both, row.only_ours, row.only_theirs) == (3, 1, 0)
    assert found.qualities == {("severe", "severe"): 3, ("severe", "good"): 1}


def test_what_differs_beyond_tier_a_is_good_enough() -> None:
    assert agreed((read(LOUD), read(MOVED))).good
    assert agreed().good


def test_only_so_many_that_differ_are_shown() -> None:
    assert len(agreed(*[(read(LOUD), read(CALM))] * 5, show=3).differing) == 3


def test_it_is_told_in_markdown_and_in_json() -> None:
    found = agreed(*[(read(CALM), read(CALM))] * 20_000, (read(CALM, '"a|b"'), None))
    lines = markdown(found).splitlines()
    assert lines[2] == "| A | types, how often each, quality | 20,000 | 20,001 | 99.99 |"
    assert "- 1 only in ours" in lines
    assert "| interaction.satisfaction.gratitude | 20,000 | 0 | 0 |" in lines
    assert "| good | 20,000 |" in lines
    assert lines[-1] == '| "a\\|b" | A | only in ours |'
    whole = plain(found)
    assert whole["agree"] == {"A": 20_000, "B": 20_000, "C": 20_000}
    assert whole["qualities"] == [{"ours": "good", "theirs": "good", "conversations": 20_000}]


def test_all_of_them_are_a_hundred_percent() -> None:
    assert markdown(agreed((read(CALM), read(CALM)))).splitlines()[4].endswith("| 1 | 1 | 100.00 |")


def test_an_id_gives_the_terminal_no_orders() -> None:
    found = agreed((read(CALM, '"a\\u009b31mb"'), None))
    assert '| "a 31mb" | A | only in ours |' in markdown(found).splitlines()
