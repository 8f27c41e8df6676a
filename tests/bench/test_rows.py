from bench.rows import DIRECT, LIMIT, OURS, ROWS, chosen
from bench.targets import TARGETS


def test_every_row_of_ours_has_its_nginx_row_and_what_it_is_beside() -> None:
    for row in ROWS:
        if row.target == OURS:
            assert any(other.group == row.group and other.target == LIMIT for other in ROWS)
            assert row.beside is None or any(
                (other.group, other.target, other.name) == (row.group, OURS, row.beside) for other in ROWS
            )


def test_without_names_all_rows_are_measured_and_each_once() -> None:
    assert chosen([], []) == ROWS
    assert {row.target for row in ROWS} == {OURS, LIMIT, DIRECT}


def test_some_rows_bring_the_rows_that_their_ratios_need() -> None:
    rows = [(row.target, row.name) for row in chosen(["stream-events"], [])]
    assert rows == [(LIMIT, "stream-verbatim"), (OURS, "stream-verbatim"), (OURS, "stream-events")]


def test_a_peer_is_measured_wherever_nginx_is() -> None:
    peer = next(name for name in TARGETS if name not in {LIMIT, OURS})
    rows = chosen([], [peer])
    assert [row.exchange for row in rows if row.target == peer] == [row.exchange for row in rows if row.target == LIMIT]
