"""The items of a stream while they grow. Each writes its own events; what it held is let go when it closes, and its last form is what remains."""

from collections.abc import Callable

import msgspec

from planoai.apis.openai_responses.output_write import Fields, OutputWriter, refusal_part, said, text_part
from planoai.conversation.event import ThinkingSigned
from planoai.conversation.message import Citation, Thinking, ToolCall

_encode = msgspec.json.Encoder().encode

TEXT_END = b',"logprobs":[]}\n\n'
_EVENT = b'event: %b\ndata: {"type":"%b","sequence_number":%d,'
_BEFORE = b'event: %b\ndata: {"type":"%b","sequence_number":'

Head = tuple[bytes, bytes]  # of a delta: what stands before its number, and from there to its text


class Events:
    """The events of one stream, numbered from 0 on."""

    def __init__(self) -> None:
        self.number = 0
        self.out: list[bytes] = []

    def put(self, kind: bytes, fields: Fields) -> None:
        self.put_encoded(kind, _encode(fields)[1:])

    def put_encoded(self, kind: bytes, rest: bytes) -> None:
        """`rest` is what follows in the object, its brace at the end included."""
        self.out += (_EVENT % (kind, kind, self.number), rest, b"\n\n")
        self.number += 1

    def put_delta(self, head: Head, text: str, end: bytes = b"}\n\n") -> None:
        self.out += (head[0], b"%d" % self.number, head[1], _encode(text), end)
        self.number += 1


def _delta_head(kind: bytes, place: Fields) -> Head:
    return _BEFORE % (kind, kind), b',%b,"delta":' % _encode(place)[1:-1]


class OpenMessage:
    """A message, of whose parts one may be open. `head` begins the deltas of a text that is open, `pieces` are those it has had."""

    def __init__(self, events: Events, words: OutputWriter, place: int, before: int) -> None:
        self.place = place
        self.head: Head | None = None
        self.pieces: list[str] = []
        self.length = before  # characters of the answer so far
        self._events = events
        self._words = words
        self._id = words.item_id("msg", place)
        self._before = before  # of them, those before the part that is open
        self._kind = ""  # of the part that is open
        self._citations: list[Citation] = []
        self._parts: list[Fields] = []
        item = words.message(self._id, [], "in_progress")
        events.put(b"response.output_item.added", {"output_index": place, "item": item})

    def say(self, text: str) -> None:
        head = self._open_text()
        self.pieces.append(text)
        self._events.put_delta(head, text, TEXT_END)

    def refuse(self, text: str) -> None:
        self._open("refusal", refusal_part(""))
        self.pieces.append(text)
        self._events.put_delta(_delta_head(b"response.refusal.delta", self._where), text)

    def cite(self, citation: Citation) -> None:
        self._open_text()
        self._citations.append(citation)

    @property
    def _where(self) -> Fields:
        return {"item_id": self._id, "output_index": self.place, "content_index": len(self._parts)}

    def _open_text(self) -> Head:
        if self.head is None:
            self._open("output_text", text_part("", []))
            self.head = _delta_head(b"response.output_text.delta", self._where)
        return self.head

    def _open(self, kind: str, part: Fields) -> None:
        if self._kind != kind:
            self.close_part()
            self._kind = kind
            self._events.put(b"response.content_part.added", {**self._where, "part": part})

    def close_part(self) -> None:
        """Citations say which characters they are about, so they wait for the end of their text."""
        if not self._kind:
            return
        where, text = self._where, "".join(self.pieces)
        if self._kind == "output_text":
            part = text_part(text, self._annotations(len(text)))
            done = {**where, "text": text, "logprobs": []}
            self._events.put(b"response.output_text.done", done)
            self.length = self._before = self._before + len(text)
        else:
            part = refusal_part(text)
            self._events.put(b"response.refusal.done", {**where, "refusal": text})
        self._events.put(b"response.content_part.done", {**where, "part": part})
        self._parts.append(part)
        self._kind, self.head = "", None
        self.pieces, self._citations = [], []

    def _annotations(self, length: int) -> list[Fields]:
        written = [self._words.citation(each, self._before, length) for each in self._citations]
        annotations = [each for each in written if each is not None]
        for index, annotation in enumerate(annotations):
            fields = {**self._where, "annotation_index": index, "annotation": annotation}
            self._events.put(b"response.output_text.annotation.added", fields)
        return annotations

    def close(self, status: str) -> Fields:
        self.close_part()
        return self._words.message(self._id, self._parts, status)


class OpenThought:
    """A thought, told as the summary that clients show. It is an item, and has a place, once there is something to show or to keep of it."""

    def __init__(self, events: Events, words: OutputWriter, next_place: Callable[[], int], *, summary: bool) -> None:
        self.place = -1
        self.summary = summary
        self._events = events
        self._words = words
        self._next_place = next_place
        self._id = ""
        self._pieces: list[str] = []
        self._head: Head | None = None
        self._signatures: list[str] = []
        self._proof = Thinking()

    @property
    def _where(self) -> Fields:
        return {"item_id": self._id, "output_index": self.place, "summary_index": 0}

    def _add(self) -> None:
        self.place = self._next_place()
        self._id = self._words.item_id("rs", self.place)
        item = self._words.reasoning(self._id, "", "", None)
        self._events.put(b"response.output_item.added", {"output_index": self.place, "item": item})

    def think(self, text: str) -> None:
        if self._head is None:
            self._add()
            part = {"type": "summary_text", "text": ""}
            self._events.put(b"response.reasoning_summary_part.added", {**self._where, "part": part})
            self._head = _delta_head(b"response.reasoning_summary_text.delta", self._where)
        self._pieces.append(text)
        self._events.put_delta(self._head, text)

    def sign(self, event: ThinkingSigned) -> None:
        if event.signature:
            self._signatures.append(event.signature)
        before = self._proof
        self._proof = Thinking(
            encrypted=event.encrypted or before.encrypted,
            id=event.id or before.id,
            issuer=event.issuer or before.issuer,
        )

    def close(self, _status: str) -> Fields | None:
        """None for what was no item in the end."""
        text = "".join(self._pieces)
        if self._head is not None:
            self._events.put(b"response.reasoning_summary_text.done", {**self._where, "text": text})
            part = {"type": "summary_text", "text": text}
            self._events.put(b"response.reasoning_summary_part.done", {**self._where, "part": part})
        proof = self._proof
        signed = Thinking("", "".join(self._signatures) or None, proof.encrypted, proof.id, issuer=proof.issuer)
        if self._head is None and self._words.proves(signed):
            self._add()
        written = self._words.proof(signed, self._id)
        return self._words.reasoning(self._id, text, "", written) if self._id else None


class OpenCall:
    def __init__(self, events: Events, words: OutputWriter, place: int, call: ToolCall) -> None:
        self.place = place
        self._events = events
        self._call = call
        self._item = words.call(place, call)
        self._pieces: list[str] = []
        self._kind = b"response.custom_tool_call_input" if call.custom else b"response.function_call_arguments"
        self._where: Fields = {"item_id": self._item["id"], "output_index": place}
        self._head = _delta_head(self._kind + b".delta", self._where)
        events.put(b"response.output_item.added", {"output_index": place, "item": self._item})

    def argue(self, text: str) -> None:
        self._pieces.append(text)
        self._events.put_delta(self._head, text)

    def complete(self) -> bool:
        """Whether nothing more can follow. Free text never tells, JSON does."""
        if self._call.custom or not self._pieces or not self._pieces[-1].rstrip().endswith("}"):
            return False
        try:
            msgspec.json.decode("".join(self._pieces))
        except (msgspec.DecodeError, RecursionError):
            return False
        return True

    def close(self, status: str) -> Fields:
        """Clients parse the arguments of a function, and nothing is not JSON."""
        text = "".join(self._pieces)
        if not text.strip() and not self._call.custom and status == "completed":
            self.argue("{}")
            text += "{}"
        name = said(self._call)
        self._events.put(self._kind + b".done", {**self._where, name: text})
        return {**self._item, "status": status, name: text}
