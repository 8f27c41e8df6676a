"""How an answer may be drawn: OpenAI's reasoning models draw as they like unless told not to reason, and refuse to be asked."""

from planoai.apis.openai_chat import models

_FIELDS = ("temperature", "top_p", "top_logprobs")

SAMPLING = frozenset(_FIELDS)


def refused(model: str, effort: str | None) -> tuple[str, ...]:
    """The fields of a request that `model` answers with 400."""
    unwanted = models.refused(model, effort)
    return tuple(name for name in _FIELDS if name in unwanted)
