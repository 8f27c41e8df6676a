"""How far two files of reports agree, counted and told. Pure: pairs in, Markdown or plain values out."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import floor
from typing import get_args

from msgspec import Struct

from planoai.cli.signals.compared import Entry, Pair, Said, Tier, difference

TIERS: tuple[Tier, ...] = get_args(Tier)
_MEANS: dict[Tier, str] = {
    "A": "types, how often each, quality",
    "B": "and where each stands",
    "C": "and everything else",
}


class Differing(Struct, frozen=True):
    """A conversation, the first tier that it fails, and why. Values are ours / theirs."""

    id: str
    tier: Tier
    what: str


class Shared(Struct):
    """Instances of a type."""

    both: int = 0
    only_ours: int = 0
    only_theirs: int = 0


class Agreement:
    """Counts the pairs that it is given, and keeps the first `show` that differ.

    agree: by tier, the conversations that agree in it and in those before it. `only_ours`, `only_theirs`: that the other file lacks.
    errors: conversations that only one side has a report of.
    """

    def __init__(self, show: int) -> None:
        self.of = self.only_ours = self.only_theirs = self.errors = 0
        self.agree: dict[Tier, int] = dict.fromkeys(TIERS, 0)
        self.types: dict[str, Shared] = defaultdict(Shared)
        self.qualities: Counter[tuple[str, str]] = Counter()
        self.differing: list[Differing] = []
        self._show = show

    @property
    def good(self) -> bool:
        """Whether tier A agrees everywhere."""
        return self.agree["A"] == self.of

    def add(self, pair: Pair) -> None:
        self.of += 1
        found = self._compared(*pair)
        for tier in TIERS[: TIERS.index(found.tier) if found else None]:
            self.agree[tier] += 1
        if found and len(self.differing) < self._show:
            self.differing.append(found)

    def _compared(self, ours: Entry | None, theirs: Entry | None) -> Differing | None:
        if ours is None:
            self.only_theirs += 1
            return Differing(theirs.id, "A", "only in theirs") if theirs else None
        if theirs is None:
            self.only_ours += 1
            return Differing(ours.id, "A", "only in ours")
        if ours.report is None and theirs.report is None:
            return None  # neither could be read; each says why in its own words
        if ours.report is None or theirs.report is None:
            self.errors += 1
            return Differing(ours.id, "A", "an error / a report" if ours.report is None else "a report / an error")
        self._count(ours.report, theirs.report)
        found = difference(ours.report, theirs.report)
        return Differing(ours.id, found.tier, found.what) if found else None

    def _count(self, ours: Said, theirs: Said) -> None:
        self.qualities[ours.overall_quality, theirs.overall_quality] += 1
        left, right = ours.types(), theirs.types()
        for name in left | right:
            row = self.types[name]
            row.both += min(left[name], right[name])
            row.only_ours += max(left[name] - right[name], 0)
            row.only_theirs += max(right[name] - left[name], 0)


def plain(agreement: Agreement) -> dict[str, object]:
    """For `--json`."""
    return {
        "of": agreement.of,
        "agree": agreement.agree,
        "only_ours": agreement.only_ours,
        "only_theirs": agreement.only_theirs,
        "errors": agreement.errors,
        "types": dict(sorted(agreement.types.items())),
        "qualities": [
            {"ours": ours, "theirs": theirs, "conversations": count}
            for (ours, theirs), count in sorted(agreement.qualities.items())
        ],
        "differing": agreement.differing,
    }


def markdown(agreement: Agreement) -> str:
    return "\n\n".join("\n".join(block) for block in _blocks(agreement))


def _blocks(agreement: Agreement) -> Iterator[list[str]]:
    yield [
        "| tier | what | agree | of | % |",
        "|---|---|---:|---:|---:|",
        *(
            f"| {tier} | {_MEANS[tier]} | {count:,} | {agreement.of:,} | {_percent(count, agreement.of)} |"
            for tier, count in agreement.agree.items()
        ),
    ]
    if missing := list(_missing(agreement)):
        yield missing
    if agreement.types:
        yield [
            "| type | both | only ours | only theirs |",
            "|---|---:|---:|---:|",
            *(
                f"| {name} | {row.both:,} | {row.only_ours:,} | {row.only_theirs:,} |"
                for name, row in sorted(agreement.types.items())
            ),
        ]
    if agreement.qualities:
        yield _matrix(agreement.qualities)
    if agreement.differing:
        yield [
            "| id | tier | ours / theirs |",
            "|---|---|---|",
            *(f"| {_cell(each.id)} | {each.tier} | {_cell(each.what)} |" for each in agreement.differing),
        ]


def _missing(agreement: Agreement) -> Iterator[str]:
    for count, said in (
        (agreement.only_ours, "only in ours"),
        (agreement.only_theirs, "only in theirs"),
        (agreement.errors, "with an error on one side alone"),
    ):
        if count:
            yield f"- {count:,} {said}"


def _matrix(qualities: Counter[tuple[str, str]]) -> list[str]:
    rows = sorted({ours for ours, _ in qualities})
    columns = sorted({theirs for _, theirs in qualities})
    return [
        f"| quality, ours \\ theirs | {' | '.join(columns)} |",
        f"|---|{'---:|' * len(columns)}",
        *(f"| {row} | {' | '.join(f'{qualities[row, column]:,}' for column in columns)} |" for row in rows),
    ]


def _percent(count: int, of: int) -> str:
    """Never more than it is: 100.00 is all of them."""
    return f"{floor(10_000 * count / of) / 100:.2f}" if of else "100.00"


def _cell(text: str) -> str:
    """On one line, without what a terminal would take for an order."""
    return "".join(each if each.isprintable() else " " for each in text).replace("|", "\\|")
