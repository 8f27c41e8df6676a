"""An observation -> the attributes of its spans. Pure."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from planoai.names import attributes as name
from planoai.observability.lens import shortened
from planoai.observability.observation import Instance, Observation, Signals, error_class, named
from planoai.observability.record import Attempt
from planoai.signals.signal import severity

Value = str | int | float | bool | tuple[str, ...]
Attributes = dict[str, Value]

_CHAT = "chat"
_ESCALATES = ("interaction.disengagement.escalation", "interaction.disengagement.quit")


def of_request(observation: Observation) -> Attributes:
    """Whatever was asked."""
    opened, closed = observation.opened, observation.closed
    told: Attributes = {
        name.REQUEST: opened.request_id.decode("latin-1"),
        name.METHOD: opened.method,
        name.PATH: opened.path,
        name.TARGET: opened.path,
        name.PEER: opened.peer,
        name.HANDLER: opened.handler,
        name.OUTCOME: closed.outcome,
        name.REQUEST_BYTES: closed.bytes_in,
        name.RESPONSE_BYTES: closed.bytes_out,
    }
    if closed.status:
        told[name.STATUS] = closed.status
    if agent := dict(reversed(opened.headers)).get(b"user-agent"):
        told[name.USER_AGENT] = agent.decode("latin-1")
    if observation.session:
        told[name.SESSION] = told[name.GEN_CONVERSATION] = observation.session
    if observation.person:
        told[name.PERSON] = observation.person
    if kind := _error(observation):
        told[name.ERROR] = True
        told[name.ERROR_TYPE] = kind
        if closed.told:
            told[name.ERROR_MESSAGE] = closed.told
    return told


def of_model_call(observation: Observation) -> Attributes:
    """Of the request, where a model was asked."""
    opened, closed, chosen = observation.opened, observation.closed, observation.chosen
    operation = _operation(observation)
    told: Attributes = {
        name.COMPONENT: "llm",
        name.LLM_STREAMING: opened.stream,
        name.LLM_OPERATION: operation,
        name.GEN_OPERATION: operation,
        name.LLM_DURATION: _milliseconds(closed.ended),
        name.LLM_BYTES: closed.bytes_out,
        name.ATTEMPTS: len(closed.attempts),
    }
    if opened.model:
        told[name.MODEL_REQUESTED] = opened.model
    if model := observation.model or (chosen.full_name if chosen else opened.model):
        told[name.LLM_MODEL] = model
    if chosen is not None:
        told |= _asked_of(chosen)
        told[name.UPSTREAM] = chosen.origin
        told[name.UPSTREAM_TARGET] = chosen.path
    if observation.model:
        told[name.GEN_RESPONSE_MODEL] = observation.model
    if observation.response:
        told[name.GEN_RESPONSE_ID] = observation.response
    if observation.finish is not None:
        told[name.GEN_FINISH] = (observation.finish,)
    if observation.overhead is not None:
        told[name.OVERHEAD] = round(observation.overhead * 1000, 3)
    if observation.ttft is not None:
        told[name.FIRST_TOKEN] = _milliseconds(observation.ttft)
    return told | _of_content(observation) | _of_usage(observation)


def of_attempt(observation: Observation, attempt: Attempt, number: int, *, chosen: bool) -> Attributes:
    parts = urlsplit(attempt.origin)
    told: Attributes = {
        name.REQUEST: observation.opened.request_id.decode("latin-1"),
        name.ATTEMPT: number,
        name.METHOD: "POST",
        name.TARGET: attempt.path,
        name.GEN_OPERATION: _operation(observation),
        name.LLM_MODEL: attempt.model,
        name.SERVER_ADDRESS: parts.hostname or "",
        name.SERVER_PORT: parts.port or (443 if parts.scheme == "https" else 80),
        **_asked_of(attempt),
    }
    if attempt.status:
        told[name.STATUS] = attempt.status
    if chosen and observation.model:
        told[name.GEN_RESPONSE_MODEL] = observation.model
    if (kind := error_class(attempt)) != "none" or attempt.status >= 400:
        told[name.ERROR] = True
        told[name.ERROR_TYPE] = str(attempt.status) if attempt.status >= 400 else kind
    return told


def of_signals(signals: Signals) -> Attributes:
    told: Attributes = {
        name.SIGNALS_QUALITY: signals.quality,
        name.SIGNALS_SCORE: signals.score,
        name.SIGNALS_TURNS: signals.turns,
        name.SIGNALS_EFFICIENCY: signals.efficiency,
    }
    categories = Counter(each.type.rpartition(".")[0] for each in signals.found)
    for place, count in categories.items():
        layer, _, category = place.partition(".")
        told[name.SIGNALS_COUNT.format(layer=layer, category=category)] = count
        told[name.SIGNALS_SEVERITY.format(layer=layer, category=category)] = severity(count)
    return told | _by_older_names(signals, categories)


def of_signal(instance: Instance) -> Attributes:
    told: Attributes = {
        name.SIGNAL_TYPE: instance.type,
        name.SIGNAL_INDEX: instance.index,
        name.SIGNAL_CONFIDENCE: instance.confidence,
    }
    if instance.snippet:
        told[name.SIGNAL_SNIPPET] = instance.snippet
    told[name.SIGNAL_METADATA] = instance.metadata
    return told


def _by_older_names(signals: Signals, categories: Mapping[str, int]) -> Attributes:
    types = Counter(each.type for each in signals.found)
    told: Attributes = {}
    if repairs := categories.get("interaction.misalignment", 0):
        told[name.SIGNALS_REPAIR] = repairs
        told[name.SIGNALS_REPAIR_RATIO] = f"{repairs / max(signals.user_turns, 1):.3f}"
    if frustrated := types["interaction.disengagement.negative_stance"]:
        told[name.SIGNALS_FRUSTRATION] = frustrated
        told[name.SIGNALS_FRUSTRATION_SEVERITY] = severity(frustrated)
    if repeated := categories.get("interaction.stagnation", 0):
        told[name.SIGNALS_REPETITION] = repeated
    if any(types[each] for each in _ESCALATES):
        told[name.SIGNALS_ESCALATION] = True
    if praised := categories.get("interaction.satisfaction", 0):
        told[name.SIGNALS_PRAISE] = praised
    return told


def _of_content(observation: Observation) -> Attributes:
    told: Attributes = {}
    if (asked := observation.asked) is not None:
        if asked.temperature is not None:
            told[name.LLM_TEMPERATURE] = str(asked.temperature)
            told[name.GEN_TEMPERATURE] = asked.temperature
        if asked.top_p is not None:
            told[name.LLM_TOP_P] = told[name.GEN_TOP_P] = asked.top_p
        if asked.max_tokens is not None:
            told[name.LLM_MAX_TOKENS] = told[name.GEN_MAX_TOKENS] = asked.max_tokens
        if asked.tools:
            told[name.LLM_TOOLS] = "\n".join(f"{tool}(...)" for tool in asked.tools)
        if asked.preview:
            told[name.LLM_PREVIEW] = asked.preview
        if asked.thread:
            told[name.THREAD] = asked.thread.hex()
    if (answer := observation.answer) is not None and answer.text:
        told[name.LLM_ANSWER] = shortened(answer.text)
    return told


def _of_usage(observation: Observation) -> Attributes:
    usage, cost = observation.usage, observation.cost
    told: Attributes = {}
    if usage is not None:
        told = {
            name.LLM_PROMPT: usage.input,
            name.GEN_INPUT: usage.input,
            name.LLM_COMPLETION: usage.output,
            name.GEN_OUTPUT: usage.output,
            name.LLM_TOTAL: usage.total,
        }
        if usage.cache_read:
            told[name.LLM_CACHED] = told[name.GEN_CACHED] = usage.cache_read
        if usage.cache_write:
            told[name.LLM_CACHE_WRITE] = told[name.GEN_CACHE_WRITE] = usage.cache_write
        if usage.reasoning:
            told[name.LLM_REASONING] = usage.reasoning
    if cost is not None:
        told |= {name.LLM_INPUT_COST: cost.input, name.LLM_OUTPUT_COST: cost.output, name.LLM_COST: cost.total}
    return told


def _asked_of(attempt: Attempt) -> Attributes:
    provider, _ = named(attempt.full_name)
    return {name.LLM_PROVIDER: provider, name.GEN_PROVIDER: provider, name.GEN_REQUEST_MODEL: attempt.model}


def _error(observation: Observation) -> str:
    """What went wrong, "" where nothing did."""
    closed = observation.closed
    if closed.error:
        return closed.error
    if closed.status >= 400:
        return str(closed.status)
    return "" if closed.outcome == "completed" else closed.outcome


def _operation(observation: Observation) -> str:
    if observation.opened.dialect:
        return _CHAT
    return observation.opened.path.removeprefix("/v1/").removesuffix("/").replace("/", ".") or _CHAT


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))
