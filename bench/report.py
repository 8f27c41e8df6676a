"""Measured rows -> tables in Markdown. Pure."""

from collections.abc import Callable, Sequence

from bench.measured import (
    Figure,
    Measured,
    differences,
    find,
    middle,
    number,
    other_cpu,
    rate,
    ratios,
    recorder_cpu,
    spread,
    whole_cpu,
    worker_cpu,
)
from bench.recorded import together
from bench.rows import DIRECT, LIMIT, OURS, PACE_MS, STREAMS, Group
from bench.usage import ROLES

Cell = Callable[[Measured, Sequence[Measured]], str]
"""A row, and all rows of its group -> what stands in one column."""

_TITLES: dict[Group, str] = {
    "whole": "Whole answers (1 KB of JSON)",
    "tls-upstream": "Whole answers, TLS to the upstream",
    "tls-listener": "Whole answers, TLS to the client",
    "stream": "Streams of 50 pieces, as fast as they go",
    "paced": f"Streams of 50 pieces, one every {PACE_MS} ms",
}


def tables(measured: Sequence[Measured]) -> str:
    """A table for each group that has rows, then one for the peers, then what failed and why."""
    parts = []
    for group, title in _TITLES.items():
        of_group = [each for each in measured if each.row.group == group]
        if of_group:
            columns = _COLUMNS[group]
            head = ("through", "row", *(name for name, _ in columns))
            parts.append(f"{title}\n\n{table(head, [_line(each, of_group) for each in of_group])}")
    parts += [part for part in (_recorded(measured), _beside(measured), _failures(measured)) if part]
    return "\n\n".join(parts)


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


def written(page: str, results: str, name: str = "results") -> str:
    """The page with what stands between its markers of this name replaced. Raises ValueError when the markers are not there."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, start, rest = page.partition(opening)
    _, end, after = rest.partition(closing)
    if not start or not end:
        raise ValueError(f"the page has no {opening} and {closing}")
    return f"{before}{opening}\n\n{results}\n\n{closing}{after}"


def _line(each: Measured, of_group: Sequence[Measured]) -> list[str]:
    names = [each.row.target, each.row.name]
    cells = [cell for _, cell in _COLUMNS[each.row.group]]
    if each.failure is not None:
        return [*names, str(each.at_once), "failed", *("" for _ in cells[2:])]
    return [*names, *(cell(each, of_group) for cell in cells)]


def _connections(each: Measured, _: Sequence[Measured]) -> str:
    return str(each.at_once)


def _rate(each: Measured, _: Sequence[Measured]) -> str:
    return spread(map(rate, each.samples))


def _cpu(each: Measured, _: Sequence[Measured]) -> str:
    return spread(map(worker_cpu(each.row.group), each.samples))


def _other_cpu(each: Measured, _: Sequence[Measured]) -> str:
    return spread(map(other_cpu(each.row.group), each.samples))


def _by_limit(each: Measured, of_group: Sequence[Measured]) -> str:
    return spread(ratios(each, find(of_group, each.at_once, LIMIT), worker_cpu(each.row.group)))


def _by_beside(each: Measured, of_group: Sequence[Measured]) -> str:
    if each.row.beside is None:
        return ""
    beside = find(of_group, each.at_once, each.row.target, each.row.beside)
    return spread(ratios(each, beside, worker_cpu(each.row.group)))


def _p50(each: Measured, _: Sequence[Measured]) -> str:
    return middle(sample.load.p50_ms for sample in each.samples)


def _p99(each: Measured, _: Sequence[Measured]) -> str:
    return middle(sample.load.p99_ms for sample in each.samples)


def _added(figure: Figure) -> Cell:
    """What the proxy adds to a time, round by round; for the row without a proxy the time itself."""

    def cell(each: Measured, of_group: Sequence[Measured]) -> str:
        direct = find(of_group, each.at_once, DIRECT)
        if direct is None:
            return ""
        if each is direct:
            return f"{middle(map(figure, each.samples))} in all"
        return spread(differences(each, direct, figure))

    return cell


def _resident(each: Measured, _: Sequence[Measured]) -> str:
    """The largest of each role: `worker / recorder / supervisor`."""
    held = [sample.resident for sample in each.samples if sample.resident is not None]
    largest = [max(each.get(role, 0.0) for each in held) for role in ROLES] if held else []
    return " / ".join(number(size) for size in largest if size)


def _records(each: Measured, _: Sequence[Measured]) -> str:
    told = [sample.records for sample in each.samples if sample.records is not None]
    if not told:
        return ""
    if any(records.missing is None for records in told):
        return "unknown"
    missing = sum(records.missing or 0 for records in told)
    unread = sum(records.without_usage or 0 for records in told) - missing
    requests = sum(sample.load.requests for sample in each.samples)
    flaws = [f"{count:,} {what}" for count, what in ((missing, "missing"), (unread, "without usage")) if count > 0]
    return f"{', '.join(flaws)} of {requests:,}" if flaws else "all"


_FIRST: tuple[tuple[str, Cell], ...] = (("connections", _connections), ("requests/s", _rate))
_TIMES: tuple[tuple[str, Cell], ...] = (("p50 ms", _p50), ("p99 ms", _p99))
_LAST: tuple[tuple[str, Cell], ...] = (("RSS MB", _resident), ("records", _records))
_PER_REQUEST: tuple[tuple[str, Cell], ...] = (
    ("CPU µs per request", _cpu),
    ("beside it", _other_cpu),
    ("× nginx", _by_limit),
)
_PER_STREAM: tuple[tuple[str, Cell], ...] = (
    ("CPU ms per stream", _cpu),
    ("beside it", _other_cpu),
    ("× nginx", _by_limit),
    ("× verbatim", _by_beside),
)
_COLUMNS: dict[Group, tuple[tuple[str, Cell], ...]] = {
    "whole": (*_FIRST, *_PER_REQUEST, ("× untranslated", _by_beside), *_TIMES, *_LAST),
    "tls-upstream": (*_FIRST, *_PER_REQUEST, *_TIMES, *_LAST),
    "tls-listener": (*_FIRST, *_PER_REQUEST, *_TIMES, *_LAST),
    "stream": (("streams", _connections), ("streams/s", _rate), *_PER_STREAM, *_TIMES, *_LAST),
    "paced": (
        ("streams", _connections),
        *_PER_STREAM,
        ("first byte, ms added", _added(lambda sample: sample.load.first_ms)),
        ("a piece, ms later", _added(lambda sample: sample.load.late_ms)),
        *_LAST,
    ),
}


def _beside(measured: Sequence[Measured]) -> str:
    """The gateway beside each peer: how many times as many requests, and how many times as much CPU the peer takes."""
    lines = []
    for peer in measured:
        ours = find(measured, peer.at_once, OURS, peer.row.name)
        if peer.row.target in {LIMIT, OURS, DIRECT} or peer.failure is not None or ours is None:
            continue
        group = peer.row.group
        more = "" if group == "paced" else spread(ratios(ours, peer, rate))
        cpu, whole = ratios(peer, ours, worker_cpu(group)), ratios(peer, ours, whole_cpu(group))
        lines.append([peer.row.target, peer.row.name, str(peer.at_once), more, spread(cpu), spread(whole)])
    if not lines:
        return ""
    head = ("peer", "row", "connections", "requests/s of planoai ÷ its", "its CPU ÷ the worker's", "÷ our whole tree's")
    return f"planoai beside its peers\n\n{table(head, lines)}"


def _recorded(measured: Sequence[Measured]) -> str:
    """What was kept of each row's requests, and what that costs beside answering them."""
    lines = []
    for each in measured:
        told = [sample.recorded for sample in each.samples if sample.recorded is not None]
        if not told:
            continue
        sum_ = together(told)
        requests = sum(sample.load.requests for sample in each.samples)
        unit = 1000 if each.row.group in STREAMS else 1
        cpu = [
            spread(
                None if (found := figure(each.row.group)(sample)) is None else found * unit for sample in each.samples
            )
            for figure in (worker_cpu, recorder_cpu)
        ]
        counts = (requests, sum_.counted, sum_.stored, sum_.analysed, sum_.priced, sum_.dropped)
        lines.append([each.row.name, str(each.at_once), *(f"{count:,}" for count in counts), *cpu])
    if not lines:
        return ""
    head = ("row", "connections", "requests", "counted", "stored", "signals looked for", "priced", "dropped")
    return f"What was recorded\n\n{table((*head, 'worker, CPU µs', 'recorder, CPU µs'), lines)}"


def _failures(measured: Sequence[Measured]) -> str:
    failures: dict[str, list[str]] = {}
    for each in measured:
        if each.failure is not None:
            failures.setdefault(f"{each.row.target}: {each.failure}", []).append(f"{each.row.name} at {each.at_once}")
    lines = [f"- {', '.join(rows)}; {reason}" for reason, rows in failures.items()]
    return "Failed\n\n" + "\n".join(lines) if lines else ""
