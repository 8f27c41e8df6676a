"""A survey of many conversations, as text and as plain values. Pure."""

from collections.abc import Collection, Iterator, Sequence

from planoai.cli.signals.tally import Survey, Tally, interval
from planoai.signals.taxonomy import TYPES

_QUALITIES = ("excellent", "good", "neutral", "poor", "severe")
_LONGEST = 60  # of what a conversation says of itself
_GAP = "  "


def shown(survey: Survey) -> str:
    return "\n\n".join("\n".join(block) for block in _blocks(survey))


def plain(survey: Survey) -> dict[str, object]:
    """For `--json`. A share comes with its interval."""
    return {
        **_plain(survey.whole),
        "by": {value: _plain(tally) for value, tally in survey.values.items()},
        "worth_reading": [
            {"id": each.id, "worth": each.worth, "quality": each.quality, "types": each.types, "snippet": each.snippet}
            for each in survey.picks()
        ],
        "unread": {"count": survey.unread, "first": survey.reasons},
    }


def unread(survey: Survey) -> str:
    """What could not be read, with the reasons of the first."""
    lines = [f"{_counted(survey.unread)} could not be read:"]
    lines += (f"  {each.place}: {_clean(each.why)}" for each in survey.reasons)
    if survey.unread > len(survey.reasons):
        lines.append(f"  and {survey.unread - len(survey.reasons):,} more")
    return "\n".join(lines)


def share(count: int, of: int) -> str:
    """With its interval, in percent: `36 % [28, 45]`."""
    low, high = interval(count, of)
    return f"{100 * count / of:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


def _plain(tally: Tally) -> dict[str, object]:
    return {
        "conversations": tally.conversations,
        "qualities": {name: _rate(tally.qualities[name], tally.conversations) for name in _QUALITIES},
        "signals": {
            name: _rate(tally.types[name], tally.conversations) | {"instances": tally.instances[name]}
            for name in _types(tally)
        },
    }


def _rate(count: int, of: int) -> dict[str, object]:
    return {"conversations": count, "share": count / of if of else 0.0, "interval": interval(count, of)}


def _blocks(survey: Survey) -> Iterator[list[str]]:
    whole = survey.whole
    yield [_counted(whole.conversations)]
    yield _aligned(
        [
            ("signal", "conversations", "share", "instances"),
            *(
                (name, f"{whole.types[name]:,}", _percent(whole.types[name], whole), f"{whole.instances[name]:,}")
                for name in _types(whole)
            ),
        ]
    )
    yield _aligned(
        [
            ("quality", "conversations", "share"),
            *(
                (name, f"{whole.qualities[name]:,}", _percent(whole.qualities[name], whole))
                for name in _QUALITIES
                if whole.qualities[name]
            ),
        ]
    )
    if survey.values:
        yield _compared(survey)
    if picks := survey.picks():
        yield _aligned(
            [
                ("worth", "quality", "worth reading first", "signals", "the first of them"),
                *(
                    (f"{each.worth:.2f}", each.quality, _clean(each.id), _leaves(each.types), _clean(each.snippet))
                    for each in picks
                ),
            ],
            left=range(1, 5),
        )


def _compared(survey: Survey) -> list[str]:
    """What there is of each value, in a column of its own."""
    tallies = survey.values.values()
    found = [name for name in _types(survey.whole) if survey.whole.types[name]]
    graded = [name for name in _QUALITIES if survey.whole.qualities[name]]
    return _aligned(
        [
            ("share [95 % interval] by value", *(_clean(value) for value in survey.values)),
            ("conversations", *(f"{each.conversations:,}" for each in tallies)),
            *((name, *(share(each.types[name], each.conversations) for each in tallies)) for name in found),
            *((name, *(share(each.qualities[name], each.conversations) for each in tallies)) for name in graded),
        ]
    )


def _types(tally: Tally) -> list[str]:
    """All that there are, and those of detectors of one's own."""
    return list(dict.fromkeys([*TYPES, *tally.types]))


def _leaves(types: Sequence[str]) -> str:
    return _clean(", ".join(name.rpartition(".")[2] for name in types))


def _percent(count: int, tally: Tally) -> str:
    return f"{100 * count / tally.conversations:.1f} %"


def _counted(count: int) -> str:
    return f"{count:,} conversation{'' if count == 1 else 's'}"


def _clean(text: str) -> str:
    """On one line, without what a terminal would take for an order."""
    text = "".join(each if each.isprintable() else " " for each in text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _aligned(rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> list[str]:
    """Columns as wide as their widest cell; those that are not `left` end where their heads do."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
