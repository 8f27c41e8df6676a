"""How long, how varied, how deeply thought: a Request's measures in Anthropic's, for the model that is to answer.

Thinking comes with rules of its own: a budget below `max_tokens`, no temperature, no forced tool, and a last turn that still has the thinking
its tool calls came from.
"""

from msgspec import structs

from planoai.apis.anthropic_messages.models import Model
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.models import BUDGETS, EFFORTS, Habits, effort_of, habits, instead, nearest_effort
from planoai.conversation.message import RedactedThinking, Thinking, ToolCall
from planoai.conversation.request import Reasoning, Request

Members = dict[str, object]

LEAST_BUDGET = 1024
_NO_EFFORT = ("none", "minimal")


def write_thinking(
    request: Request, row: Model, most: int, lost: list[str], *, forced: bool
) -> tuple[Members | None, str | None]:
    """The `thinking` object and `output_config.effort`. What can not be had is in `lost`, under the name the client gave it.

    `forced`: the model must call a tool, before which it can not think.
    """
    wanted = request.reasoning
    if wanted is None:
        return None, None
    if request.dialect == NAME:
        return _as_asked(wanted)
    name = request.path("reasoning")
    if wanted.effort is not None and wanted.effort not in EFFORTS:
        lost.append(name)
        wanted = structs.replace(wanted, effort=None)
    if wanted.mode == "disabled" or wanted.effort in _NO_EFFORT:
        return None, None
    if wanted.effort is None and wanted.budget is None and wanted.mode is None:
        if name not in lost:
            lost.append(name)  # only how its summary is to be written
        return None, None
    known = habits(request.model)
    if forced:
        if known.adaptive:
            return None, _effort(wanted, known, name, lost)
        lost.append(f"{name} (no thinking before a forced tool call)")
        return None, None
    if known.adaptive:
        return {"type": "adaptive"}, _effort(wanted, known, name, lost)
    budget = min(wanted.budget or BUDGETS[wanted.effort or "medium"], most - LEAST_BUDGET)
    if not row.thinks or budget < LEAST_BUDGET or calls_without_thinking(request):
        lost.append(name)
        return None, None
    return {"type": "enabled", "budget_tokens": budget}, None


def write_limit(request: Request, lost: list[str]) -> int | None:
    """The most tokens of an answer, None where nobody says: an answer of none is no answer."""
    most = request.sampling.max_tokens
    if most is None or most > 0:
        return most
    lost.append(request.path("max_tokens"))
    return None


def write_sampling(request: Request, row: Model, lost: list[str], *, thinking: bool) -> Members:
    asked = request.sampling
    members: Members = {}
    if asked.temperature is not None:
        if thinking or row.no_samplers:
            lost.append("temperature")
        else:
            members["temperature"] = min(max(asked.temperature, 0), 1)
    if asked.top_p is not None:
        if row.no_samplers or (row.one_sampler and "temperature" in members) or (thinking and asked.top_p < 0.95):
            lost.append("top_p")
        else:
            members["top_p"] = asked.top_p
    if asked.top_k is not None:
        if thinking or row.no_samplers:
            lost.append("top_k")
        else:
            members["top_k"] = asked.top_k
    stop = [each for each in asked.stop if each.strip()]
    lost += [f"{request.path('stop')}[{place}] (blank)" for place, each in enumerate(asked.stop) if not each.strip()]
    if stop:
        members["stop_sequences"] = stop
    lost += [name for name in ("seed", "frequency_penalty", "presence_penalty") if getattr(asked, name) is not None]
    return members


def _as_asked(wanted: Reasoning) -> tuple[Members | None, str | None]:
    if wanted.mode is None:
        return None, wanted.effort
    budget = {} if wanted.budget is None else {"budget_tokens": wanted.budget}
    return {"type": wanted.mode, **budget}, wanted.effort


def _effort(wanted: Reasoning, known: Habits, name: str, lost: list[str]) -> str | None:
    effort = wanted.effort
    if effort is None:
        return None if wanted.budget is None else effort_of(wanted.budget)
    written = nearest_effort(effort, known.efforts)
    if written != effort:
        lost.append(instead(name, effort, written))
    return written


def calls_without_thinking(request: Request) -> bool:
    """Whether the model is in the middle of a turn whose thinking the client has not kept: with a budget, the API then refuses to think on."""
    for message in reversed(request.messages):
        if message.role == "user":
            return False
        if message.role == "assistant" and any(isinstance(part, ToolCall) for part in message.parts):
            return not any(
                isinstance(part, RedactedThinking) or (isinstance(part, Thinking) and part.signature)
                for part in message.parts
            )
    return False
