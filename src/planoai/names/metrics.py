"""Every metric that can be scraped, once: what it is called, what it counts, its labels with their values, its buckets.

`brightstaff_*` and `process_*` are names that dashboards in the field read. A family without a sample yet is exposed all the same, with its help and type.
"""

from typing import Literal

from msgspec import Struct

Type = Literal["counter", "gauge", "histogram"]


class Label(Struct, frozen=True):
    """`values`: all there are, where they are known beforehand; otherwise `says` tells which there can be."""

    name: str
    values: tuple[str, ...] = ()
    says: str = ""


class Family(Struct, frozen=True):
    """`buckets`: upper limits, the infinite one left out. The name of a counter ends with `_total`."""

    name: str
    type: Type
    help: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()


OTHER = "other"  # what stands for the values that there is no room for, or no name
UNKNOWN = "unknown"

HANDLER = Label(
    "handler",
    (
        "llm_chat",
        "agent_chat",
        "routing_decision",
        "function_calling",
        "passthrough",
        "count_tokens",
        "list_models",
        "cors_preflight",
        "about",
        "not_found",
    ),
)
METHOD = Label("method", ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "OTHER"))
STATUS_CLASS = Label("status_class", ("1xx", "2xx", "3xx", "4xx", "5xx", OTHER))
UPSTREAM_STATUS_CLASS = Label("status_class", (*STATUS_CLASS.values, "error"))
ERROR_CLASS = Label("error_class", ("none", "timeout", "connect", "parse", "stream", "429", "5xx", OTHER))
PROVIDER = Label("provider", says="what stands before the first `/` of the full name; `unknown` without one; `other`")
MODEL = Label("model", says="what stands after it; `other` from the 201st pair of provider and model on")
KIND = Label("kind", ("prompt", "completion", "cache_read", "cache_write"))
CACHE_OUTCOME = Label("outcome", ("hit", "miss"))
ROUTE = Label("route", ("llm", "routing", "agent"))
SELECTED_MODEL = Label(
    "selected_model", says="the full name; `none` where the default was taken, `unknown` on an error"
)
FALLBACK = Label("fallback", ("true", "false"))
ROUTING_OUTCOME = Label("outcome", ("decision_served", "no_candidates", "policy_error"))
SESSION_OUTCOME = Label("outcome", ("hit", "miss", "store", "error", "store_error"))
SIGNAL = Label("type", says="`layer.category.leaf`, see signals")
QUALITY = Label("quality", ("excellent", "good", "neutral", "poor", "severe"))
DROPPED = Label("kind", ("exchange", "body", "store"))
EXPORTER = Label("exporter", says="`otlp`, `otlp_metrics`, or the type of another one")
ROLE = Label("role", ("supervisor", "worker", "recorder"))
VERSION = Label("version", says="of planoai")
GIT_SHA = Label("git_sha", says="the commit it was installed from; `unknown` where it came as a package")

_PAIR = (PROVIDER, MODEL)

_HTTP = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_LLM = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_ROUTER = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_OVERHEAD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_PER_TOKEN = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
_RATE = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0)
_LENGTH = tuple(4.0**power for power in range(12))  # as OpenTelemetry advises for tokens

REQUESTS = Family(
    "brightstaff_http_requests_total",
    "counter",
    "Requests of clients that have ended, whatever the answer.",
    (HANDLER, METHOD, STATUS_CLASS),
)
REQUEST_SECONDS = Family(
    "brightstaff_http_request_duration_seconds",
    "histogram",
    "From the head of a request to the last byte of its answer.",
    (HANDLER,),
    _HTTP,
)
IN_FLIGHT = Family(
    "brightstaff_http_in_flight_requests", "gauge", "Requests that have begun and not ended.", (HANDLER,)
)
UPSTREAM_REQUESTS = Family(
    "brightstaff_llm_upstream_requests_total",
    "counter",
    "Requests to providers, every try counted; status_class is error where no answer came.",
    (*_PAIR, UPSTREAM_STATUS_CLASS, ERROR_CLASS),
)
UPSTREAM_SECONDS = Family(
    "brightstaff_llm_upstream_duration_seconds",
    "histogram",
    "From a request to a provider to the last byte of its answer, or to its failure.",
    _PAIR,
    _LLM,
)
FIRST_TOKEN_SECONDS = Family(
    "brightstaff_llm_time_to_first_token_seconds",
    "histogram",
    "From the request to the provider to the first byte of a stream for the client.",
    _PAIR,
    _LLM,
)
TOKENS = Family(
    "brightstaff_llm_tokens_total",
    "counter",
    "Tokens, as providers count them. Those of kind cache_read and cache_write are among those of kind prompt.",
    (*_PAIR, KIND),
)
USAGE_MISSING = Family(
    "brightstaff_llm_tokens_usage_missing_total",
    "counter",
    "Answers of models whose tokens nobody told, or whose end was not seen.",
    _PAIR,
)
CACHED_PROMPTS = Family(
    "brightstaff_prompt_cache_requests_total",
    "counter",
    "Answers whose prompt was read from the provider's cache, at least in part, and those where nothing of it was.",
    (*_PAIR, CACHE_OUTCOME),
)
PER_TOKEN_SECONDS = Family(
    "plano_llm_time_per_output_token_seconds",
    "histogram",
    "Of a stream: from its first byte to its last, for each token after the first.",
    _PAIR,
    _PER_TOKEN,
)
TOKEN_RATE = Family(
    "plano_llm_tokens_per_second",
    "histogram",
    "Tokens of an answer, by the seconds from the request to the provider to its last byte.",
    _PAIR,
    _RATE,
)
INPUT_LENGTH = Family(
    "plano_llm_input_sequence_length_tokens",
    "histogram",
    "Tokens of a prompt, those from a cache included.",
    _PAIR,
    _LENGTH,
)
OUTPUT_LENGTH = Family(
    "plano_llm_output_sequence_length_tokens",
    "histogram",
    "Tokens of an answer, those that were thought included.",
    _PAIR,
    _LENGTH,
)
COST = Family(
    "plano_cost_usd_total", "counter", "What answers cost in US dollars, where a price of the model is known.", _PAIR
)
OVERHEAD_SECONDS = Family(
    "plano_overhead_seconds",
    "histogram",
    "The gateway's own time: from the end of a client's request to the beginning of the first one to a provider.",
    (),
    _OVERHEAD,
)
SIGNALS = Family(
    "plano_signals_total",
    "counter",
    "Behavioural signals in conversations. What a conversation shows again with its next turn counts once.",
    (SIGNAL,),
)
CONVERSATIONS = Family(
    "plano_conversations_total",
    "counter",
    "Conversations, once for each quality that they have had.",
    (QUALITY,),
)
ROUTER_DECISIONS = Family(
    "brightstaff_router_decisions_total",
    "counter",
    "Models that were chosen by what a request is about.",
    (ROUTE, SELECTED_MODEL, FALLBACK),
)
ROUTER_SECONDS = Family(
    "brightstaff_router_decision_duration_seconds", "histogram", "How long choosing took.", (ROUTE,), _ROUTER
)
ROUTING_REQUESTS = Family(
    "brightstaff_routing_service_requests_total",
    "counter",
    "Requests that only asked which model would be chosen.",
    (ROUTING_OUTCOME,),
)
SESSION_EVENTS = Family(
    "brightstaff_session_cache_events_total",
    "counter",
    "Looks for the model that a session keeps, and writes of it.",
    (SESSION_OUTCOME,),
)
RECORDS_DROPPED = Family(
    "plano_records_dropped_total",
    "counter",
    "What workers had no room to record: whole exchanges, and bodies or the rest of an answer; and what the store could not take.",
    (DROPPED,),
)
EXPORT_DROPPED = Family(
    "plano_export_dropped_total", "counter", "Requests that an exporter could not tell of, or not wholly.", (EXPORTER,)
)
BUILD_INFO = Family("brightstaff_build_info", "gauge", "Always 1.", (VERSION, GIT_SHA))
PROCESSES = Family("plano_processes", "gauge", "Processes of the gateway that run.", (ROLE,))
ROLE_CPU = Family(
    "plano_process_cpu_seconds_total", "counter", "Processor time of all processes of that role.", (ROLE,)
)
ROLE_RESIDENT = Family("plano_process_resident_memory_bytes", "gauge", "Resident memory of all of them.", (ROLE,))
ROLE_FILES = Family("plano_process_open_fds", "gauge", "Open files and sockets of all of them.", (ROLE,))
ROLE_STARTED = Family(
    "plano_process_start_time_seconds", "gauge", "When the youngest of them started, in seconds of Unix time.", (ROLE,)
)
CPU = Family("process_cpu_seconds_total", "counter", "Processor time of all processes of the gateway.")
RESIDENT = Family("process_resident_memory_bytes", "gauge", "Resident memory of all of them.")
VIRTUAL = Family("process_virtual_memory_bytes", "gauge", "Virtual memory of all of them.")
FILES = Family("process_open_fds", "gauge", "Open files and sockets of all of them.")
MOST_FILES = Family("process_max_fds", "gauge", "How many they may open together.")
THREADS = Family("process_threads", "gauge", "Threads of all of them.")
STARTED = Family("process_start_time_seconds", "gauge", "When the gateway started, in seconds of Unix time.")

FAMILIES = (
    REQUESTS,
    REQUEST_SECONDS,
    IN_FLIGHT,
    UPSTREAM_REQUESTS,
    UPSTREAM_SECONDS,
    FIRST_TOKEN_SECONDS,
    TOKENS,
    USAGE_MISSING,
    CACHED_PROMPTS,
    PER_TOKEN_SECONDS,
    TOKEN_RATE,
    INPUT_LENGTH,
    OUTPUT_LENGTH,
    COST,
    OVERHEAD_SECONDS,
    SIGNALS,
    CONVERSATIONS,
    ROUTER_DECISIONS,
    ROUTER_SECONDS,
    ROUTING_REQUESTS,
    SESSION_EVENTS,
    RECORDS_DROPPED,
    EXPORT_DROPPED,
    BUILD_INFO,
    PROCESSES,
    ROLE_CPU,
    ROLE_RESIDENT,
    ROLE_FILES,
    ROLE_STARTED,
    CPU,
    RESIDENT,
    VIRTUAL,
    FILES,
    MOST_FILES,
    THREADS,
    STARTED,
)
