"""An answer -> the body that a client of the Responses API gets."""

from typing import assert_never

from msgspec import json

from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.outcome import incomplete_reason
from planoai.apis.openai_responses.output_write import Fields, OutputWriter, refusal_part, said, text_part
from planoai.apis.openai_responses.shell import Shell
from planoai.apis.openai_responses.wire import NAME
from planoai.conversation.fold import Answer
from planoai.conversation.message import (
    Audio,
    Document,
    Image,
    Opaque,
    Part,
    RedactedThinking,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)


def write_answer(answer: Answer, envelope: Envelope) -> bytes:
    writing = _Writing(envelope)
    for part in answer.message.parts:
        writing.add(part)
    reason = incomplete_reason(answer.finish, refused=writing.refused)
    if answer.stop_sequence is not None:
        envelope.lost.append("output (stop_sequence)")
    status = "completed" if reason is None else "incomplete"
    return Shell(envelope, answer.id, answer.model).write(
        status, json.encode(writing.items), answer.usage, reason=reason
    )


class _Writing:
    def __init__(self, envelope: Envelope) -> None:
        self.items: list[object] = []
        self.refused = False
        self._words = OutputWriter(envelope)
        self._said: list[Fields] | None = None  # the parts of the message that is last
        self._length = 0  # characters of text so far

    def add(self, part: Part) -> None:
        match part:
            case Text():
                annotations = [
                    written
                    for each in part.citations
                    if (written := self._words.citation(each, self._length, len(part.text))) is not None
                ]
                self._length += len(part.text)
                self._say(text_part(part.text, annotations))
            case Refusal():
                self.refused = True
                self._say(refusal_part(part.text))
            case Thinking():
                self._think(part, part.text)
            case RedactedThinking():
                self._think(part, "")
            case ToolCall():
                self._call(part)
            case Opaque() if part.dialect == NAME:
                self._add(part.json)
            case Opaque():
                self._words.lose(f"output ({part.kind})")
            case Audio():
                self._words.lose("output (audio)")
                if part.transcript:
                    self.add(Text(part.transcript))
            case Image() | Document() | ToolResult():
                self._words.lose(f"output ({part.__struct_config__.tag})")
            case _:
                assert_never(part)

    def _add(self, item: object) -> None:
        self._said = None
        self.items.append(item)

    def _say(self, part: Fields) -> None:
        """Parts that follow one another are one message."""
        if self._said is None:
            parts: list[Fields] = []
            self._add(self._words.message(self._words.item_id("msg", len(self.items)), parts, "completed"))
            self._said = parts
        self._said.append(part)

    def _think(self, part: Thinking | RedactedThinking, text: str) -> None:
        identifier = self._words.item_id("rs", len(self.items))
        summary = isinstance(part, Thinking) and part.summary
        proof = self._words.proof(part, identifier)
        self._said = None
        if not text and proof is None:
            return
        self._add(self._words.reasoning(identifier, text if summary else "", "" if summary else text, proof))

    def _call(self, call: ToolCall) -> None:
        """Clients parse the arguments of a function, and nothing is not JSON."""
        text = call.arguments if call.custom or call.arguments.strip() else call.arguments + "{}"
        item = self._words.call(len(self.items), call)
        self._add({**item, "status": "completed", said(call): text})
