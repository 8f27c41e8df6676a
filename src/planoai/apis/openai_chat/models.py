"""What depends on a model's id alone, for models that OpenAI's own rules apply to wherever they are served."""

import re
from functools import lru_cache

_OPENAI_REASONING = re.compile(r"^(?:.*/)?(?:o[134](?![a-z0-9])|gpt-5(?!\d|[\d.]*-chat))", re.IGNORECASE)
_REASONING = re.compile(
    r"^(?:.*/)?(?:o[134](?![a-z0-9])|gpt-5|gpt-oss|grok-3-mini|grok-4|gemini-(?:2\.5|[3-9])|deepseek-(?:reasoner|r1|v3\.[1-9]|v[4-9])"
    r"|magistral|qwen3|qwq|glm-(?:4\.[5-9]|[5-9])|kimi-k2-thinking|kimi-k(?:2\.[5-9]|[3-9])|claude-(?:3-7|3\.7|opus-4|sonnet-4|haiku-4))",
    re.IGNORECASE,
)
_REMEMBERED = 1024  # models; clients may name any number
_SAMPLING = ("temperature", "top_p", "frequency_penalty", "presence_penalty", "logprobs", "top_logprobs")
_KIMI_CODING = ("stream_options", "reasoning_effort", "web_search_options", "service_tier", "store")


@lru_cache(_REMEMBERED)
def counts_completion(model: str) -> bool:
    """Whether the limit must be called `max_completion_tokens`: OpenAI's o-series and gpt-5."""
    return _OPENAI_REASONING.match(model) is not None


@lru_cache(_REMEMBERED)
def reasons(model: str) -> bool:
    """Whether the model is known to think, so that an effort may be asked of it."""
    return _REASONING.match(model) is not None


def refused(model: str, effort: str | None) -> tuple[str, ...]:
    """The fields that this model answers with 400. OpenAI's reasoning models sample as they like unless told not to reason."""
    if model.rpartition("/")[2] == "kimi-for-coding":
        return _KIMI_CODING
    return _SAMPLING if counts_completion(model) and effort != "none" else ()
