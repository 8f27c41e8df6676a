"""A whole answer for a client, written from what its events add up to."""

import msgspec

from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.apis.openai_chat.finish import write_finish
from planoai.apis.openai_chat.ids import answer_id
from planoai.apis.openai_chat.parts import (
    PROOF_LOST,
    STOP_SEQUENCE_LOST,
    lost_citations,
    lost_part,
    write_citation,
    write_thinking,
)
from planoai.apis.openai_chat.usage import write_usage
from planoai.conversation.fold import Answer
from planoai.conversation.message import Audio, Message, RedactedThinking, Refusal, Text, Thinking, ToolCall


def write_answer(answer: Answer, envelope: Envelope) -> bytes:
    message = _message(answer.message, envelope)
    if answer.stop_sequence is not None:
        envelope.lost.append(STOP_SEQUENCE_LOST)
    refused = "refusal" in message
    completion: dict[str, object] = {
        "id": answer_id(answer.id, envelope.seed),
        "object": "chat.completion",
        "created": envelope.created,
        "model": answer.model or envelope.model,
        "choices": [{"index": 0, "message": message, "finish_reason": write_finish(answer.finish, refused=refused)}],
    }
    if answer.usage is not None:
        completion["usage"] = write_usage(answer.usage)
    return msgspec.json.encode(completion)


def _message(message: Message, envelope: Envelope) -> dict[str, object]:
    """Texts join without anything between: cited fragments of one sentence come as several."""
    texts: list[str] = []
    refusals: list[str] = []
    thoughts: list[str] = []
    blocks: list[dict[str, str]] = []
    citations: list[dict[str, object]] = []
    calls: list[dict[str, object]] = []
    length = 0
    for part in message.parts:
        match part:
            case Text():
                start, length = length, length + len(part.text)
                texts.append(part.text)
                written = [cited for each in part.citations if (cited := write_citation(each, start, length))]
                envelope.lost.extend(lost_citations(part.citations))
                citations += written
            case Refusal():
                refusals.append(part.text)
            case Thinking() | RedactedThinking():
                thoughts.append(part.text if isinstance(part, Thinking) else "")
                if block := write_thinking(part):
                    blocks.append(block)
                elif isinstance(part, Thinking) and part.encrypted:
                    envelope.lost.append(PROOF_LOST)
            case ToolCall():
                calls.append(write_call(part, part.id or call_id(envelope.seed, len(calls))))
            case Audio(transcript=str(transcript)) if transcript:
                envelope.lost.append(lost_part(part))
                length += len(transcript)
                texts.append(transcript)
            case _:
                envelope.lost.append(lost_part(part))
    members = {
        "refusal": "".join(refusals),
        "reasoning_content": "".join(thoughts),
        "thinking_blocks": blocks,
        "annotations": citations,
        "tool_calls": calls,
    }
    content = "".join(texts) or None
    return {"role": "assistant", "content": content, **{name: value for name, value in members.items() if value}}


def write_call(call: ToolCall, identifier: str) -> dict[str, object]:
    """Blank arguments become an empty object: clients parse them."""
    extras = msgspec.json.decode(call.extras, type=dict[str, msgspec.Raw]) if call.extras else {}
    if call.custom:
        return {"id": identifier, "type": "custom", "custom": {"name": call.name, "input": call.arguments}, **extras}
    arguments = call.arguments if call.arguments.strip() else "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": identifier, "type": "function", "function": function, **extras}
