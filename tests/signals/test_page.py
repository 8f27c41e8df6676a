"""docs/signals.md: what is told there of a signal is what the analyzer does."""

import contextlib
import gzip
import io
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from msgspec import Raw, Struct, json

from planoai.signals import Analyzer, Report, Row, Signal
from planoai.signals.options import LISTS, THRESHOLDS, Kind
from planoai.signals.patterns import PATTERNS
from planoai.signals.phrases import CONFIRMATION_PREFIXES, PHRASES, POSITIVE_PREFIXES, STOP_WORDS
from tests.docs.pages import ROOT
from tests.signals import corpus

PAGE = (ROOT / "docs/signals.md").read_text(encoding="utf-8")
ENTRIES: dict[Kind, str] = {
    "phrase": "a phrase, found as the built-in ones are",
    "prefix": "how a message begins",
    "word": "one word",
    "pattern words": "words in what a tool returns",
}


class Example(Struct, frozen=True):
    """A conversation under the heading of a signal, and where the page says that it is found: index and snippet."""

    signal: str
    rows: tuple[Row, ...]
    found: tuple[tuple[int, str], ...]


def sections() -> dict[str, str]:
    """What stands under each heading that is the name of a signal."""
    parts = re.split(r"^##+ (.*)\n", PAGE, flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if re.fullmatch("[a-z_]+", name)}


def examples() -> list[Example]:
    blocks = [
        (name, each) for name, text in sections().items() for each in re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    ]
    return [example(name, block) for name, block in blocks]


def example(name: str, block: str) -> Example:
    lines = [line.partition(": ") for line in block.splitlines()]
    rows = tuple(Row(role, value) for role, _, value in lines if not role.startswith("=> "))
    found = tuple((int(role.removeprefix("=> ")), value) for role, _, value in lines if role.startswith("=> "))
    return Example(name, rows, found)


def signals(report: Report) -> list[Signal]:
    return [signal for group in report.groups.values() for signal in group.signals]


def table(name: str) -> str:
    """What stands between two marks."""
    return PAGE.partition(f"<!-- {name} -->\n\n")[2].partition(f"\n\n<!-- /{name} -->")[0]


def prose(name: str) -> str:
    return " ".join(sections()[name].split())


class Expected(Struct, frozen=True):
    """A line of the expected reports, as far as it is asked here."""

    id: Raw
    report: dict[str, Raw]

    def types(self) -> list[tuple[str, int]]:
        layers = ("interaction_signals", "execution_signals", "environment_signals")
        groups = [group for each in layers for group in json.decode(self.report[each]).values()]
        return [(each["signal_type"], each["message_index"]) for group in groups for each in group["signals"]]


@cache
def expected() -> tuple[Expected, ...]:
    return tuple(json.decode(line, type=Expected) for line in corpus.expected())


@cache
def chats() -> tuple[Expected, ...]:
    return tuple(each for each in expected() if bytes(each.id).startswith(b'"chit-'))


def leaf(signal_type: str) -> str:
    return signal_type.rpartition(".")[2]


def test_every_signal_has_a_section_that_tells_how_it_is_wrong_and_how_it_is_found() -> None:
    types = {kind for each in expected() for kind, _ in each.types()}
    assert len(types) == 25
    assert set(sections()) == {leaf(kind) for kind in types}
    for name, text in sections().items():
        assert all(f"\n{start}: " in text for start in ("Weak", "Find")), name
    for kind in types:
        layer, category, name = kind.split(".")
        assert f"[`{name}`](#{name})" in PAGE
        assert f"| {category} | " in PAGE
        assert f"| {layer} | " in PAGE


@pytest.mark.parametrize("each", examples(), ids=lambda each: f"{each.signal}: {each.found[0][1][:20]}")
def test_an_example_has_the_signals_that_the_page_says(each: Example) -> None:
    found = [signal for signal in signals(Analyzer().rows(each.rows)) if leaf(signal.signal_type) == each.signal]
    assert tuple((signal.message_index, signal.snippet) for signal in found) == each.found


@pytest.mark.parametrize("name", sections())
def test_what_is_written_to_find_a_signal_are_values_that_it_has(name: str) -> None:
    """The conditions are jq's: `.signal_type == "..."`, `.metadata.x >= 5`, joined by `and`."""
    found = [signal for each in examples() if each.signal == name for signal in signals(Analyzer().rows(each.rows))]
    known = [signal for signal in found if leaf(signal.signal_type) == name]
    (line,) = re.findall(r"^Find: (.*)$", sections()[name], re.MULTILINE)
    for kind in re.findall(r'\.signal_type == "([^"]*)"', line):
        assert {kind} == {signal.signal_type for signal in known}
    for key, value in re.findall(r'\.metadata\.(\w+)(?: == "(\w+)")?', line):
        values = [signal.metadata[key] for signal in known if key in signal.metadata]
        assert values
        assert not value or value in values or key == "role"


def test_how_many_chats_have_a_signal_is_what_the_page_says() -> None:
    assert len(chats()) == 358
    told = 0
    for name in sections():
        for figure in re.findall(r"(\d+) of the 358 chats", prose(name)):
            assert int(figure) == sum(any(leaf(kind) == name for kind, _ in each.types()) for each in chats()), name
            told += 1
    assert told == 11


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("clarification", "Of its {all} instances there, {words} were decided by words alone"),
        ("quit", "{words} of the {all} instances were decided by words alone"),
        ("gratitude", "{words} of the {all} instances by words alone"),
        ("escalation", "in {all} of the 358 chats, by words alone"),
    ],
)
def test_how_many_instances_are_decided_by_words_is_what_the_page_says(name: str, sentence: str) -> None:
    by_id = {bytes(each.id): each for each in corpus.conversations()}
    rows = [by_id[bytes(each.id)].rows[at] for each in chats() for kind, at in each.types() if leaf(kind) == name]
    analyzer = Analyzer()
    decided = [each.decided for row in rows for each in signals(analyzer.rows([row])) if leaf(each.signal_type) == name]
    assert sentence.format(all=len(rows), words=decided.count("words")) in prose(name)
    assert len(decided) == len(rows)


class Run(Struct, frozen=True):
    messages: list[dict[str, Any]]


def test_what_the_page_tells_of_the_runs_is_so() -> None:
    analyzer = Analyzer()
    packed = (ROOT / "tests/data/trajectories/tau_airline_gpt4o.openai.jsonl.gz").read_bytes()
    runs = [json.decode(line, type=Run) for line in gzip.decompress(packed).splitlines()]
    found = [signals(analyzer.messages(run.messages)) for run in runs]
    having = Counter(name for each in found for name in {leaf(signal.signal_type) for signal in each})
    results = [message["content"] for run in runs for message in run.messages if message["role"] == "tool"]
    drifts = [signal for each in found for signal in each if leaf(signal.signal_type) == "parameter_drift"]
    lookups = [signal for signal in drifts if signal.metadata["tool_name"] == "get_reservation_details"]
    errors = sum(result.startswith("Error:") for result in results)
    page = " ".join(PAGE.split())
    for said in (
        f"*The runs* are {len(runs)} runs",
        f"in the runs all {having['escalation']} conversations that have it",
        f"Of the {len(drifts)} instances in the runs, {len(lookups)} are of `get_reservation_details`",
        f"In {having['oscillation']} of the {len(runs)} runs",
        f"{errors} of the {len(results):,} results of tools in the runs begin with `Error:`",
    ):
        assert said.lower() in page.lower()
    assert not having.keys() & {"rephrase", "success", "retry", *PATTERNS}


def test_the_python_of_the_page_runs_and_prints_what_is_shown() -> None:
    blocks = re.findall(r"```python\n(.*?)```(?:\n\nprints\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, object] = {}
    for code, shown in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, names)  # noqa: S102 - the page is ours
        assert not shown or printed.getvalue() == shown


def test_the_tables_of_thresholds_and_lists_are_those_of_the_code() -> None:
    rows = [
        f"| `{name}` | {each.default:g} | {each.least:,.10g} to {each.most:,.10g} | {each.meaning} |"
        for name, each in THRESHOLDS.items()
    ]
    assert table("thresholds") == "\n".join(["| name | built in | from, to | meaning |", "|---|---|---|---|", *rows])
    prefixes = {"positive_prefixes": POSITIVE_PREFIXES, "confirmation_prefixes": CONFIRMATION_PREFIXES}
    built_in = {**PHRASES, **PATTERNS, **prefixes, "stop_words": STOP_WORDS}
    rows = [f"| `{name}` | {len(built_in[name])} | {ENTRIES[kind]} |" for name, kind in LISTS.items()]
    assert table("lists") == "\n".join(["| name | built in | an entry is |", "|---|---|---|", *rows])


def test_the_numbers_of_phrases_and_patterns_are_those_of_the_lists() -> None:
    assert f"{sum(map(len, PHRASES.values()))} phrases in all" in " ".join(PAGE.split())
    for name, entries in PATTERNS.items():
        assert f"{len(entries)} patterns" in prose(name)
