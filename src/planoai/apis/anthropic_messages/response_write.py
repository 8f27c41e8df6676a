"""An answer -> the body that a client of the Messages API gets."""

from typing import assert_never

import msgspec

from planoai.apis.anthropic_messages import outcome
from planoai.apis.anthropic_messages.blocks import Block, unsaid_extras, write_call, write_citation
from planoai.apis.anthropic_messages.stream_write import PROOF_LOST, REFUSAL_LOST, message_id
from planoai.apis.anthropic_messages.wire import NAME, VENDOR
from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.apis.proofs import data_of, signature_of
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
from planoai.conversation.usage import Usage


def write_answer(answer: Answer, envelope: Envelope) -> bytes:
    parts = answer.message.parts
    content = [block for place, part in enumerate(parts) if (block := _write_part(part, place, envelope)) is not None]
    reason = outcome.stop_reason(answer.finish, called=any(isinstance(part, ToolCall) for part in parts))
    return msgspec.json.encode(
        {
            "id": message_id(answer.id, envelope),
            "type": "message",
            "role": "assistant",
            "model": answer.model or envelope.model,
            "content": content,
            "stop_reason": reason,
            "stop_sequence": answer.stop_sequence,
            "usage": outcome.write_usage(answer.usage or Usage()),
        }
    )


def _write_part(part: Part, place: int, envelope: Envelope) -> Block | msgspec.Raw | None:
    """None for what no answer of this API holds."""
    lost = envelope.lost
    match part:
        case Text():
            block: Block = {"type": "text", "text": part.text}
            citations = [each for citation in part.citations if (each := write_citation(citation)) is not None]
            lost += ["output (citation)"] * (len(part.citations) - len(citations))
            return block | ({"citations": citations} if citations else {})
        case Refusal():
            lost.append(REFUSAL_LOST)
            return {"type": "text", "text": part.text}
        case Thinking():
            signature = signature_of(part, VENDOR)
            if signature is None and part.encrypted:
                lost.append(PROOF_LOST)
            return {"type": "thinking", "thinking": part.text, "signature": signature or ""}
        case RedactedThinking():
            return {"type": "redacted_thinking", "data": data_of(part, VENDOR)}
        case ToolCall():
            lost += unsaid_extras(part.extras)
            call = write_call(part, to_client=True)
            return call if part.id else call | {"id": call_id(envelope.seed, place)}
        case Opaque():
            if part.dialect == NAME:
                return part.json
            lost.append(f"output ({part.kind})")
            return None
        case Audio():
            lost.append("output (audio)")
            return {"type": "text", "text": part.transcript} if part.transcript else None
        case Image() | Document() | ToolResult():
            lost.append(f"output ({part.__struct_config__.tag})")
            return None
        case _:
            assert_never(part)
