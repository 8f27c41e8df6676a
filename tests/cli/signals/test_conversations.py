"""What a file holds, read as a conversation."""

import json

import pytest

from planoai.cli.signals.conversations import NAMELESS, Conversation, Item, conversation, is_message, shown

SAID = [{"role": "user", "content": "hi"}]


def read(content: object, by: str | None = None) -> Conversation:
    return conversation(Item("line 7", json.dumps(content).encode()), "auto", by)


@pytest.mark.parametrize("key", ["messages", "conversations", "input"])
def test_messages_stand_under_one_of_three_names(key: str) -> None:
    found = read({"model": "any", "id": "a", key: SAID})
    assert (found.name, found.messages, found.value) == ("a", SAID, NAMELESS)
    assert found.api == ("openai_responses" if key == "input" else "auto")


def test_a_list_of_messages_is_a_conversation_without_a_name() -> None:
    assert read(SAID) == Conversation("line 7", SAID, "auto", NAMELESS)


def test_a_conversation_without_an_id_is_called_by_its_place() -> None:
    assert read({"messages": SAID}).name == "line 7"
    assert read({"messages": SAID, "id": 0}).name == "0"


def test_what_is_null_is_not_there() -> None:
    assert read({"messages": None, "input": "hi", "id": None}).messages == "hi"


def test_a_column_may_hold_the_text_of_a_list() -> None:
    assert read({"messages": json.dumps(SAID)}).messages == SAID


@pytest.mark.parametrize(
    ("value", "told"),
    [(1.0, "1"), (0, "0"), (0.5, "0.5"), ("high", "high"), (True, "true"), ([1], "[1]"), (None, NAMELESS)],
)
def test_the_value_of_a_key_is_told_in_one_way(value: object, told: str) -> None:
    assert read({"messages": SAID, "reward": value}, by="reward").value == told


def test_a_large_number_is_not_told_by_its_digits() -> None:
    assert shown(1e300) == "1e300"
    assert shown(-2.0) == "-2"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "truncated"),
        (b"7", "neither an object nor a list"),
        (b'{"prompt": "hi"}', "none of 'messages', 'conversations', 'input'"),
        (b'{"messages": "[}"}', "malformed"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "\xff", "messages": []}', "utf-8"),
    ],
)
def test_why_there_is_no_conversation_is_told(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        conversation(Item("line 1", content), "auto", None)


@pytest.mark.parametrize(
    ("element", "is_one"),
    [
        ({"role": "user", "content": "hi"}, True),
        ({"from": "human"}, True),
        ({"type": "function_call_output", "output": ""}, True),
        ({"type": "conversation", "messages": SAID}, False),
        ({"id": 1}, False),
        (SAID, False),
        ("hi", False),
    ],
)
def test_a_message_is_told_from_a_conversation(element: object, is_one: bool) -> None:
    assert is_message(json.dumps(element).encode()) is is_one


def test_what_is_no_json_is_no_message() -> None:
    assert not is_message(b"{")
