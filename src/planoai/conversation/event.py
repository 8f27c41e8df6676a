"""An answer as it arrives. A whole answer is the same events, all at once.

A reader always ends with `Ended` or `Failed`, whatever bytes it was fed. Deltas belong to the part that is open; a delta of another kind, a
`ToolStarted` or a `PartAdded` opens the next part by itself, and `PartEnded` says that a following delta of the same kind begins a new one.
Arguments of parallel tool calls may interleave: `key` says whose they are.
"""

from typing import Literal

from msgspec import Raw, Struct

from planoai.conversation.failure import Failure
from planoai.conversation.message import Audio, Citation, Image, Opaque, RedactedThinking
from planoai.conversation.usage import Usage

# `refusal`: the model said no; `filtered`: something beside it withheld the answer, or the rest of it
FinishReason = Literal[
    "stop", "stop_sequence", "length", "context_full", "tool_calls", "refusal", "filtered", "pause", "malformed"
]


def settled(reason: FinishReason | None, *, called: bool) -> FinishReason:
    """Why an answer ended, by what was told and by whether it holds calls to run, which clients go by.

    Several servers say `stop` after calls, and some speak of calls that are not there.
    """
    if reason in (None, "stop", "tool_calls"):
        return "tool_calls" if called else "stop"
    return reason


class Started(Struct, frozen=True, tag="started"):
    """`id` and `model` as the upstream told them; empty where it did not."""

    id: str = ""
    model: str = ""


class TextDelta(Struct, frozen=True, tag="text_delta"):
    text: str


class RefusalDelta(Struct, frozen=True, tag="refusal_delta"):
    """The model says no in words of its own. An answer that ends so is `Finished` with `refusal`, whatever word its upstream has for that."""

    text: str


class ThinkingDelta(Struct, frozen=True, tag="thinking_delta"):
    """`summary`: this is the provider's summary of a thought, not the thought."""

    text: str
    summary: bool = False


class ThinkingSigned(Struct, frozen=True, tag="thinking_signed", omit_defaults=True):
    """The proof of the thinking that is open: a piece of its signature, or the encrypted thought. Opens a thinking part if none is open.

    `issuer` is the provider that answers.
    """

    signature: str | None = None
    encrypted: str | None = None
    id: str | None = None
    issuer: str = ""


class Cited(Struct, frozen=True, tag="cited"):
    """A citation for the text that is open."""

    citation: Citation


class ToolStarted(Struct, frozen=True, tag="tool_started", omit_defaults=True):
    """`key` is unique within the answer and means nothing else."""

    key: int
    id: str
    name: str
    custom: bool = False
    namespace: str | None = None
    extras: Raw | None = None


class ToolDelta(Struct, frozen=True, tag="tool_delta"):
    """A piece of the argument text of the call `key`: opaque, not JSON by itself."""

    key: int
    text: str


class PartAdded(Struct, frozen=True, tag="part_added"):
    """A part that comes in one piece."""

    part: RedactedThinking | Image | Audio | Opaque


class PartEnded(Struct, frozen=True, tag="part_ended"):
    """The part that is open is complete."""


class UsageTold(Struct, frozen=True, tag="usage_told"):
    """The usage so far, whole: a later one replaces it."""

    usage: Usage


class Finished(Struct, frozen=True, tag="finished", omit_defaults=True):
    """Why the model stopped. Usage may still follow."""

    reason: FinishReason
    stop_sequence: str | None = None


class KeptAlive(Struct, frozen=True, tag="kept_alive"):
    """The upstream says that it is still there."""


class Ended(Struct, frozen=True, tag="ended"):
    """The answer is complete."""


class Failed(Struct, frozen=True, tag="failed"):
    """The answer will not be completed."""

    failure: Failure


Content = (
    TextDelta | RefusalDelta | ThinkingDelta | ThinkingSigned | Cited | ToolStarted | ToolDelta | PartAdded | PartEnded
)
Event = Started | Content | UsageTold | Finished | KeptAlive | Ended | Failed
