"""The items of an answer -> events: one machine for a whole answer and for a stream.

A stream tells everything up to three times: in pieces, in the event that ends a part, and in the finished item. Servers leave out any of them, so
what was not told before is taken from where it is told next.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Literal

import msgspec
from msgspec import Raw

from planoai.apis import lenient
from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import SseReader
from planoai.apis.ids import call_id
from planoai.apis.openai_responses.outcome import finish_reason, read_usage
from planoai.apis.openai_responses.wire import ABSENT, NAME, AnnotationWire, ItemWire, PartWire, ResponseWire, given
from planoai.conversation.event import (
    Cited,
    Event,
    Finished,
    PartAdded,
    PartEnded,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.message import Citation, Opaque
from planoai.errors import UpstreamUnreadable

Piece = Literal["text", "refusal", "summary", "thought", "call"]

_CALLS = ("function_call", "custom_tool_call")
_THOUGHTS = ("summary", "thought")
_ESSENTIAL = frozenset(("type", "content", "arguments", "input", "name", "call_id", "summary", "text", "refusal"))

_KNOWN = (None, *_CALLS, "message", "reasoning")
_ITEM = msgspec.json.Decoder(ItemWire)
_PART = msgspec.json.Decoder(PartWire)
_ANNOTATION = msgspec.json.Decoder(AnnotationWire)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


class _Item:
    """What has been told of one item. `heard`: the pieces, each with its place. `pieces`: arguments of a call that has no name yet.

    `key` says which one it is, `index` where its server says that it stands, `kind` is empty as long as nobody knows.
    """

    __slots__ = ("cited", "ended", "heard", "id", "index", "key", "kind", "pieces", "started")

    def __init__(self, index: int, key: int) -> None:
        self.index = index
        self.key = key
        self.kind = ""
        self.id: str | None = None
        self.heard: set[tuple[Piece, int]] = set()
        self.cited = False
        self.started = False
        self.ended = False
        self.pieces: list[str] = []

    def may_be(self, wire: ItemWire) -> bool:
        return self.kind in ("", _kind(wire))

    def is_named(self, wire: ItemWire) -> bool:
        return self.id is not None and self.id == (wire.id or wire.call_id)


class OutputReader:
    """Items go by their index in `output`, and by their order for servers that give several of them one index, or none. Each method appends to
    `events`.

    Raises msgspec.DecodeError, UnicodeDecodeError or RecursionError for an item that can not be read.
    """

    __slots__ = ("_base", "_called", "_envelope", "_items", "_latest", "_length", "_made", "_open", "_refused")

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._items: dict[int, _Item] = {}  # the latest at each index
        self._made: list[_Item] = []
        self._latest = 0
        self._open: tuple[int, Piece, int] | None = (
            None  # the part that is told of: its item, what it is, its place there
        )
        self._length = 0  # characters of text
        self._base = 0  # of those, how many came before the text that is open
        self._called = False
        self._refused = False

    def more_text(self, index: int | None, place: int | None, text: str, events: list[Event]) -> bool:
        """True where `text` was more of the text that is open, as nearly all of an answer is; else nothing has been told."""
        here = self._open
        if here is None or index != here[0] or place != here[2] or here[1] != "text" or not text:
            return False
        self._length += len(text)
        events.append(TextDelta(text))
        return True

    def begin(self, index: int | None, raw: Raw, events: list[Event]) -> None:
        wire = _read(raw)
        item = self._at(index)
        named = item.id is not None and wire.id is not None
        if not item.is_named(wire) and (item.ended or named or not item.may_be(wire)):
            item = self._next(events)
        item.kind, item.id = _kind(wire), wire.id or wire.call_id
        if wire.type in _CALLS and wire.name:
            self._start(item, wire, events)

    def say(self, index: int | None, piece: Piece, place: int | None, text: str, events: list[Event]) -> None:
        """One more piece."""
        self._say(self._at(index), piece, place, text, events)

    def whole(self, index: int | None, piece: Piece, place: int | None, text: str, events: list[Event]) -> None:
        """All of a part, which may have been told in pieces."""
        self._whole(self._at(index), piece, place, text, events)

    def cite(self, index: int | None, raw: Raw, events: list[Event]) -> None:
        item = self._at(index)
        if self._open is not None and self._open[:2] == (self._latest, "text"):
            item.cited = True
            events.append(Cited(self._citation(raw)))

    def end(self, index: int | None, raw: Raw, events: list[Event]) -> None:
        """The item is complete."""
        wire = _read(raw)
        item = self._at(index)
        if not item.is_named(wire) and (item.ended or not item.may_be(wire)):
            item = self._next(events)
        if not item.ended:
            self._complete(item, wire, raw, events)

    def finish(self, response: ResponseWire, status: str | None, events: list[Event]) -> None:
        """The answer is complete; what it consumed, and why the model stopped."""
        self._catch_up(response.output or (), events)
        if response.usage is not None:
            events.append(UsageTold(read_usage(response.usage)))
        reason = response.incomplete_details.reason if response.incomplete_details is not None else None
        events.append(Finished(finish_reason(status, reason, called=self._called, refused=self._refused)))

    def _catch_up(self, output: Sequence[Raw], events: list[Event]) -> None:
        """What the answer holds at its end and no event has told. The first call there is the first that was told of, whatever its id."""
        told: dict[str, list[_Item]] = {}
        for item in reversed(self._made):
            told.setdefault(item.kind, []).append(item)
        for raw in output:
            wire = _read(raw)
            found = told.get(_kind(wire))
            item = found.pop() if found else self._next(events)
            if not (
                item.ended or (item.kind == "reasoning" and item.heard)
            ):  # its proof would come behind what it led to
                self._turn(None, events)
                self._complete(item, wire, raw, events)

    def _at(self, index: int | None) -> _Item:
        """The item there, which is the latest for a server that does not say; made if it is new."""
        if index is not None:
            self._latest = index
        return self._items.get(self._latest) or self._make()

    def _next(self, events: list[Event]) -> _Item:
        """Another item than the one that was told of where it stands."""
        if self._open is not None and self._open[0] == self._latest:
            self._turn(None, events)
        return self._make()

    def _make(self) -> _Item:
        made = self._items[self._latest] = _Item(self._latest, len(self._made))
        self._made.append(made)
        return made

    def _say(self, item: _Item, piece: Piece, place: int | None, text: str, events: list[Event]) -> None:
        if not text:
            return
        if piece == "call":
            item.kind = item.kind or piece
            item.heard.add((piece, 0))
            if item.started:
                events.append(ToolDelta(item.key, text))
            else:
                item.pieces.append(text)
            return
        here = (item.index, piece, place or 0)
        if here != self._open:
            self._turn(here, events)
            item.heard.add((piece, place or 0))
            item.kind = item.kind or ("reasoning" if piece in _THOUGHTS else "message")
        if piece == "text":
            self._length += len(text)
            events.append(TextDelta(text))
        elif piece == "refusal":
            self._refused = True
            events.append(RefusalDelta(text))
        else:
            events.append(ThinkingDelta(text, piece == "summary"))

    def _whole(self, item: _Item, piece: Piece, place: int | None, text: str, events: list[Event]) -> None:
        if (piece, 0 if piece == "call" else place or 0) not in item.heard:
            self._say(item, piece, place, text, events)

    def _complete(self, item: _Item, wire: ItemWire, raw: Raw, events: list[Event]) -> None:
        item.ended = True
        item.kind, item.id = _kind(wire), wire.id or wire.call_id
        match item.kind:
            case "call":
                self._start(item, wire, events)
                self._whole(item, "call", 0, wire.arguments or wire.input or "", events)
            case "reasoning":
                self._reason(item, wire, events)
            case "message":
                self._message(item, wire, events)
            case "":
                pass
            case kind:
                self._turn(None, events)
                events.append(PartAdded(Opaque(NAME, kind, Raw(msgspec.json.format(bytes(raw), indent=-1)))))
        if self._open is not None and self._open[0] == item.index:
            self._open = None
            events.append(PartEnded())

    def _turn(self, here: tuple[int, Piece, int] | None, events: list[Event]) -> None:
        """From the part that is open to another. The parts of one thought are one, with a blank line between them."""
        before = self._open
        self._open = here
        self._base = self._length
        if before is None or before[1] == "call":
            return
        if here is not None and here[:2] == before[:2] and here[1] in _THOUGHTS:
            events.append(ThinkingDelta("\n\n", here[1] == "summary"))
        else:
            events.append(PartEnded())

    def _start(self, item: _Item, wire: ItemWire, events: list[Event]) -> None:
        if item.started:
            return
        item.started = True
        self._called = True
        self._turn(None, events)
        self._open = (item.index, "call", 0)
        identifier = wire.call_id or wire.id or call_id(self._envelope.seed, item.key)
        custom = wire.type == "custom_tool_call"
        events.append(ToolStarted(item.key, identifier, wire.name or "", custom=custom, namespace=wire.namespace))
        if item.pieces:
            events.append(ToolDelta(item.key, "".join(item.pieces)))
            item.pieces.clear()

    def _reason(self, item: _Item, wire: ItemWire, events: list[Event]) -> None:
        told = {piece for piece, _ in item.heard}
        if "summary" not in told:
            for place, summary in enumerate(wire.summary or ()):
                self._say(item, "summary", place, summary.text or "", events)
        if "thought" not in told:
            for place, part in enumerate(self._parts(wire)):
                self._say(item, "thought", place, part.text or "", events)
        if wire.encrypted_content:
            if self._open is None or self._open[0] != item.index:
                self._turn((item.index, "thought", 0), events)
            issuer = self._envelope.issuer
            events.append(ThinkingSigned(encrypted=wire.encrypted_content, id=wire.id, issuer=issuer))

    def _message(self, item: _Item, wire: ItemWire, events: list[Event]) -> None:
        told = {piece for piece, _ in item.heard}
        cited = item.cited
        for place, part in enumerate(self._parts(wire)):
            piece: Piece = "refusal" if part.refusal else "text"
            if piece not in told:
                self._say(item, piece, place, part.refusal or part.text or "", events)
            if not cited and self._open == (item.index, "text", place):
                for raw in part.annotations or ():
                    item.cited = True
                    events.append(Cited(self._citation(raw)))

    def _parts(self, wire: ItemWire) -> list[PartWire]:
        if isinstance(wire.content, str):
            return [PartWire(text=wire.content)]
        return [lenient.decode(_PART, raw, _ESSENTIAL) for raw in wire.content or ()]

    def _citation(self, raw: Raw) -> Citation:
        """Its place is counted within its own text here."""
        wire = lenient.decode(_ANNOTATION, raw)
        if not wire.url:
            return Citation(raw=Raw(msgspec.json.format(bytes(raw), indent=-1)), dialect=NAME)
        start, end = (None if each is None else each + self._base for each in (wire.start_index, wire.end_index))
        return Citation(wire.url, wire.title, start=start, end=end, dialect=NAME)


def _kind(wire: ItemWire) -> str:
    if wire.type in _CALLS:
        return "call"
    return wire.type or ("message" if wire.role is not None else "")


def _read(raw: Raw) -> ItemWire:
    """Of an item that is only passed on, its type must fit and nothing else."""
    wire = lenient.decode(_ITEM, raw)
    return lenient.decode(_ITEM, raw, _ESSENTIAL) if wire.type in _KNOWN else wire


class _Marked(msgspec.Struct, frozen=True):
    type: str | None = None
    output_index: int | None = None
    item: Raw = ABSENT
    response: Raw = ABSENT


_MARKED = msgspec.json.Decoder(_Marked)


def finished_response(stream: bytes) -> dict[str, Raw]:
    """The answer that a complete stream ends with, as its server wrote it; its items are gathered where it holds none.

    Raises UpstreamUnreadable where there is none.
    """
    reader = SseReader()
    items: list[tuple[int, Raw]] = []  # each with its index, which several may have in common
    last: Raw | None = None
    try:
        for event in (*reader.feed(stream), *reader.close()):
            if not event.data.startswith(b"{"):
                continue
            told = lenient.decode(_MARKED, event.data)
            kind = told.type or event.type
            if kind == "response.output_item.done" and (item := given(told.item)) is not None:
                items.append((len(items) if told.output_index is None else told.output_index, item))
            elif kind in ("response.completed", "response.incomplete"):
                last = given(told.response)
        if last is None:
            raise UpstreamUnreadable("the upstream's stream ended without an answer")
        response = _OBJECT.decode(last)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"an event of the upstream's stream can not be read: {error}") from None
    if items and bytes(response.get("output", b"null")) in (b"null", b"[]"):
        response["output"] = Raw(b"[" + b",".join(bytes(item) for _, item in sorted(items, key=itemgetter(0))) + b"]")
    return response
