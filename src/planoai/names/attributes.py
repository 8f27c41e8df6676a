"""Every name on a span: spans, services, attributes and events. The tables of `docs/observability.md` are made from ATTRIBUTES."""

from typing import Literal, NamedTuple

Kind = Literal["string", "int", "double", "bool", "string[]"]
On = Literal["request", "attempt", "signal event"]

# Values of `service.name`, by which the stages of a request are told apart.
PLANO = "plano"
SERVICE_INBOUND = "plano(inbound)"
SERVICE_LLM = "plano(llm)"
SERVICE_OUTBOUND = "plano(outbound)"
SERVICE_NAME = "service.name"
SERVICE_OVERRIDE = "service.name.override"  # beside the attributes of a span, for who reads them without the resource

FLAG = " 🚩"  # ends the name of a span whose conversation is worth a look
FIRST_TOKEN = "llm.time_to_first_token"  # noqa: S105 - the name of an attribute, and of an event

COMPONENT = "component"
REQUEST = "request_id"
METHOD = "http.method"
PATH = "http.path"
TARGET = "http.target"
UPSTREAM_TARGET = "http.upstream_target"
STATUS = "http.status_code"
USER_AGENT = "http.user_agent"
REQUEST_BYTES = "http.request_content_length"
RESPONSE_BYTES = "http.response_content_length"
PEER = "client.address"
ERROR = "error"
ERROR_TYPE = "error.type"
ERROR_MESSAGE = "error.message"

MODEL_REQUESTED = "model.requested"
UPSTREAM = "routing.upstream_endpoint"
SESSION = "plano.session_id"
THREAD = "plano.conversation_id"
PERSON = "plano.distinct_id"
OUTCOME = "plano.outcome"
HANDLER = "plano.handler"
ATTEMPT = "plano.attempt"
ATTEMPTS = "plano.attempts"
OVERHEAD = "plano.overhead_ms"

LLM_MODEL = "llm.model"
LLM_PROVIDER = "llm.provider"
LLM_OPERATION = "llm.operation_type"
LLM_STREAMING = "llm.is_streaming"
LLM_TEMPERATURE = "llm.temperature"
LLM_TOP_P = "llm.top_p"
LLM_MAX_TOKENS = "llm.max_tokens"
LLM_TOOLS = "llm.tools"
LLM_PREVIEW = "llm.user_message_preview"
LLM_DURATION = "llm.duration_ms"
LLM_BYTES = "llm.response_bytes"
LLM_PROMPT = "llm.usage.prompt_tokens"
LLM_COMPLETION = "llm.usage.completion_tokens"
LLM_TOTAL = "llm.usage.total_tokens"
LLM_CACHED = "llm.usage.cached_input_tokens"
LLM_CACHE_WRITE = "llm.usage.cache_creation_tokens"
LLM_REASONING = "llm.usage.reasoning_tokens"
LLM_INPUT_COST = "llm.usage.input_cost_usd"
LLM_OUTPUT_COST = "llm.usage.output_cost_usd"
LLM_COST = "llm.usage.total_cost_usd"
LLM_ANSWER = "llm.response_preview"

GEN_OPERATION = "gen_ai.operation.name"
GEN_PROVIDER = "gen_ai.provider.name"
GEN_REQUEST_MODEL = "gen_ai.request.model"
GEN_RESPONSE_MODEL = "gen_ai.response.model"
GEN_RESPONSE_ID = "gen_ai.response.id"
GEN_TEMPERATURE = "gen_ai.request.temperature"
GEN_TOP_P = "gen_ai.request.top_p"
GEN_MAX_TOKENS = "gen_ai.request.max_tokens"
GEN_FINISH = "gen_ai.response.finish_reasons"
GEN_INPUT = "gen_ai.usage.input_tokens"
GEN_OUTPUT = "gen_ai.usage.output_tokens"
GEN_CACHED = "gen_ai.usage.cache_read.input_tokens"
GEN_CACHE_WRITE = "gen_ai.usage.cache_creation.input_tokens"
GEN_CONVERSATION = "gen_ai.conversation.id"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"

SIGNALS_QUALITY = "signals.quality"
SIGNALS_SCORE = "signals.quality_score"
SIGNALS_TURNS = "signals.turn_count"
SIGNALS_EFFICIENCY = "signals.efficiency_score"
SIGNALS_COUNT = "signals.{layer}.{category}.count"
SIGNALS_SEVERITY = "signals.{layer}.{category}.severity"
SIGNALS_REPAIR = "signals.follow_up.repair.count"
SIGNALS_REPAIR_RATIO = "signals.follow_up.repair.ratio"
SIGNALS_FRUSTRATION = "signals.frustration.count"
SIGNALS_FRUSTRATION_SEVERITY = "signals.frustration.severity"
SIGNALS_REPETITION = "signals.repetition.count"
SIGNALS_ESCALATION = "signals.escalation.requested"
SIGNALS_PRAISE = "signals.positive_feedback.count"

SIGNAL_EVENT = "signal.{type}"
SIGNAL_TYPE = "signal.type"
SIGNAL_INDEX = "signal.message_index"
SIGNAL_CONFIDENCE = "signal.confidence"
SIGNAL_SNIPPET = "signal.snippet"
SIGNAL_METADATA = "signal.metadata"


class Attribute(NamedTuple):
    """One row of the reference page."""

    name: str
    kind: Kind
    on: tuple[On, ...]
    meaning: str


_REQUEST: tuple[On, ...] = ("request",)
_BOTH: tuple[On, ...] = ("request", "attempt")
_EVENT: tuple[On, ...] = ("signal event",)

ATTRIBUTES = (
    Attribute(SERVICE_OVERRIDE, "string", _BOTH, "the stage, as in `service.name` of the resource"),
    Attribute(COMPONENT, "string", _REQUEST, "`llm`, where a model was asked"),
    Attribute(REQUEST, "string", _BOTH, "`x-request-id`"),
    Attribute(METHOD, "string", _BOTH, "of the request"),
    Attribute(PATH, "string", _REQUEST, "of the request, without its query"),
    Attribute(TARGET, "string", _BOTH, "the same; of an attempt, the path at the upstream"),
    Attribute(UPSTREAM_TARGET, "string", _REQUEST, "the path at the upstream that answered"),
    Attribute(STATUS, "int", _BOTH, "what the client was told; of an attempt, what the upstream answered"),
    Attribute(USER_AGENT, "string", _REQUEST, "of the client"),
    Attribute(REQUEST_BYTES, "int", _REQUEST, "of the body that came"),
    Attribute(RESPONSE_BYTES, "int", _REQUEST, "of the body that went"),
    Attribute(PEER, "string", _REQUEST, "address of the client"),
    Attribute(ERROR, "bool", _BOTH, "`true` where it went wrong; else absent"),
    Attribute(ERROR_TYPE, "string", _BOTH, "the code of our error, the status of an upstream's, or what became of the answer"),
    Attribute(ERROR_MESSAGE, "string", _REQUEST, "what the client was told"),
    Attribute(MODEL_REQUESTED, "string", _REQUEST, "the model as the client named it"),
    Attribute(UPSTREAM, "string", _REQUEST, "origin of the upstream that answered"),
    Attribute(SESSION, "string", _REQUEST, "the session header, where there is one"),
    Attribute(THREAD, "string", _REQUEST, "the same for all turns of one conversation: of system text, tools and the first user message"),
    Attribute(PERSON, "string", _REQUEST, "the header that an exporter names in `distinct_id_header`"),
    Attribute(OUTCOME, "string", _REQUEST, "`completed`, `failed`, `cut`, `stopped`, `cancelled` or `lost`"),
    Attribute(HANDLER, "string", _REQUEST, "what was asked of us, as the label of the metrics"),
    Attribute(ATTEMPT, "int", ("attempt",), "its number, from 1"),
    Attribute(ATTEMPTS, "int", _REQUEST, "how often upstreams were asked"),
    Attribute(OVERHEAD, "double", _REQUEST, "our own time before an upstream was asked"),
    Attribute(LLM_MODEL, "string", _BOTH, "the model that answered, as the upstream calls it; else the one that was asked"),
    Attribute(LLM_PROVIDER, "string", _BOTH, "the provider that was asked"),
    Attribute(LLM_OPERATION, "string", _REQUEST, "as `gen_ai.operation.name`"),
    Attribute(LLM_STREAMING, "bool", _REQUEST, "whether a stream was asked for"),
    Attribute(LLM_TEMPERATURE, "string", _REQUEST, "where the client gave one"),
    Attribute(LLM_TOP_P, "double", _REQUEST, "where the client gave one"),
    Attribute(LLM_MAX_TOKENS, "int", _REQUEST, "where the client gave one"),
    Attribute(LLM_TOOLS, "string", _REQUEST, "one `name(...)` a line"),
    Attribute(LLM_PREVIEW, "string", _REQUEST, "the first 50 characters of the last message; with `capture: none` absent"),
    Attribute(LLM_ANSWER, "string", _REQUEST, "the first 50 characters of the answer; with `capture: none` absent"),
    Attribute(FIRST_TOKEN, "int", _REQUEST, "milliseconds from the request to the upstream to the first byte for the client; an event, too"),
    Attribute(LLM_DURATION, "int", _REQUEST, "milliseconds, from the first byte of the request to the last of the answer"),
    Attribute(LLM_BYTES, "int", _REQUEST, "of the answer"),
    Attribute(LLM_PROMPT, "int", _REQUEST, "tokens of the input, cached ones included"),
    Attribute(LLM_COMPLETION, "int", _REQUEST, "tokens of the answer, reasoning included"),
    Attribute(LLM_TOTAL, "int", _REQUEST, "both"),
    Attribute(LLM_CACHED, "int", _REQUEST, "tokens that were read from the provider's cache"),
    Attribute(LLM_CACHE_WRITE, "int", _REQUEST, "tokens that were written to it"),
    Attribute(LLM_REASONING, "int", _REQUEST, "tokens that were thought and not said"),
    Attribute(LLM_INPUT_COST, "double", _REQUEST, "US dollars"),
    Attribute(LLM_OUTPUT_COST, "double", _REQUEST, "US dollars"),
    Attribute(LLM_COST, "double", _REQUEST, "US dollars"),
    Attribute(GEN_OPERATION, "string", _BOTH, "`chat`, or what else stands in the path, such as `embeddings`"),
    Attribute(GEN_PROVIDER, "string", _BOTH, "as `llm.provider`"),
    Attribute(GEN_REQUEST_MODEL, "string", _BOTH, "the model that the upstream was asked for"),
    Attribute(GEN_RESPONSE_MODEL, "string", _BOTH, "the model that the upstream told"),
    Attribute(GEN_RESPONSE_ID, "string", _REQUEST, "the id of its answer"),
    Attribute(GEN_TEMPERATURE, "double", _REQUEST, "where the client gave one"),
    Attribute(GEN_TOP_P, "double", _REQUEST, "where the client gave one"),
    Attribute(GEN_MAX_TOKENS, "int", _REQUEST, "where the client gave one"),
    Attribute(GEN_FINISH, "string[]", _REQUEST, "why the model stopped"),
    Attribute(GEN_INPUT, "int", _REQUEST, "tokens of the input, cached ones included"),
    Attribute(GEN_OUTPUT, "int", _REQUEST, "tokens of the answer"),
    Attribute(GEN_CACHED, "int", _REQUEST, "tokens that were read from the provider's cache"),
    Attribute(GEN_CACHE_WRITE, "int", _REQUEST, "tokens that were written to it"),
    Attribute(GEN_CONVERSATION, "string", _REQUEST, "as `plano.session_id`"),
    Attribute(SERVER_ADDRESS, "string", ("attempt",), "host of the upstream"),
    Attribute(SERVER_PORT, "int", ("attempt",), "its port"),
    Attribute(SIGNALS_QUALITY, "string", _REQUEST, "`excellent`, `good`, `neutral`, `poor` or `severe`"),
    Attribute(SIGNALS_SCORE, "double", _REQUEST, "0 to 100"),
    Attribute(SIGNALS_TURNS, "int", _REQUEST, "turns of the user"),
    Attribute(SIGNALS_EFFICIENCY, "double", _REQUEST, "falls from 1.0 with every turn past the fifth"),
    Attribute(SIGNALS_COUNT, "int", _REQUEST, "signals of a category, such as `signals.execution.failure.count`; absent where there are none"),
    Attribute(SIGNALS_SEVERITY, "int", _REQUEST, "1 to 3, beside each count"),
    Attribute(SIGNALS_REPAIR, "int", _REQUEST, "older name: misalignments"),
    Attribute(SIGNALS_REPAIR_RATIO, "string", _REQUEST, "older name: misalignments a turn of the user, three decimals"),
    Attribute(SIGNALS_FRUSTRATION, "int", _REQUEST, "older name: negative stances"),
    Attribute(SIGNALS_FRUSTRATION_SEVERITY, "int", _REQUEST, "older name: their severity"),
    Attribute(SIGNALS_REPETITION, "int", _REQUEST, "older name: stagnation"),
    Attribute(SIGNALS_ESCALATION, "bool", _REQUEST, "older name: `true` where somebody else was asked for, or somebody gave up; else absent"),
    Attribute(SIGNALS_PRAISE, "int", _REQUEST, "older name: satisfaction"),
    Attribute(SIGNAL_TYPE, "string", _EVENT, "`layer.category.leaf`"),
    Attribute(SIGNAL_INDEX, "int", _EVENT, "the row of the conversation that shows it"),
    Attribute(SIGNAL_CONFIDENCE, "double", _EVENT, "0 to 1"),
    Attribute(SIGNAL_SNIPPET, "string", _EVENT, "the words that show it; absent where there are none, and with `capture: none`"),
    Attribute(SIGNAL_METADATA, "string", _EVENT, "compact JSON, at least `{}`"),
)  # fmt: skip
