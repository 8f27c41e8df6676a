"""A list that is gone through by keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.init.choosing import Cancelled, Choice, Chosen, Item, after, cut, is_unfinished, keys

FIVE = Choice(tuple(Item(name, f"what {name} is") for name in ("one", "two", "three", "four", "five")))
SEQUENCES = [
    "\x1b[A",
    "\x1b[B",
    "\x1bOA",
    "\x1bOB",
    "\x1b[H",
    "\x1b[F",
    "\x1b[1~",
    "\x1b[1;5C",
    "\x1bx",
    "j",
    "k",
    "3",
    "é",
]
MOVES = st.lists(st.sampled_from(SEQUENCES))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("", "one"),
        ("j", "two"),
        ("\x1b[B\x1b[B", "three"),
        ("\x1bOB\x1b[A", "one"),
        ("\x1b[Bk", "one"),
        ("\x1b[A", "five"),
        ("jjjjj", "one"),
        ("\x0e\x0e\x10", "two"),
        ("4", "four"),
        ("4\x1b[H", "one"),
        ("G", "five"),
        ("\x1b[F\t", "one"),
    ],
)
@pytest.mark.parametrize("enter", ["\r", "\n"])
def test_enter_takes_the_item_that_the_keys_before_went_to(typed: str, name: str, enter: str) -> None:
    assert after(FIVE, typed + enter) == Chosen(name)


@pytest.mark.parametrize("key", ["\x1b", "q", "\x03", "\x04", "\x1b\x1b"])
def test_there_are_ways_out_of_it(key: str) -> None:
    assert after(FIVE, f"j{key}\r") == Cancelled()


@pytest.mark.parametrize("key", ["6", "0", "9", "²", "x", "\x1b[C", "\x1b[1;5A", "\x1bq", "\x1bOP", " ", "Q", "日"])
def test_a_key_that_means_nothing_changes_nothing(key: str) -> None:
    assert after(FIVE, f"jj{key}") == after(FIVE, "jj")
    assert after(FIVE, f"{key}\r") == Chosen("one")


@given(MOVES, MOVES)
def test_it_does_not_matter_how_much_comes_at_once(first: list[str], second: list[str]) -> None:
    between = after(FIVE, "".join(first))
    assert isinstance(between, Choice)
    assert after(between, "".join(second)) == after(FIVE, "".join(first + second))


@given(MOVES)
def test_every_key_is_found_in_what_comes_at_once(moves: list[str]) -> None:
    assert list(keys("".join(moves))) == moves


@given(st.text(alphabet="\x1b[OAB;15~jkq\r\x03x"))
def test_whatever_is_typed_it_comes_to_one_of_its_items_or_to_none(typed: str) -> None:
    result = after(FIVE, typed)
    if isinstance(result, Choice):
        assert 0 <= result.at < len(FIVE.items)
    else:
        assert result == Cancelled() or result in [Chosen(item.name) for item in FIVE.items]


@pytest.mark.parametrize("move", SEQUENCES)
def test_a_key_that_has_come_in_part_is_waited_for(move: str) -> None:
    assert not is_unfinished(f"j{move}")
    if move.startswith("\x1b"):
        assert all(is_unfinished(f"j{move[:end]}") for end in range(1, len(move)))


@given(st.integers(1, 60), st.integers(-2, 8), st.integers(0, 4))
def test_it_is_never_wider_or_longer_than_the_screen_and_shows_where_one_is(width: int, height: int, at: int) -> None:
    lines = Choice(FIVE.items, at).lines(width, height)
    assert len(lines) == max(min(height, 5), 1)
    assert all(len(line) <= max(width - 1, 1) for line in lines)
    if width > 5:
        [marked] = [line for line in lines if FIVE.is_taken(line)]
        assert marked.startswith(f"> {at + 1}")


def test_the_list_tells_what_each_is() -> None:
    assert Choice(FIVE.items, 1).lines(80, 24) == [
        "  1 one    what one is",
        "> 2 two    what two is",
        "  3 three  what three is",
        "  4 four   what four is",
        "  5 five   what five is",
    ]


def test_a_line_is_cut_where_there_is_no_room() -> None:
    assert cut("gateway", 8) == "gateway"
    assert cut("gateway", 7) == "gatew…"
    assert cut("gateway", 1) == "…"
