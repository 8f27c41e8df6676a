from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from planoai.errors import BadOption
from planoai.signals import Analyzer, Options, Report, Row, analyze, to_json
from planoai.signals.options import LISTS, THRESHOLDS, checked, faults
from planoai.signals.patterns import PATTERNS

Rows = tuple[Row, ...]


def human(*values: str) -> Rows:
    return tuple(Row("human", value) for value in values)


def calls(*names: str) -> Rows:
    return tuple(
        Row("function_call", json.encode({"name": name[0], "arguments": {"a": name[1:]}}).decode()) for name in names
    )


AGAIN = human("cancel boston flight tomorrow please", "please cancel flight to boston tomorrow")
TWICE = human("where is my parcel with the shoes", "where is my parcel with the shoes")
NEARLY = human("where is my parcel with the red shoes now", "where is my parcel with the red shoe now")
# A value of one's own, and a conversation of which something else is said with it.
HEEDED: Mapping[str, tuple[float, Rows]] = {
    "baseline_turns": (1, human(*"abcdef")),
    "dragging": (0.9, human(*"abcdef")),
    "char_ngram_threshold": (0.95, human("im confusd")),
    "token_cosine_threshold": (0.95, human("this is great")),
    "max_message_length": (20, human("I wonder whether this is useless or not, tell me now please")),
    "repetition_exact": (0.8, NEARLY),
    "repetition_near": (0.99, NEARLY),
    "repetition_look_back": (1, (TWICE[0], *human("and what of the blue hat then"), TWICE[1])),
    "rephrase_overlap": (
        0.9,
        human("cancel boston flight tomorrow please", "please cancel flight boston sunday morning"),
    ),
    "rephrase_new": (0.1, human("cancel boston flight tomorrow", "cancel boston flight tomorrow morning")),
    "rephrase_tokens": (6, AGAIN),
    "rephrase_distance": (1, (AGAIN[0], Row("gpt", "Which?"), AGAIN[1])),
    "caps_letters": (30, human("WHERE IS MY REFUND")),
    "caps_ratio": (0.95, human("WHERE IS MY REFUNd")),
    "retry_calls": (4, calls("a1", "a1", "a1")),
    "drift_calls": (4, calls("a1", "a2", "a3")),
    "oscillation_cycles": (2, calls("a1", "b1", "a1", "b1", "c1", "d1")),
    "misalignment_ratio": (1, human("no, i meant shoes")),
}


def said(rows: Rows, options: Options | None = None) -> tuple[bytes, float]:
    report = Analyzer(options).rows(rows)
    return to_json(report), report.score


def test_there_is_a_conversation_for_every_threshold() -> None:
    assert set(HEEDED) == set(THRESHOLDS)


@pytest.mark.parametrize("name", HEEDED)
def test_a_threshold_of_ones_own_is_heeded(name: str) -> None:
    value, rows = HEEDED[name]
    assert said(rows, Options(thresholds={name: value})) != said(rows)


@pytest.mark.parametrize("name", THRESHOLDS)
def test_the_default_of_a_threshold_written_out_changes_nothing(name: str) -> None:
    rows = (*AGAIN, *NEARLY, *HEEDED[name][1])
    assert said(rows, Options(thresholds={name: THRESHOLDS[name].default})) == said(rows)


def snippets(report: Report) -> set[str]:
    return {signal.snippet for group in report.groups.values() for signal in group.signals}


@pytest.mark.parametrize("name", [name for name, kind in LISTS.items() if kind == "phrase"])
def test_a_phrase_of_ones_own_is_found_in_its_family(name: str) -> None:
    rows = human("so I said: Wibbly wobbly, sir")
    assert snippets(Analyzer().rows(rows)) == set()
    assert snippets(Analyzer(Options(lists={name: ("wibbly wobbly",)})).rows(rows)) == {"wibbly wobbly"}


@pytest.mark.parametrize("name", PATTERNS)
def test_words_of_ones_own_are_found_in_what_tools_return_and_are_no_regex(name: str) -> None:
    options = Options(lists={name: ("flight (.*) not available",)})
    found = Analyzer(options).rows((Row("observation", "Error: Flight\n(.*) NOT available on Monday"),))
    (signal,) = (signal for group in found.groups.values() for signal in group.signals)
    assert signal.signal_type.endswith(f".{name}")
    assert signal.metadata["matched"] == "flight\n(.*) not available"
    assert snippets(Analyzer(options).rows((Row("observation", "Error: flight HAT030 not available"),))) == set()


@pytest.mark.parametrize(
    ("name", "entry", "rows"),
    [
        ("positive_prefixes", "Hooray", human("hooray, where is it??")),
        (
            "confirmation_prefixes",
            "Indeed",
            human("cancel boston flight tomorrow", "Indeed cancel boston flight tomorrow"),
        ),
        ("stop_words", "Boston", human("cancel boston flight tomorrow", "cancel flight to boston tomorrow")),
    ],
)
def test_a_beginning_or_a_stop_word_of_ones_own_is_heeded(name: str, entry: str, rows: Rows) -> None:
    assert len(snippets(Analyzer().rows(rows))) == 1
    assert snippets(Analyzer(Options(lists={name: (entry,)})).rows(rows)) == set()


def test_what_is_built_in_is_tried_first() -> None:
    report = Analyzer(Options(lists={"quit": ("oh well i give up",)})).rows(human("oh well, I give up"))
    assert "i give up" in snippets(report)
    assert "oh well i give up" not in snippets(report)


def test_the_window_counts_rows_from_the_end() -> None:
    rows = (*human("I give up"), *calls("a1", "b1"))
    assert Analyzer(Options(window=3)).rows(rows).quality == "severe"
    assert Analyzer(Options(window=2)).rows(rows).quality == "neutral"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (Options(profile="strct"), "profile: unknown profile; did you mean 'strict'?"),  # type: ignore[arg-type]
        (Options(window=0), "window: must be at least 1"),
        (Options(window="many"), "Expected `int`, got `str` - at `$.window`"),  # type: ignore[arg-type]
        (
            Options(thresholds={"retry_cals": 3}),
            "thresholds.retry_cals: unknown threshold; did you mean 'retry_calls' or 'drift_calls'?",
        ),
        (Options(thresholds={"retry_calls": 1}), "thresholds.retry_calls: must be a whole number from 2 to 1,000,000"),
        (
            Options(thresholds={"retry_calls": 2.5}),
            "thresholds.retry_calls: must be a whole number from 2 to 1,000,000",
        ),
        (Options(thresholds={"caps_ratio": 80}), "thresholds.caps_ratio: must be a number from 0.01 to 1"),
        (Options(thresholds={"caps_ratio": float("nan")}), "thresholds.caps_ratio: must be a number from 0.01 to 1"),
        (Options(lists={"escalations": ("a",)}), "lists.escalations: unknown list; did you mean 'escalation'?"),
        (Options(lists={"quit": ("enough", "\u00a0!?")}), "lists.quit[1]: must have a word"),
        (Options(lists={"stop_words": ("sort of",)}), "lists.stop_words[0]: must be one word"),
        (Options(lists={"timeout": (" ",)}), "lists.timeout[0]: must have a word"),
        (Options(lists={"quit": ("ok \ud800",)}), "lists.quit[0]: must be of whole characters"),
        (Options(lists={"quit": "farewell"}), "Expected `array`, got `str` - at `$.lists[...]`"),  # type: ignore[dict-item]
    ],
)
def test_an_option_that_means_nothing_is_refused_by_its_name(options: Options, sentence: str) -> None:
    with pytest.raises(BadOption) as raised:
        analyze([], options=options)
    assert raised.value.message == sentence


NO_OPTIONS: list[dict[str, Any]] = [
    *({name: odd} for name in ("profile", "thresholds", "lists", "window") for odd in (None, object(), "\ud800")),
    {"profile": 3},
    {"profile": []},
    {"thresholds": {"\ud800": 1}},
    {"thresholds": {"dragging": "\ud800"}},
    {"lists": {"quit": 3}},
    {"thresholds": {"dragging": 10**400}},
]


@pytest.mark.parametrize("given", NO_OPTIONS)
def test_options_of_another_type_are_refused_as_all_others_are(given: dict[str, Any]) -> None:
    with pytest.raises(BadOption):
        analyze([], options=Options(**given))


def test_a_list_does_as_well_as_a_tuple() -> None:
    options = Options(lists={"quit": ["wibbly wobbly"]})  # type: ignore[dict-item]
    assert snippets(analyze([{"role": "user", "content": "wibbly wobbly"}], options=options)) == {"wibbly wobbly"}


def test_all_faults_are_told_at_once() -> None:
    wrong = Options(window=0, thresholds={"a": 1, "dragging": 2}, lists={"b": (), "quit": ("", "ok", "!")})
    places = [where for where, _ in faults(wrong)]
    assert places == ["window", "thresholds.a", "thresholds.dragging", "lists.b", "lists.quit[0]", "lists.quit[2]"]


@given(
    st.dictionaries(st.sampled_from([*THRESHOLDS, "other"]), st.floats() | st.integers(-5, 5), max_size=4),
    st.dictionaries(
        st.sampled_from([*LISTS, "other"]), st.lists(st.text(max_size=12), max_size=3).map(tuple), max_size=3
    ),
    st.sampled_from(["parity", "strict"]),
)
def test_options_are_refused_or_hold(
    thresholds: dict[str, float], lists: dict[str, tuple[str, ...]], profile: Any
) -> None:
    options = Options(profile=profile, thresholds=thresholds, lists=lists)
    try:
        checked(options)
    except BadOption:
        assert list(faults(options))
        return
    assert not list(faults(options))
    rows = (*human("No, I meant my orders", "", "this is useless!!"), *calls("a1", "a1"), Row("observation", "timeout"))
    to_json(Analyzer(options).rows(rows))
