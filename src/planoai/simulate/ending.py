"""Where a stream stops short: cut off, broken by an error, or not at all."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from planoai.simulate.dialect import Frame
from planoai.simulate.options import Options


class Ending(Struct, frozen=True):
    """`at` is the number of events that are sent before it happens."""

    how: Literal["whole", "cut", "error"]
    at: int


def ending(frames: Sequence[Frame], options: Options) -> Ending:
    """Whichever comes first. Where there are fewer chunks than asked for, it comes before the last event."""
    found = [Ending("whole", len(frames))]
    if options.cut is not None:
        found.append(Ending("cut", _place(frames, options.cut)))
    if options.error_after is not None:
        found.append(Ending("error", _place(frames, options.error_after)))
    return min(found, key=lambda each: (each.at, each.how))


def _place(frames: Sequence[Frame], chunks: int) -> int:
    for place, frame in enumerate(frames):
        if frame.content:
            if chunks == 0:
                return place
            chunks -= 1
    return max(0, len(frames) - 1)
