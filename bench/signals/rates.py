"""`python -m bench.signals.rates`: the tables of docs/signals.md that are measured on recorded conversations; --write puts them into the page."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Literal

from bench.signals.corpora import recorded, trajectories
from msgspec import Struct

from bench import report
from planoai.cli.signals.tally import Tally, interval
from planoai.signals import Analyzer, Options, Report, Signal

_PAGE = Path(__file__).parents[2] / "docs/signals.md"


class Found(Struct, frozen=True):
    """One instance in a recorded conversation."""

    conversation: int
    signal: Signal

    @property
    def kind(self) -> tuple[str, str]:
        """Its category, and its leaf, with what tells apart the several things that one leaf is made of."""
        _, category, leaf = self.signal.signal_type.split(".")
        about = self.signal.metadata
        made_of = str(about.get("indicator_type") or about.get("pattern_type") or leaf)
        return category, leaf if made_of == leaf else f"{leaf}: {made_of.replace('_', ' ')}"

    @property
    def place(self) -> tuple[int, str, int, str]:
        return self.conversation, self.signal.signal_type, self.signal.message_index, self.signal.snippet


class Profile(Struct, frozen=True):
    """What one profile says of every recorded conversation, and which of them are chats."""

    reports: tuple[Report, ...]
    chats: frozenset[int]

    def found(self) -> Iterator[Found]:
        for at, each in enumerate(self.reports):
            for group in each.groups.values():
                yield from (Found(at, signal) for signal in group.signals)

    def severe(self) -> int:
        """Of the chats."""
        return sum(self.reports[at].quality == "severe" for at in self.chats)


@cache
def profile(name: Literal["parity", "strict"]) -> Profile:
    analyzer = Analyzer(Options(profile=name))
    chats = frozenset(at for at, each in enumerate(recorded()) if each.is_chat)
    return Profile(tuple(analyzer.rows(each.messages) for each in recorded()), chats)


def exact(told: Profile) -> set[tuple[int, str, int, str]]:
    """Where the instances are that a phrase decides word for word."""
    return {each.place for each in told.found() if each.signal.decided == "exact"}


def kept_exact(parity: Profile, strict: Profile) -> set[tuple[int, str, int, str]]:
    """Those of parity that strict tells as well."""
    return exact(parity) & {each.place for each in strict.found()}


def profiles() -> str:
    parity, strict = profile("parity"), profile("strict")
    mine, kept = exact(parity), kept_exact(parity, strict)
    head = ("", "parity", "strict")
    chats = len(parity.chats)
    lines = [
        (f"chats that are `severe`, of {chats}", str(parity.severe()), str(strict.severe())),
        (
            "instances that a phrase decides word for word, in the collection",
            f"{len(mine):,}",
            _part(len(kept), len(mine)),
        ),
    ]
    return f"{report.table(head, lines)}\n\n{_kinds(parity, strict)}"


def _part(count: int, of: int) -> str:
    return f"{count:,} ({count / of:.1%})"


def _kinds(parity: Profile, strict: Profile) -> str:
    """Instances of every kind, in the chats and in the whole collection."""
    head = ("", "chats: parity", "strict", "collection: parity", "word for word", "strict")
    columns = [
        Counter(each.kind for each in parity.found() if each.conversation in parity.chats),
        Counter(each.kind for each in strict.found() if each.conversation in strict.chats),
        Counter(each.kind for each in parity.found()),
        Counter(each.kind for each in parity.found() if each.signal.decided == "exact"),
        Counter(each.kind for each in strict.found()),
    ]
    order = list(parity.reports[0].groups)
    kinds = sorted(columns[2] + columns[4], key=lambda kind: (order.index(kind[0]), -columns[2][kind]))
    changed = [
        kind for kind in kinds if any(before[kind] != after[kind] for before, after in (columns[:2], columns[2::2]))
    ]
    lines = [(kind[1].replace("_", " "), *(f"{column[kind]:,}" for column in columns)) for kind in changed]
    same = (sum(count for kind, count in column.items() if kind not in changed) for column in columns)
    return report.table(head, [*lines, ("all others, each as often", *(f"{count:,}" for count in same))])


def rewards() -> str:
    """Conversations that have a signal, by reward: the share and where it lies with 95 % confidence. The most frequent first."""
    analyzer = Analyzer()
    tallies: dict[float, Tally] = {}
    for each in trajectories():
        tallies.setdefault(each.reward, Tally()).add(analyzer.messages(each.messages))
    by_reward = [tallies[reward] for reward in sorted(tallies)]
    head = [
        cell
        for reward in sorted(tallies)
        for cell in (f"reward {reward:g}: of {tallies[reward].conversations} runs", "95 %")
    ]
    types = sum((tally.types for tally in by_reward), Counter[str]())
    lines = [(f"`{name}`", [tally.types[name] for tally in by_reward]) for name, _ in types.most_common()]
    lines.append(("`severe`, all in all", [tally.qualities["severe"] for tally in by_reward]))
    cells = [[name, *chain(*map(_share, counts, by_reward))] for name, counts in lines]
    return report.table(["", *head], cells)


def _share(count: int, tally: Tally) -> tuple[str, str]:
    low, high = interval(count, tally.conversations)
    return f"{count} ({count / tally.conversations:.0%})", f"{low:.0%} to {high:.0%}"


TABLES: Mapping[str, Callable[[], str]] = {"parity and strict": profiles, "by reward": rewards}
"""By the name of their markers in the page."""


def written(page: str) -> str:
    for name, made in TABLES.items():
        page = report.written(page, made(), name)
    return page


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.signals.rates", description="The tables of docs/signals.md that are measured."
    )
    parser.add_argument("--write", action="store_true", help=f"put them into {_PAGE.name}")
    if parser.parse_args().write:
        _PAGE.write_text(written(_PAGE.read_text()))
    else:
        print("\n\n".join(made() for made in TABLES.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
