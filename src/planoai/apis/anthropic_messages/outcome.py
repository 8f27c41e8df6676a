"""How an answer ended and what it consumed, in both directions."""

from planoai.apis.anthropic_messages.wire import UsageObject
from planoai.conversation.event import FinishReason, settled
from planoai.conversation.usage import Usage

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "model_context_window_exceeded": "context_full",
    "tool_use": "tool_calls",
    "refusal": "refusal",
    "pause_turn": "pause",
}
_STOP_REASONS: dict[FinishReason, str] = {reason: name for name, reason in _REASONS.items()} | {"filtered": "refusal"}


def finish_reason(told: str | None, *, called: bool) -> FinishReason:
    """What we have no word for is a natural end."""
    return settled(_REASONS.get(told or ""), called=called)


def stop_reason(reason: FinishReason | None, *, called: bool) -> str:
    """`called`: the answer holds calls."""
    return _STOP_REASONS.get(settled(reason, called=called), "end_turn")


def read_usage(told: UsageObject, before: Usage) -> Usage:
    """Counts are cumulative: one that is absent keeps the value it had."""
    details = told.output_tokens_details
    thought = None if details is None else details.thinking_tokens or details.reasoning_tokens
    an_hour = None if told.cache_creation is None else told.cache_creation.ephemeral_1h_input_tokens
    return Usage(
        fresh=before.fresh if told.input_tokens is None else told.input_tokens,
        cache_read=before.cache_read if told.cache_read_input_tokens is None else told.cache_read_input_tokens,
        cache_write=before.cache_write
        if told.cache_creation_input_tokens is None
        else told.cache_creation_input_tokens,
        output=before.output if told.output_tokens is None else told.output_tokens,
        reasoning=before.reasoning if thought is None else thought,
        cache_write_1h=before.cache_write_1h if an_hour is None else an_hour,
    )


def write_usage(usage: Usage) -> dict[str, object]:
    told: dict[str, object] = {
        "input_tokens": usage.fresh,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    }
    if usage.cache_write_1h:
        told["cache_creation"] = {
            "ephemeral_5m_input_tokens": max(usage.cache_write - usage.cache_write_1h, 0),
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        }
    if usage.reasoning:
        told["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return told
