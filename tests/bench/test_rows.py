from bench.rounds import Plan
from bench.rows import DIRECT, LEVELS, LIMIT, OURS, QUICK, ROWS, Peer, chosen


def test_every_row_of_ours_has_its_nginx_row_and_what_it_is_beside() -> None:
    for row in ROWS:
        if row.target == OURS:
            assert any(other.group == row.group and other.target == LIMIT for other in ROWS)
            assert row.beside is None or any(
                (other.group, other.target, other.name) == (row.group, OURS, row.beside) for other in ROWS
            )


def test_without_names_all_rows_are_measured_and_each_once() -> None:
    assert chosen([]) == ROWS
    assert {row.target for row in ROWS} == {OURS, LIMIT, DIRECT}


def test_some_rows_bring_the_rows_that_their_ratios_need() -> None:
    rows = [(row.target, row.name) for row in chosen(["stream-events"])]
    assert rows == [(LIMIT, "stream-verbatim"), (OURS, "stream-verbatim"), (OURS, "stream-events")]


def test_a_peer_is_measured_wherever_nginx_is_without_tls() -> None:
    peer = [row for row in chosen([], [Peer("peer")]) if row.target == "peer"]
    limit = [row for row in ROWS if row.target == LIMIT and row.seat.door == "plain"]
    assert [(row.name, row.exchange, row.levels) for row in peer] == [
        (row.name, row.exchange, LEVELS[row.group]) for row in limit
    ]


def test_a_slow_peer_is_not_timed_by_the_piece_nor_measured_at_every_number_of_connections() -> None:
    plan = Plan(chosen([], [Peer("slow", slow=True)]), runs=1, seconds=1, quick=False)
    assert [(row.name, at_once) for row, at_once in plan.order() if row.target == "slow"] == [
        ("chat", QUICK),
        ("stream-verbatim", QUICK),
    ]


def test_a_peer_that_streams_nothing_is_measured_in_whole_answers_only() -> None:
    rows = [row for row in chosen([], [Peer("peer", streams=False)]) if row.target == "peer"]
    assert [row.name for row in rows] == ["chat"]


def test_rows_with_tls_have_targets_of_their_own() -> None:
    seats = {row.name: row.seat for row in ROWS if row.target == OURS and row.seat.door != "plain"}
    assert {name: seat.door for name, seat in seats.items()} == {
        "tls-upstream": "tls-upstream",
        "tls-listener": "tls-listener",
    }
