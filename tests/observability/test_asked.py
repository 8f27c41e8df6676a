"""What is read of a request, and what is too much to read."""

import msgspec
import pytest

from planoai.observability.asked import MOST_OBJECTS, is_crowded
from planoai.observability.observation import Asked
from planoai.observability.observe import observe
from planoai.observability.record import Piece
from tests.observability.facts import attempt, closed, opened


def asked(body: bytes) -> Asked | None:
    return observe(opened(body=body), [], closed()).asked


@pytest.mark.parametrize(
    "item",
    [b'{"role":"user","content":""}', b'{ "role":"user","content":""}', b'{\n"role":"user","content":""}', b"{}"],
)
def test_more_objects_than_a_conversation_has_are_not_read(item: bytes) -> None:
    body = b'{"model":"m","messages":[' + b",".join([item] * MOST_OBJECTS) + b"]}"

    assert asked(body) == Asked(unread="more than 100000 objects")


def test_braces_in_a_text_are_no_objects() -> None:
    text = '{"a": {\n{b' * MOST_OBJECTS
    seen = asked(msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": text}]}))

    assert seen is not None
    assert (seen.unread, seen.messages) == ("", 1)


def test_an_answer_of_too_many_objects_is_not_read_either() -> None:
    tried = attempt()
    piece = Piece(
        1, b'{"model":"m","choices":[' + b",".join([b"{}"] * MOST_OBJECTS) + b"]}", b"application/json", tried
    )

    assert is_crowded(piece.data or b"")
    seen = observe(opened(), [piece], closed(1, tried))
    assert (seen.model, seen.whole, seen.answer) == ("", False, None)
