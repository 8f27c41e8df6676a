"""What a model answers with 400: wherever it is served, known by its id alone, or at one server, known by the server's row."""

import re
from collections.abc import Mapping

from planoai.apis.dialect import Accepts
from planoai.apis.models import habits

# OpenAI's bookkeeping.
ACCOUNT = ("store", "metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier")

_SAMPLING = ("temperature", "top_p", "frequency_penalty", "presence_penalty", "logprobs", "top_logprobs")
_KIMI_CODING = ("stream_options", "reasoning_effort", "web_search_options", "service_tier", "store")


def limit_name(model: str, usual: str) -> str:
    """What the limit of the answer's length is called: OpenAI's reasoning models take one name only, others the server's `usual` one."""
    return "max_completion_tokens" if habits(model).openai else usual


def refused(model: str, effort: str | None) -> tuple[str, ...]:
    """OpenAI's reasoning models sample as they like unless told not to reason, and its o-series calls tools one by one."""
    if model.rpartition("/")[2] == "kimi-for-coding":
        return _KIMI_CODING
    if not habits(model).openai:
        return ()
    if "gpt" not in model.lower():
        return (*_SAMPLING, "parallel_tool_calls")
    return () if effort == "none" else _SAMPLING


def efforts_there(model: str, accepts: Accepts) -> Mapping[str, str] | None:
    """The words that `model` has for efforts at that server, where it refuses all others; None where nothing is known of it."""
    return next((dict(words) for pattern, words in accepts.efforts if re.fullmatch(pattern, model)), None)
