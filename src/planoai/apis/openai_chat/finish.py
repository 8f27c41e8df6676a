"""Why a model stopped, as Chat says it."""

from planoai.conversation.event import FinishReason

_WORDS: dict[FinishReason, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "context_full": "length",
    "tool_calls": "tool_calls",
    "filtered": "content_filter",
    "refusal": "content_filter",
    "pause": "stop",
    "malformed": "stop",
}


def write_finish(reason: FinishReason, *, refused: bool) -> str:
    """Chat has no word for a refusal that was not told in words; `refused`: it was, and then the model just stopped."""
    return "stop" if refused and reason == "refusal" else _WORDS[reason]
