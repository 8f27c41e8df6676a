"""How an answer ended and what it consumed, as the Responses API says it, in both directions."""

from planoai.apis.openai_responses.wire import InputDetails, OutputDetails, UsageWire
from planoai.conversation.event import FinishReason, settled
from planoai.conversation.usage import Usage

_CUT: dict[FinishReason, str] = {
    "length": "max_output_tokens",
    "context_full": "max_output_tokens",
    "filtered": "content_filter",
    "refusal": "content_filter",
}
_REASONS: dict[str, FinishReason] = {"max_output_tokens": "length", "content_filter": "filtered"}


def incomplete_reason(reason: FinishReason, *, refused: bool) -> str | None:
    """Why an answer is `incomplete`; None for one that is `completed`. `refused`: the model said no in words, and so the answer is whole."""
    return None if refused and reason == "refusal" else _CUT.get(reason)


def finish_reason(status: str | None, reason: str | None, *, called: bool, refused: bool) -> FinishReason:
    """`reason` is that of an incomplete answer: whatever cut it short, it was cut. Any other status is a natural end."""
    if status == "incomplete":
        return _REASONS.get(reason or "", "length")
    settles = settled(None, called=called)
    return "refusal" if refused and settles == "stop" else settles


def write_usage(usage: Usage) -> dict[str, object]:
    """All of it, always: clients take each of these numbers for given."""
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }


def read_usage(wire: UsageWire) -> Usage:
    """Cached tokens are counted inside the input and reasoning inside the output; servers that count them beside are told by the sums."""
    details = wire.input_tokens_details or InputDetails()
    told, output = int(wire.input_tokens or 0), int(wire.output_tokens or 0)
    cache_read, cache_write = int(details.cached_tokens or 0), int(details.cache_write_tokens or 0)
    reasoning = int((wire.output_tokens_details or OutputDetails()).reasoning_tokens or 0)
    cached = cache_read + cache_write
    return Usage(
        fresh=told if told < cached else told - cached,
        cache_read=cache_read,
        cache_write=cache_write,
        output=output + reasoning if output < reasoning else output,
        reasoning=reasoning,
    )
