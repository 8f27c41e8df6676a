from bench.measured import number
from bench.pauses import Pair, Round, gaps, goals, table
from bench.recorded import Recorded
from bench.streams import Answer


def round_of(gap: float, *, analysed: int = 0, dropped: int = 0) -> Round:
    """With one gap in a hundred of so many milliseconds."""
    return Round(
        (*(20.0 for _ in range(98)), gap, gap), (1.0, 3.0), 600, 200.0, 300.0, Recorded(700, 700, analysed, 0, dropped)
    )


def test_the_ratio_is_taken_of_each_pair_and_then_the_median() -> None:
    pairs = [
        Pair(round_of(22.0, analysed=700), round_of(20.0)),
        Pair(round_of(90.0, analysed=700), round_of(100.0)),
        Pair(round_of(30.0, analysed=700, dropped=2), round_of(20.0)),
    ]
    ratio, dropped = goals(pairs)
    assert (number(ratio.measured), ratio.reached) == ("1.10", True)
    assert (dropped.measured, dropped.reached) == (2, False)


def test_what_was_sent_and_what_became_of_it_are_added_up() -> None:
    pairs = [Pair(round_of(22.0, analysed=700), round_of(20.0))] * 2
    on, off = (line.strip("| ").split(" | ") for line in table(pairs).splitlines()[2:])
    assert on == [
        "on",
        "22.0 (22.0–22.0)",
        "1.00",
        "3.00 (3.00–3.00)",
        "3.00",
        "200 (200–200)",
        "300 (300–300)",
        "1,200",
        "1,400 / 1,400",
        "0",
    ]
    assert off[-2:] == ["1,400 / 0", "0"]


def test_a_gap_is_between_a_piece_and_the_next() -> None:
    assert gaps(Answer(0, [], [5_000_000, 25_000_000, 26_500_000])) == [20.0, 1.5]
