"""What the dashboard shows, row by row. Pure.

Ratios are divided by at least NOTHING, so that they are right for one request an hour, and 0 where there was none.
"""

from typing import Literal, NamedTuple

NOTHING = "1e-9"

Kind = Literal["timeseries", "stat", "bargauge"]
Steps = tuple[tuple[str, float | None], ...]  # colours, each with the value that it begins at

GOOD_BELOW: Steps = (("green", None), ("yellow", 0.01), ("red", 0.05))
GOOD_ABOVE: Steps = (("red", None), ("yellow", 0.5), ("green", 0.8))
NONE_IS_GOOD: Steps = (("green", None), ("red", 1))
PLAIN: Steps = (("green", None),)


class Query(NamedTuple):
    expr: str
    legend: str = ""


class Panel(NamedTuple):
    """`unit`: as Grafana calls it. `says`: what is behind the little i."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    stacked: bool = False
    steps: Steps = PLAIN
    says: str = ""


class Row(NamedTuple):
    """`abreast`: how many panels stand side by side."""

    title: str
    abreast: int
    panels: tuple[Panel, ...]


def _quantiles(family: str, by: str, legend: str) -> tuple[Query, ...]:
    """p50, p95 and p99 of a histogram. `by`: the labels that are kept, each with a comma before it."""
    return tuple(
        Query(
            f"histogram_quantile({q}, sum by (le{by}) (rate({family}_bucket[5m])))", f"p{q * 100:g} {legend}".rstrip()
        )
        for q in (0.5, 0.95, 0.99)
    )


def _p95(family: str) -> tuple[Query, ...]:
    """Of a histogram, for each model."""
    return (
        Query(
            f"histogram_quantile(0.95, sum by (le, provider, model) (rate({family}_bucket[5m])))",
            "{{provider}}/{{model}}",
        ),
    )


HTTP = Row(
    "HTTP RED",
    4,
    (
        Panel(
            "Rate by handler",
            "reqps",
            (Query("sum by (handler) (rate(brightstaff_http_requests_total[1m]))", "{{handler}}"),),
        ),
        Panel(
            "5xx rate",
            "percentunit",
            (
                Query(
                    '(sum(rate(brightstaff_http_requests_total{status_class="5xx"}[5m])) or vector(0))'
                    f" / clamp_min(sum(rate(brightstaff_http_requests_total[5m])), {NOTHING})"
                ),
            ),
            kind="stat",
            steps=GOOD_BELOW,
            says="Of all answers to clients in five minutes, those with 500 and above.",
        ),
        Panel(
            "Duration p50/p95/p99",
            "s",
            _quantiles("brightstaff_http_request_duration_seconds", ", handler", "{{handler}}"),
            says="To the last byte of the answer: a stream counts until it is over.",
        ),
        Panel(
            "In-flight by handler",
            "short",
            (Query("sum by (handler) (brightstaff_http_in_flight_requests)", "{{handler}}"),),
        ),
    ),
)

UPSTREAM = Row(
    "LLM upstream",
    3,
    (
        Panel("p95 by provider/model", "s", _p95("brightstaff_llm_upstream_duration_seconds")),
        Panel(
            "Errors by provider/class",
            "reqps",
            (
                Query(
                    "sum by (provider, error_class)"
                    ' (rate(brightstaff_llm_upstream_requests_total{error_class!="none"}[5m]))'
                    " or 0 * sum by (provider) (rate(brightstaff_llm_upstream_requests_total[5m]))",
                    "{{provider}} {{error_class}}",
                ),
            ),
            says="Every try that failed counts, also where another one answered.",
        ),
        Panel(
            "TTFT p95 (streaming)",
            "s",
            _p95("brightstaff_llm_time_to_first_token_seconds"),
            says="From the request to the provider to the first byte for the client.",
        ),
        Panel(
            "Token throughput",
            "tokens/s",
            (
                Query(
                    "sum by (provider, model, kind)"
                    ' (rate(brightstaff_llm_tokens_total{kind=~"prompt|completion"}[5m]))',
                    "{{provider}}/{{model}} {{kind}}",
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Time per output token p95 (streaming)",
            "s",
            _p95("plano_llm_time_per_output_token_seconds"),
        ),
        Panel(
            "Answers without usage",
            "reqps",
            (
                Query(
                    "sum by (provider, model) (rate(brightstaff_llm_tokens_usage_missing_total[5m]))",
                    "{{provider}}/{{model}}",
                ),
            ),
            says="Their tokens and their cost are in no other panel.",
        ),
    ),
)

COST = Row(
    "Cost and prompt cache",
    3,
    (
        Panel(
            "Cost per model",
            "currencyUSD",
            (
                Query(
                    "sum by (provider, model) (rate(plano_cost_usd_total[15m])) * 3600",
                    "{{provider}}/{{model}}",
                ),
            ),
            stacked=True,
            says="US dollars an hour, at the pace of the last 15 minutes. `planoai prices` says which prices are known.",
        ),
        Panel(
            "Cost in this time, by model",
            "currencyUSD",
            (Query("sum by (provider, model) (increase(plano_cost_usd_total[$__range]))", "{{provider}}/{{model}}"),),
            kind="bargauge",
        ),
        Panel(
            "Cost in this time",
            "currencyUSD",
            (Query("sum(increase(plano_cost_usd_total[$__range]))"),),
            kind="stat",
        ),
        Panel(
            "Cache tokens",
            "tokens/s",
            (
                Query(
                    "sum by (provider, model, kind)"
                    ' (rate(brightstaff_llm_tokens_total{kind=~"cache_read|cache_write"}[5m]))',
                    "{{provider}}/{{model}} {{kind}}",
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Prompt tokens from cache",
            "percentunit",
            (
                Query(
                    'sum by (provider, model) (rate(brightstaff_llm_tokens_total{kind="cache_read"}[5m]))'
                    " / clamp_min(sum by (provider, model)"
                    f' (rate(brightstaff_llm_tokens_total{{kind="prompt"}}[5m])), {NOTHING})',
                    "{{provider}}/{{model}}",
                ),
            ),
        ),
        Panel(
            "Requests with a cache hit",
            "percentunit",
            (
                Query(
                    'sum(rate(brightstaff_prompt_cache_requests_total{outcome="hit"}[5m]))'
                    f" / clamp_min(sum(rate(brightstaff_prompt_cache_requests_total[5m])), {NOTHING})"
                ),
            ),
            kind="stat",
        ),
    ),
)

SIGNALS = Row(
    "Signals",
    3,
    (
        Panel(
            "Signals, 1 h",
            "short",
            (Query("topk(12, sum by (type) (increase(plano_signals_total[1h])))", "{{type}}"),),
            kind="bargauge",
            says="What a conversation shows again with its next turn counts once.",
        ),
        Panel(
            "Conversations by quality, 1 h",
            "short",
            (Query("sum by (quality) (increase(plano_conversations_total[1h]))", "{{quality}}"),),
            kind="bargauge",
            says="A conversation counts once for each quality that it has had.",
        ),
        Panel(
            "Poor or severe, 1 h",
            "percentunit",
            (
                Query(
                    'sum(increase(plano_conversations_total{quality=~"poor|severe"}[1h]))'
                    f" / clamp_min(sum(increase(plano_conversations_total[1h])), {NOTHING})"
                ),
            ),
            kind="stat",
            steps=GOOD_BELOW,
        ),
    ),
)

ROUTING = Row(
    "Routing service",
    5,
    (
        Panel(
            "Model selection, 15 m",
            "short",
            (
                Query(
                    "sum by (selected_model) (increase(brightstaff_router_decisions_total[15m]))", "{{selected_model}}"
                ),
            ),
            kind="bargauge",
        ),
        Panel(
            "Fallback rate by route",
            "percentunit",
            (
                Query(
                    'sum by (route) (rate(brightstaff_router_decisions_total{fallback="true"}[5m]))'
                    f" / clamp_min(sum by (route) (rate(brightstaff_router_decisions_total[5m])), {NOTHING})",
                    "{{route}}",
                ),
            ),
        ),
        Panel(
            "Decision p95",
            "s",
            (
                Query(
                    "histogram_quantile(0.95, sum by (le, route)"
                    " (rate(brightstaff_router_decision_duration_seconds_bucket[5m])))",
                    "{{route}}",
                ),
            ),
        ),
        Panel(
            "Session cache hit rate",
            "percentunit",
            (
                Query(
                    'sum(rate(brightstaff_session_cache_events_total{outcome="hit"}[5m]))'
                    ' / clamp_min(sum(rate(brightstaff_session_cache_events_total{outcome=~"hit|miss"}[5m])),'
                    f" {NOTHING})"
                ),
            ),
            kind="stat",
            steps=GOOD_ABOVE,
        ),
        Panel(
            "/routing/* outcomes",
            "reqps",
            (Query("sum by (outcome) (rate(brightstaff_routing_service_requests_total[5m]))", "{{outcome}}"),),
        ),
    ),
)

PROCESS = Row(
    "Process",
    4,
    (
        Panel(
            "Requests and tries",
            "reqps",
            (
                Query("sum(rate(brightstaff_http_requests_total[1m]))", "requests of clients"),
                Query("sum(rate(brightstaff_llm_upstream_requests_total[1m]))", "requests to providers"),
            ),
            says="More to providers than of clients: some were asked again.",
        ),
        Panel(
            "Our own time p50/p95/p99",
            "s",
            _quantiles("plano_overhead_seconds", "", ""),
            says="From the end of a client's request to the beginning of the first one to a provider.",
        ),
        Panel(
            "Records dropped, 1 h",
            "short",
            (
                Query("sum by (kind) (increase(plano_records_dropped_total[1h]))", "{{kind}}"),
                Query("sum(increase(plano_export_dropped_total[1h])) or vector(0)", "not exported"),
            ),
            kind="stat",
            steps=NONE_IS_GOOD,
            says="What could not be recorded. Requests themselves are answered all the same.",
        ),
        Panel(
            "Processes",
            "short",
            (Query("sum by (role) (plano_processes)", "{{role}}"),),
            kind="stat",
        ),
        Panel(
            "RSS and CPU",
            "bytes",
            (
                Query('process_resident_memory_bytes{job="brightstaff"}', "RSS"),
                Query('rate(process_cpu_seconds_total{job="brightstaff"}[1m])', "CPU"),
            ),
            says="Of all processes together. CPU, on the right, is in cores.",
        ),
        Panel("RSS by role", "bytes", (Query("sum by (role) (plano_process_resident_memory_bytes)", "{{role}}"),)),
        Panel(
            "CPU by role",
            "percentunit",
            (Query("sum by (role) (rate(plano_process_cpu_seconds_total[1m]))", "{{role}}"),),
            says="100 % is one core. A worker can use no more than that.",
        ),
        Panel("Open files by role", "short", (Query("sum by (role) (plano_process_open_fds)", "{{role}}"),)),
    ),
)

ROWS = (HTTP, UPSTREAM, COST, SIGNALS, ROUTING, PROCESS)
