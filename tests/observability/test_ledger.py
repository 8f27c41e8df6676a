"""The open exchanges of one worker."""

import pytest

from planoai.observability import ledger
from planoai.observability.ledger import Ledger
from planoai.observability.lens import Lens
from planoai.observability.record import Piece
from tests.observability.facts import attempt, closed, opened


def test_an_exchange_ends_with_its_last_message() -> None:
    book = Ledger(Lens())

    assert book.take(opened(1), 0.0) is None
    assert book.take(Piece(1, b"{}", b"application/json", attempt()), 0.0) is None
    seen = book.take(closed(1, attempt()), 0.0)

    assert seen is not None
    assert (seen.opened, seen.closed) == (opened(1), closed(1, attempt()))
    assert len(book) == 0


def test_exchanges_do_not_mix() -> None:
    book = Ledger(Lens())
    for number in (1, 2):
        book.take(opened(number), 0.0)

    first, second = book.take(closed(2, status=201), 0.0), book.take(closed(1, status=404), 0.0)

    assert first is not None
    assert (first.opened.id, first.closed.status) == (2, 201)
    assert second is not None
    assert (second.opened.id, second.closed.status) == (1, 404)


def test_one_that_is_told_again_goes_on() -> None:
    book = Ledger(Lens())
    usage = b'{"choices":[{"message":{"content":"Hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}'
    book.take(opened(1), 0.0)
    book.take(Piece(1, usage, b"application/json", attempt()), 0.0)

    book.take(opened(1), 0.0)
    seen = book.take(closed(1), 0.0)

    assert seen is not None
    assert seen.usage is not None


def test_what_was_never_opened_is_nobodys() -> None:
    book = Ledger(Lens())

    assert book.take(Piece(7, b"{}"), 0.0) is None
    assert book.take(closed(7), 0.0) is None
    assert book.end(0.0) == []


def test_what_is_open_when_the_worker_dies_is_lost() -> None:
    book = Ledger(Lens())
    book.take(opened(1, at=10.0), 10.0)
    book.take(opened(2, at=11.0), 11.0)
    book.take(closed(1), 12.0)

    [lost] = book.end(15.0)

    assert (lost.opened.id, lost.closed.outcome, lost.closed.ended) == (2, "lost", 4.0)
    assert len(book) == 0


def test_there_is_a_bound_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_OPEN", 2)
    book = Ledger(Lens())
    for number in (1, 2):
        assert book.take(opened(number), 0.0) is None

    lost = book.take(opened(3), 0.0)

    assert lost is not None
    assert (lost.opened.id, lost.closed.outcome) == (1, "lost")
    assert len(book) == 2


def test_one_can_be_forgotten() -> None:
    book = Ledger(Lens())
    book.take(opened(1), 0.0)

    book.discard(1)
    book.discard(1)

    assert book.end(0.0) == []
