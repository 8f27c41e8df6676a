"""Why a model stopped, as Chat says it."""

from planoai.conversation.event import FinishReason

_WORDS: dict[FinishReason, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "context_full": "length",
    "tool_calls": "tool_calls",
    "refusal": "content_filter",
    "pause": "stop",
    "malformed": "stop",
}


def write_finish(reason: FinishReason, *, refused: bool) -> str:
    """`refused`: the model said no in its own words, which Chat does not call filtered."""
    return "stop" if refused and reason == "refusal" else _WORDS[reason]
