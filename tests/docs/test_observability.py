"""docs/observability.md has every name, and what it tells to ask can be asked."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from planoai.names import attributes, metrics
from planoai.observability.store import Store
from planoai.observability.trace import Trace
from planoai.pricing.price import Cost
from tests.docs import telemetry
from tests.docs.pages import ROOT, blocks
from tests.observability.facts import opened
from tests.observability.seen import ANGRY, TRACE, observation
from tests.support.promql import problems, selected

TEXT = telemetry.PAGE.read_text(encoding="utf-8")
PAGE = telemetry.PAGE.relative_to(ROOT).as_posix()


def asked(language: str) -> list[str]:
    """Each question of the page, below what is said of it."""
    return [each for block in blocks(language) if block.page == PAGE for each in block.text.split("\n\n")]


def test_the_tables_are_made_of_the_names() -> None:
    assert telemetry.made(TEXT) == TEXT, "run `python -m tests.docs.telemetry`"
    assert [name for name in telemetry.TABLES if f"<!-- {name} -->" not in TEXT] == []


def test_a_table_that_is_old_is_made_anew() -> None:
    first = metrics.FAMILIES[0].name
    assert telemetry.made(TEXT.replace(first, "of_yesterday")) == TEXT
    assert telemetry.made("<!-- buckets -->\n\nMore.\n").endswith(" 30 |\n\nMore.\n")


def test_every_name_is_on_the_page() -> None:
    named = [each.name for each in (*attributes.ATTRIBUTES, *metrics.FAMILIES)]
    named += [attributes.SERVICE_LLM, attributes.SERVICE_INBOUND, attributes.SERVICE_OUTBOUND, attributes.FIRST_TOKEN]
    assert [name for name in named if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize(
    "expr", [line for question in asked("promql") for line in question.splitlines() if line[0] != "#"]
)
def test_a_question_to_prometheus_is_about_what_there_is(expr: str) -> None:
    assert list(selected(expr))
    assert list(problems(expr)) == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """With a request of now that went well, one that did not, and one in which somebody gave up."""
    now = replace(opened(at=time.time()), handler="llm_chat", model="fast")
    cost = Cost(0.25, 0.5)
    well = observation(
        opened=replace(now, request_id=b"well", trace=Trace(TRACE.id, b"12345678")), cost=cost, session="s-1"
    )
    failed = replace(well, opened=replace(now, request_id=b"failed", trace=Trace(TRACE.id, b"12345679")), cost=None)
    failed = replace(
        failed, closed=replace(failed.closed, status=502, outcome="failed", ended=9.0), session="", usage=None
    )
    severe = replace(well, opened=replace(now, request_id=b"severe", trace=Trace(TRACE.id, b"1234567a")), signals=ANGRY)
    severe = replace(severe, closed=replace(severe.closed, ended=2.0))
    file = tmp_path / "store.db"
    written = Store(file, 100_000_000, 1e9)
    written.write([well, failed, severe])
    written.close()
    assert written.lost == 0
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        yield db


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("slow", [{"request": "failed"}, {"request": "severe"}, {"request": "well"}]),
        (
            "costly, by model, in the last 24 hours",
            [{"model": "gpt-5-2026", "requests": 3, "usd": 1.5}],
        ),
        ("costly, by session", [{"session": "s-1", "requests": 2, "usd": 1.5}]),
        ("errors", [{"request": "failed", "status": 502, "outcome": "failed"}]),
        ("severe, to be read first", [{"request": "severe", "quality": "severe"}]),
    ],
)
def test_a_question_to_the_store_is_answered(
    store: sqlite3.Connection, question: str, found: list[dict[str, object]]
) -> None:
    [statement] = [each for each in asked("sql") if each.startswith(f"-- {question}\n")]
    rows = [dict(row) for row in store.execute(statement)]
    assert [{name: row[name] for name in wanted} for row, wanted in zip(rows, found, strict=True)] == found
    assert all(re.match(r"20\d\d-\d\d-\d\d ", row["began"]) for row in rows if "began" in row)


def test_every_question_to_the_store_is_tried() -> None:
    assert len(asked("sql")) == 5
