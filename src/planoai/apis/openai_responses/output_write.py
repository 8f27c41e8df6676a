"""The items of an answer, in the words that a whole one and a stream have in common."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.apis.openai_responses.request_read import ENCRYPTED
from planoai.apis.seal import Kind, Proof, sealed
from planoai.conversation.message import Citation, RedactedThinking, Thinking, ToolCall
from planoai.conversation.naming import called

Fields = dict[str, object]

PROOF_LOST = "output (proof of thinking)"

_HOME = "openai"  # whose encrypted thoughts need no mark in this API
_WANTED = "extra_content"  # what a client is given of a call's extras, to send it back


class OutputWriter:
    """Writes the items of one answer. `Envelope.lost` gets what they have no place for."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._tools = called(envelope.request)
        self._proofs_wanted = envelope.request is not None and ENCRYPTED in envelope.request.include
        self._call_ids: set[str] = set()

    def item_id(self, prefix: str, place: int) -> str:
        return f"{prefix}_{self._envelope.seed}{place:04x}"

    def lose(self, what: str) -> None:
        self._envelope.lost.append(what)

    def message(self, identifier: str, parts: list[Fields], status: str) -> Fields:
        return {"id": identifier, "type": "message", "status": status, "role": "assistant", "content": parts}

    def reasoning(self, identifier: str, summary: str, thought: str, proof: str | None) -> Fields:
        pieces = [_piece("summary_text", summary)] if summary else []
        item: Fields = {"id": identifier, "type": "reasoning", "summary": pieces}
        if thought:
            item["content"] = [_piece("reasoning_text", thought)]
        if proof is not None:
            item["encrypted_content"] = proof
        return item

    def proves(self, part: Thinking | RedactedThinking) -> bool:
        """Whether the client is given a proof of it."""
        found = _proof(part)
        return found is not None and self._proofs_wanted and (found.kind == "encrypted" or bool(found.issuer))

    def proof(self, part: Thinking | RedactedThinking, identifier: str) -> str | None:
        """What the client is given of the proof of a thought, in the item called `identifier`; None if it wants none, or there is none."""
        found = _proof(part)
        if found is None:
            return None
        if not self.proves(part):
            self.lose(PROOF_LOST)
            return None
        home = not found.issuer or (
            found.issuer == _HOME and found.kind == "encrypted" and found.id in ("", identifier)
        )
        return found.value if home else sealed(found)

    def call(self, place: int, call: ToolCall) -> Fields:
        """The item of a call that has no arguments yet, in the words that its tool was offered with. `place` counts all items."""
        tool = self._tools.get(call.name)
        name, namespace = (call.name, call.namespace) if tool is None else (tool.name, tool.namespace)
        identifier = call.id
        if not identifier or identifier in self._call_ids:  # clients know calls by nothing else
            identifier = call_id(self._envelope.seed, place)
        self._call_ids.add(identifier)
        item: Fields = {
            "id": self.item_id("ctc" if call.custom else "fc", place),
            "type": "custom_tool_call" if call.custom else "function_call",
            "status": "in_progress",
            "call_id": identifier,
            "name": name,
        }
        if namespace is not None:
            item["namespace"] = namespace
        for member, value in _extras(call.extras).items():
            if member == _WANTED:
                item[member] = value
            else:
                self.lose(f"output ({item['type']}.{member})")
        return item | {said(call): ""}

    def citation(self, citation: Citation, before: int, end: int) -> Fields | None:
        """`before`: the characters of the answer that came before the text that carries it, `end`: those of that text."""
        if not citation.url:
            self.lose("output (citation)")
            return None
        if citation.quote:
            self.lose("output (citation.quote)")
        first = 0 if citation.start is None else max(citation.start - before, 0)
        last = end if citation.end is None else max(citation.end - before, 0)
        return {
            "type": "url_citation",
            "start_index": first,
            "end_index": last,
            "url": citation.url,
            "title": citation.title or "",
        }


def said(call: ToolCall) -> str:
    """Where an item has what the model wrote for a call."""
    return "input" if call.custom else "arguments"


def text_part(text: str, annotations: list[Fields]) -> Fields:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def refusal_part(text: str) -> Fields:
    return {"type": "refusal", "refusal": text}


def _piece(kind: str, text: str) -> Fields:
    return {"type": kind, "text": text}


def _proof(part: Thinking | RedactedThinking) -> Proof | None:
    found: tuple[Kind, str] | None = None
    identifier = ""
    if isinstance(part, RedactedThinking):
        found = ("redacted", part.data)
    elif part.encrypted:
        found, identifier = ("encrypted", part.encrypted), part.id or ""
    elif part.signature:
        found = ("signature", part.signature)
    return None if found is None else Proof(part.issuer, *found, identifier)


def _extras(raw: Raw | None) -> dict[str, object]:
    """Decoded whole: a line break in them would end the event that they stand in."""
    if raw is None:
        return {}
    try:
        return dict(msgspec.json.decode(raw, type=dict[str, object]))
    except (msgspec.DecodeError, RecursionError):
        return {}
