"""How an answer ended and what it consumed."""

from planoai.apis.bedrock_converse.wire import ModelFields, TokenUsage
from planoai.conversation.event import Finished, FinishReason, settled
from planoai.conversation.usage import Usage

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "model_context_window_exceeded": "context_full",
    "tool_use": "tool_calls",
    "guardrail_intervened": "filtered",
    "content_filtered": "filtered",
    "malformed_model_output": "malformed",
    "malformed_tool_use": "malformed",
}


def finished(told: str | None, beside: ModelFields | None, *, called: bool) -> Finished:
    """What we have no word for is a natural end. `called`: the answer holds calls to run."""
    reason = settled(_REASONS.get(told or ""), called=called)
    return Finished(reason, beside.stop_sequence if beside is not None and reason == "stop_sequence" else None)


def read_usage(told: TokenUsage) -> Usage:
    """Tokens read from a cache and written to one are counted beside `inputTokens`, as Anthropic does."""
    hours = (each.input_tokens or 0 for each in told.cache_details or () if each.ttl == "1h")
    return Usage(
        fresh=told.input_tokens or 0,
        cache_read=told.cache_read_input_tokens or 0,
        cache_write=told.cache_write_input_tokens or 0,
        output=told.output_tokens or 0,
        cache_write_1h=sum(hours),
    )
