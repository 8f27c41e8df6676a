"""Tokens as Chat counts them: cached ones inside `prompt_tokens`, reasoning inside `completion_tokens`."""

from planoai.apis.openai_chat.wire import CompletionDetails, PromptDetails, UsageWire
from planoai.conversation.usage import Usage


def read_usage(wire: UsageWire) -> Usage:
    """Some servers count the cache or the reasoning beside the totals instead of inside: the sums tell."""
    prompt, completion = int(wire.prompt_tokens or 0), int(wire.completion_tokens or 0)
    details = wire.prompt_tokens_details or PromptDetails()
    cache_read = int(
        details.cached_tokens or wire.cache_read_input_tokens or wire.prompt_cache_hit_tokens or wire.cached_tokens or 0
    )
    cache_write = int(
        details.cache_write_tokens or details.cache_creation_input_tokens or wire.cache_creation_input_tokens or 0
    )
    cached = cache_read + cache_write
    reasoning = int(
        (wire.completion_tokens_details or CompletionDetails()).reasoning_tokens or wire.reasoning_tokens or 0
    )
    beside = int(wire.total_tokens or 0) - prompt - completion
    apart = completion < reasoning == beside  # xAI again, whatever was cached
    outside = prompt < cached or (0 < beside == cached and not apart)
    if beside > 0 and not outside:  # xAI and Gemini leave reasoning out of completion_tokens, not out of the total
        completion += beside
        reasoning = max(reasoning, beside)
    return Usage(
        fresh=prompt if outside else prompt - cached,
        cache_read=cache_read,
        cache_write=cache_write,
        output=completion,
        reasoning=reasoning,
    )


def write_usage(usage: Usage) -> dict[str, object]:
    """What was written to the cache stands where OpenAI tells it, and where gateways told it before OpenAI had a place for it."""
    written: dict[str, object] = {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }
    if usage.cache_write:
        written["prompt_tokens_details"] = {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write}
        written["cache_creation_input_tokens"] = usage.cache_write
    return written
