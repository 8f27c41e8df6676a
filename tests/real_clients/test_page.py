"""The page about clients; this one needs none of them."""

from datetime import date

from tests.real_clients.case import PLAIN, TOOL, Case, Seen
from tests.real_clients.page import written

FINE = Seen(
    Case("A", "chat", "messages", PLAIN),
    "",
    (("POST /v1/chat/completions", 200),),
    1234,
    ("tools[1].x",),
    ("b.com:443",),
)
BROKEN = Seen(
    Case("A", "chat", "messages", TOOL), "E  assert 1 | 2", (("HEAD /", 404),), 99, ("tools[2].x", "answer: id"), ()
)


def lines(*rows: Seen) -> list[str]:
    return written(rows, {"A": {"a": "1.0", "b": "2"}}, date(2026, 11, 22)).splitlines()


def test_each_way_has_a_row_with_what_came_of_each_thing_tried() -> None:
    assert "| A | chat | messages | works |  |  |  |" in lines(FINE)
    assert r"| A | chat | messages | works | **fails**: E  assert 1 \| 2 |  |  |" in lines(FINE, BROKEN)


def test_what_was_noticed_is_told_once_for_each_way() -> None:
    asked = "`POST /v1/chat/completions`, `HEAD / (404)`"
    assert f"| A | chat | messages | {asked} | 1.2 kB | `tools[].x`, `answer: id` | `b.com` |" in lines(FINE, BROKEN)
    assert "| A | chat | messages | `HEAD / (404)` | 0.1 kB | `tools[].x`, `answer: id` | - |" in lines(BROKEN)


def test_versions_and_the_day_are_told() -> None:
    assert "| A | `a` 1.0, `b` 2 |" in lines()
    assert "2026-11-22" in "\n".join(lines())
