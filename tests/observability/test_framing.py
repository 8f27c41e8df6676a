"""Frames between a worker and the recorder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.errors import PlanoError
from planoai.observability import framing
from planoai.observability.record import Message, Piece
from tests.observability.facts import USER_AGENT, attempt, closed, framed, opened

texts = st.text(max_size=10)
messages = st.lists(
    st.builds(opened, st.integers(0, 2**53), st.just(USER_AGENT), at=st.floats(0, 1e10), body=st.none() | st.binary())
    | st.builds(
        Piece, st.integers(0, 2**53), st.none() | st.binary(), st.binary(), st.none() | st.builds(attempt, texts)
    )
    | st.builds(closed, st.integers(0, 2**53), st.builds(attempt, texts), status=st.integers(0, 599)),
    max_size=8,
)


@given(messages)
def test_what_is_framed_is_read_back(sent: list[Message]) -> None:
    frame = framed(sent)

    assert framing.length(frame[: framing.PREFIX]) == len(frame) - framing.PREFIX
    assert framing.read(frame[framing.PREFIX :]) == sent


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_in_one_way(data: bytes) -> None:
    try:
        read = framing.read(data)
    except PlanoError:
        return
    assert framing.read(framed(read)[framing.PREFIX :]) == read


@given(messages.filter(bool), st.integers(1, 50))
def test_a_frame_that_was_cut_is_refused(sent: list[Message], missing: int) -> None:
    whole = framed(sent)[framing.PREFIX :]

    with pytest.raises(PlanoError):
        framing.read(whole[: -min(missing, len(whole))])


def test_a_frame_that_would_fill_the_memory_is_refused_before_it_is_read() -> None:
    with pytest.raises(PlanoError, match="4294967295 bytes is announced"):
        framing.length(b"\xff\xff\xff\xff")
