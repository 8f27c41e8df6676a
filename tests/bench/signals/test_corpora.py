import json
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec
import pytest
from bench.signals.corpora import KINDS, Conversation, Kind, lines, recorded, trajectories

from planoai.signals import Row

BY_NAME = {kind.name: kind for kind in KINDS}


def conversations(kind: Kind, most: int) -> list[Conversation]:
    return [msgspec.json.decode(line, type=Conversation) for line in lines(kind, most)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_same_lines_come_out_every_time(kind: Kind) -> None:
    once = list(lines(kind, 50))
    assert once == list(lines(kind, 50))
    assert len(once) == 50


def test_the_recorded_ones_are_all_there_as_they_are() -> None:
    assert len(recorded()) == 3813
    assert len(trajectories()) == 200
    made = {each.messages for each in conversations(BY_NAME["corpus"], 3813)}
    assert made == {each.messages for each in recorded()}


def test_lines_have_the_shape_that_their_kind_says() -> None:
    assert all(2 <= len(each.messages) <= 8 for each in conversations(BY_NAME["short"], 200))
    assert {len(each.messages) for each in conversations(BY_NAME["traces"], 100)} == {60}
    for each in conversations(BY_NAME["long"], 20):
        assert [row.role for row in each.messages] == ["human", "gpt"] * 3
        assert all(len(row.value) == 2000 for row in each.messages)


@pytest.mark.parametrize("name", ["traces", "long"])
def test_hardly_a_long_text_comes_twice(name: str) -> None:
    texts = [
        row.value
        for rows in islice(BY_NAME[name].make(), 300)
        for row in rows
        if len(row.value) > 100 and row.role != "function_call"
    ]
    assert len(set(texts)) > 0.97 * len(texts)


def test_what_was_said_twice_in_a_conversation_is_spelt_alike() -> None:
    def repeated(conversations: Iterable[Sequence[Row]]) -> int:
        return sum(len(rows) - len({row.value for row in rows}) for rows in conversations)

    short = [
        each.messages
        for each in recorded()
        if 2 <= len(each.messages) <= 8 and sum(len(row.value) for row in each.messages) < 900
    ]
    made = list(islice(BY_NAME["short"].make(), len(short)))
    assert sorted(map(len, made)) == sorted(map(len, short))
    assert repeated(made) == repeated(short) > 0


def test_calls_are_still_calls_of_the_same_tools() -> None:
    rows = [row for rows in islice(BY_NAME["traces"].make(), 300) for row in rows if row.role == "function_call"]
    names = {json.loads(row.value)["name"] for row in rows}
    assert names == {json.loads(row.value)["name"] for row in rows[:1500]}
    for row in rows:
        json.loads(json.loads(row.value)["arguments"])
