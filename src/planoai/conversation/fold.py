"""Events -> the answer they add up to."""

from collections.abc import Iterable
from typing import TypeVar, assert_never

from msgspec import Struct, structs

from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    FinishReason,
    KeptAlive,
    PartAdded,
    PartEnded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.message import Message, Part, Refusal, Text, Thinking, ToolCall
from planoai.conversation.usage import Usage

Prose = Text | Refusal | Thinking
Kind = TypeVar("Kind", Text, Refusal, Thinking)


class Answer(Struct, frozen=True, omit_defaults=True):
    """`complete` is whether the end was seen; `failure` says why not, where the upstream told."""

    id: str
    model: str
    message: Message
    finish: FinishReason = "stop"
    stop_sequence: str | None = None
    usage: Usage | None = None
    complete: bool = True
    failure: Failure | None = None


class Fold:
    """Feed it events in order; `answer()` is what they add up to so far."""

    def __init__(self) -> None:
        self._started = Started()
        self._parts: list[Part] = []
        self._prose: Prose | None = None  # the part that is open, without its text
        self._pieces: list[str] = []  # its text: joined once, when it closes
        self._calls: dict[int, tuple[int, list[str]]] = {}  # key -> place in _parts, pieces of its arguments
        self._usage: Usage | None = None
        self._finished: Finished | None = None
        self._failure: Failure | None = None
        self._complete = False

    def feed(self, event: Event) -> None:
        match event:
            case TextDelta() | RefusalDelta() | ThinkingDelta():
                self._say(event)
            case ThinkingSigned():
                self._sign(event)
            case Cited():
                prose = self._continue(Text(""))
                self._prose = structs.replace(prose, citations=(*prose.citations, event.citation))
            case ToolStarted():
                self._close()
                self._calls[event.key] = (len(self._parts), [])
                self._parts.append(ToolCall(event.id, event.name, "", event.custom, event.namespace, event.extras))
            case ToolDelta():
                if event.key in self._calls:
                    self._calls[event.key][1].append(event.text)
            case PartAdded():
                self._close()
                self._parts.append(event.part)
            case PartEnded():
                self._close()
            case Started():
                self._started = event
            case UsageTold():
                self._usage = event.usage
            case Finished():
                self._finished = event
            case Failed():
                self._failure = event.failure
            case Ended():
                self._complete = True
            case KeptAlive():
                pass
            case _:
                assert_never(event)

    def answer(self) -> Answer:
        self._close()
        parts = list(self._parts)
        for place, pieces in self._calls.values():
            call = parts[place]
            if isinstance(call, ToolCall):
                parts[place] = structs.replace(call, arguments="".join(pieces))
        finished = self._finished or Finished("stop")
        return Answer(
            id=self._started.id,
            model=self._started.model,
            message=Message("assistant", tuple(parts)),
            finish=finished.reason,
            stop_sequence=finished.stop_sequence,
            usage=self._usage,
            complete=self._complete,
            failure=self._failure,
        )

    def _say(self, event: TextDelta | RefusalDelta | ThinkingDelta) -> None:
        match event:
            case TextDelta():
                self._continue(Text(""))
            case RefusalDelta():
                self._continue(Refusal(""))
            case ThinkingDelta():
                if isinstance(self._prose, Thinking) and self._prose.summary != event.summary:
                    self._close()  # a thought and a summary of it are two parts
                self._continue(Thinking(summary=event.summary))
        self._pieces.append(event.text)

    def _sign(self, event: ThinkingSigned) -> None:
        self._prose = signed(self._continue(Thinking()), event)

    def _continue(self, fresh: Kind) -> Kind:
        """The open part if it is of the same kind, else `fresh`, opened."""
        if isinstance(self._prose, type(fresh)):
            return self._prose
        self._close()
        self._prose = fresh
        return fresh

    def _close(self) -> None:
        if self._prose is not None:
            text = "".join(self._pieces)
            if text or self._prose != type(self._prose)(""):
                self._parts.append(structs.replace(self._prose, text=text))
        self._prose = None
        self._pieces = []


def signed(thinking: Thinking, event: ThinkingSigned) -> Thinking:
    """The thinking with one more piece of its proof."""
    return structs.replace(
        thinking,
        signature=(thinking.signature or "") + event.signature if event.signature else thinking.signature,
        encrypted=event.encrypted or thinking.encrypted,
        id=event.id or thinking.id,
        issuer=event.issuer or thinking.issuer,
    )


def fold(events: Iterable[Event]) -> Answer:
    """The answer that `events` add up to."""
    folding = Fold()
    for event in events:
        folding.feed(event)
    return folding.answer()
