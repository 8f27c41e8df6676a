from pathlib import Path

import pytest
from bench.signals.corpora import KINDS
from bench.signals.running import Broken, Spent
from bench.signals.speed import Measured, Round, Source, compare, goals, prepared, tables

[TRACES] = [kind for kind in KINDS if kind.name == "traces"]


def measured(*rounds: tuple[float, float, float]) -> Measured:
    """Each round: CPU seconds of ours for 1,000 lines and of the plain one for 100, and how many times as soon two workers are done."""
    source = Source(TRACES, Path("all"), Path("some"), 1000, 100, 60.0, 17_000.0)
    taken = (Round(Spent(ours, 6.0), Spent(plain, 9.0), Spent(ours, 6.0 / faster)) for ours, plain, faster in rounds)
    return Measured(source, tuple(taken))


def test_a_ratio_is_of_one_conversation_and_taken_in_each_round() -> None:
    found = measured((2.0, 4.0, 1.8), (4.0, 8.0, 1.6), (2.0, 2.0, 1.2))
    assert found.ratios() == [20.0, 20.0, 10.0]
    [line] = tables([found]).splitlines()[2:]
    assert line.split(" | ")[2:] == [
        *("60.0", "17,000", "500 (250–500)", "2,000 (2,000–4,000)", "40,000 (20,000–80,000)"),
        "20.0 (10.0–20.0) |",
    ]


def test_goals_are_judged_by_the_median_of_the_rounds() -> None:
    found = goals([measured((2.0, 4.0, 1.8), (4.0, 8.0, 1.4), (2.0, 2.0, 1.2))])
    assert [(goal.measured, goal.reached) for goal in found] == [(20.0, True), (pytest.approx(1.4), False)]


def test_the_plain_analyzer_gets_every_tenth_line(tmp_path: Path) -> None:
    [source] = prepared([TRACES], tmp_path, 25)
    all_lines = source.all.read_bytes().splitlines(keepends=True)
    assert source.some.read_bytes().splitlines(keepends=True) == all_lines[::10]
    assert (source.count, source.some_count, source.rows) == (25, 3, 60)


@pytest.mark.parametrize(
    ("ours", "plain", "trouble"),
    [
        (range(25), [0, 10, 20], None),
        (range(25), [0, 10, 21], "do not agree"),
        (range(20), [0, 10, 20], "as many"),
        (range(31), [0, 10, 20], "as many"),
    ],
    ids=["the same", "one differs", "ours ends too soon", "ours goes on"],
)
def test_reports_are_compared_line_by_line(ours: range, plain: list[int], trouble: str | None, tmp_path: Path) -> None:
    for name, numbers in (("ours", ours), ("plain", plain)):
        (tmp_path / name).write_text("".join(f"{number}\n" for number in numbers))
    if trouble is None:
        compare(tmp_path / "ours", tmp_path / "plain")
    else:
        with pytest.raises(Broken, match=trouble):
            compare(tmp_path / "ours", tmp_path / "plain")
