"""What is counted of exchanges."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from planoai.conversation.usage import Usage
from planoai.errors import Trouble
from planoai.names import metrics as names
from planoai.observability.metrics import Metrics, Sum
from planoai.observability.metrics.models import MOST
from planoai.observability.observation import ErrorClass, named
from planoai.observability.record import Attempt, Handler
from planoai.pricing.price import Cost
from planoai.signals.signal import Quality
from planoai.signals.taxonomy import TYPES
from tests.observability import facts
from tests.observability.metrics.made import FINE, USAGE, observation, signals
from tests.observability.metrics.scraped import Samples, families, samples, scraped, total, value

GPT = {"provider": "openai", "model": "gpt-5"}


def counted(*observations: object) -> Samples:
    metrics = Metrics("1.2.3")
    for each in observations:
        metrics.add(each)  # type: ignore[arg-type]
    return scraped(metrics)


def test_a_request_counts_by_what_it_asked_for_how_and_how_it_was_answered() -> None:
    found = counted(observation(), observation(status=404, handler="not_found", method="GET"), observation(status=404))
    requests = "brightstaff_http_requests_total"
    assert value(found, requests, handler="llm_chat", method="POST", status_class="2xx") == 1
    assert value(found, requests, handler="not_found", method="GET", status_class="4xx") == 1
    assert total(found, requests) == 3
    assert value(found, "brightstaff_http_request_duration_seconds_sum", handler="llm_chat") == 6.0
    assert value(found, "brightstaff_http_request_duration_seconds_bucket", handler="llm_chat", le="2.5") == 0
    assert value(found, "brightstaff_http_request_duration_seconds_bucket", handler="llm_chat", le="5") == 2


@pytest.mark.parametrize(("method", "label"), [("DELETE", "DELETE"), ("PROPFIND", "OTHER"), ("-", "OTHER")])
def test_a_method_that_few_use_is_other(method: str, label: str) -> None:
    assert total(counted(observation(method=method)), "brightstaff_http_requests_total", method=label) == 1


@pytest.mark.parametrize(("status", "label"), [(0, "other"), (101, "1xx"), (304, "3xx"), (599, "5xx"), (999, "other")])
def test_a_status_counts_by_its_class(status: int, label: str) -> None:
    assert total(counted(observation(status=status)), "brightstaff_http_requests_total", status_class=label) == 1


def test_what_asked_no_model_counts_for_no_model() -> None:
    assert not [name for name, labels in counted(observation(status=404)) if "model" in dict(labels)]


def test_every_try_counts_for_the_model_it_was_made_at() -> None:
    failed = facts.attempt(full_name="groq/llama", status=0, trouble="connect", sent=0.1, answered=0.3, ended=0.4)
    found = counted(observation(failed, FINE, usage=USAGE))
    requests = "brightstaff_llm_upstream_requests_total"
    assert value(found, requests, provider="groq", model="llama", status_class="error", error_class="connect") == 1
    assert value(found, requests, **GPT, status_class="2xx", error_class="none") == 1
    assert total(found, requests) == 2
    duration = "brightstaff_llm_upstream_duration_seconds_sum"
    assert value(found, duration, provider="groq", model="llama") == pytest.approx(0.3)
    assert value(found, duration, **GPT) == 2.5
    assert total(found, "brightstaff_llm_tokens_total", provider="groq") == 0
    assert total(found, "brightstaff_llm_tokens_usage_missing_total") == 0


@pytest.mark.parametrize(
    ("status", "trouble", "status_class", "error_class"),
    [
        (200, "", "2xx", "none"),
        (400, "", "4xx", "none"),
        (429, "", "4xx", "429"),
        (503, "", "5xx", "5xx"),
        (0, "timeout", "error", "timeout"),
        (0, "connect", "error", "connect"),
        (0, "closed", "error", "other"),
        (200, "closed", "2xx", "stream"),
        (200, "timeout", "2xx", "timeout"),
        (200, "unreadable", "2xx", "parse"),
        (200, "failed", "2xx", "other"),
    ],
)
def test_a_try_counts_by_its_status_and_by_what_went_wrong(
    status: int, trouble: Trouble, status_class: str, error_class: str
) -> None:
    found = counted(observation(structs.replace(FINE, status=status, trouble=trouble)))
    labels = {**GPT, "status_class": status_class, "error_class": error_class}
    assert value(found, "brightstaff_llm_upstream_requests_total", **labels) == 1


def test_tokens_count_by_kind_and_those_of_a_cache_in_the_prompt_too() -> None:
    found = counted(observation(FINE, usage=USAGE), observation(FINE, usage=Usage(fresh=5, output=1)))
    kinds = {"prompt": 105, "completion": 42, "cache_read": 20, "cache_write": 10}
    for kind, tokens in kinds.items():
        assert value(found, "brightstaff_llm_tokens_total", **GPT, kind=kind) == tokens
    assert value(found, "brightstaff_prompt_cache_requests_total", **GPT, outcome="hit") == 1
    assert value(found, "brightstaff_prompt_cache_requests_total", **GPT, outcome="miss") == 1
    assert value(found, "plano_llm_input_sequence_length_tokens_sum", **GPT) == 105
    assert value(found, "plano_llm_input_sequence_length_tokens_bucket", **GPT, le="16") == 1
    assert value(found, "plano_llm_output_sequence_length_tokens_sum", **GPT) == 42


def test_a_stream_is_timed_to_its_first_byte_and_from_token_to_token() -> None:
    found = counted(observation(FINE, usage=USAGE))
    assert value(found, "brightstaff_llm_time_to_first_token_seconds_sum", **GPT) == 0.5
    assert value(found, "plano_llm_time_per_output_token_seconds_sum", **GPT) == pytest.approx(2 / 40)
    assert value(found, "plano_llm_tokens_per_second_sum", **GPT) == pytest.approx(41 / 2.5)


def test_a_whole_answer_has_no_first_token() -> None:
    found = counted(observation(FINE, usage=USAGE, streamed=False))
    assert value(found, "brightstaff_llm_time_to_first_token_seconds_count", **GPT) == 0
    assert value(found, "plano_llm_time_per_output_token_seconds_count", **GPT) == 0
    assert value(found, "plano_llm_tokens_per_second_count", **GPT) == 1


def test_an_answer_without_a_token_has_no_pace() -> None:
    found = counted(observation(FINE, usage=Usage(fresh=5)))
    assert value(found, "plano_llm_tokens_per_second_count", **GPT) == 0
    assert value(found, "plano_llm_time_per_output_token_seconds_count", **GPT) == 0
    assert value(found, "plano_llm_output_sequence_length_tokens_count", **GPT) == 1


def test_the_time_of_ours_is_that_before_the_first_try() -> None:
    later = structs.replace(FINE, sent=2.0)
    found = counted(observation(FINE, later), observation(FINE, ready=0.0), observation())
    assert value(found, "plano_overhead_seconds_count") == 1
    assert value(found, "plano_overhead_seconds_sum") == pytest.approx(0.002)


def test_an_answer_without_a_usage_is_told() -> None:
    found = counted(observation(FINE, usage=None))
    assert value(found, "brightstaff_llm_tokens_usage_missing_total", **GPT) == 1
    assert total(found, "brightstaff_llm_tokens_total") == 0


@pytest.mark.parametrize(
    "without",
    [
        observation(FINE, handler="passthrough"),
        observation(FINE, outcome="failed"),
        observation(structs.replace(FINE, status=500)),
        observation(structs.replace(FINE, trouble="failed")),
    ],
)
def test_where_no_tokens_are_due_none_are_missed(without: object) -> None:
    assert total(counted(without), "brightstaff_llm_tokens_usage_missing_total") == 0


def test_money_adds_up_by_model() -> None:
    found = counted(*(observation(FINE, usage=USAGE, cost=Cost(0.25, 0.5)) for _ in range(3)))
    assert value(found, "plano_cost_usd_total", **GPT) == 2.25


def test_a_try_without_a_full_name_goes_by_the_configured_one() -> None:
    found = counted(observation(structs.replace(FINE, full_name="", target="fast")))
    assert total(found, "brightstaff_llm_upstream_requests_total", provider="unknown", model="fast") == 1


def test_models_are_counted_together_once_there_are_too_many() -> None:
    attempts = [structs.replace(FINE, full_name=f"openai/made-up-{number}") for number in range(MOST + 50)]
    metrics = Metrics("1")
    for attempt in (*attempts, *attempts):
        metrics.add(observation(attempt, usage=USAGE, cost=Cost(1, 1)))
    requests, cost = "brightstaff_llm_upstream_requests_total", "plano_cost_usd_total"
    lines = metrics.text({}, {}).splitlines(keepends=True)
    found = samples(b"".join(line for line in lines if line.decode().startswith((requests, cost))))
    assert total(found, requests, provider="openai") == 2 * MOST
    assert total(found, requests, provider="other", model="other") == 100
    assert total(found, cost) == 2 * 2 * (MOST + 50)
    assert len([name for name, _ in found if name == requests]) == MOST + 1


def test_what_was_left_out_is_told() -> None:
    metrics = Metrics("1")
    assert value(scraped(metrics), "plano_records_dropped_total", kind="body") == 0
    metrics.dropped("body", 3)
    metrics.dropped("exchange", 1)
    metrics.dropped("body", 2)
    metrics.not_exported("otlp", 4)
    found = scraped(metrics)
    assert value(found, "plano_export_dropped_total", exporter="otlp") == 4
    assert value(found, "plano_records_dropped_total", kind="body") == 5
    assert value(found, "plano_records_dropped_total", kind="exchange") == 1


def test_signals_and_quality_of_a_conversation_count_once() -> None:
    metrics = Metrics("1")
    metrics.add(observation(FINE, signals=signals("good", "execution.loop"), thread=b"1"))
    metrics.add(
        observation(FINE, signals=signals("poor", "execution.loop", "execution.loop", "environment.x"), thread=b"1")
    )
    metrics.add(observation(FINE, signals=signals("poor", "execution.loop"), thread=b"2"))
    found = scraped(metrics)
    assert value(found, "plano_signals_total", type="execution.loop") == 3
    assert value(found, "plano_signals_total", type="environment.x") == 1
    assert value(found, "plano_conversations_total", quality="good") == 1
    assert value(found, "plano_conversations_total", quality="poor") == 2
    assert value(found, "plano_conversations_total", quality="severe") == 0


def test_every_signal_is_known_to_be_none_at_first() -> None:
    found = scraped(Metrics("1"))
    assert [value(found, "plano_signals_total", type=each) for each in TYPES] == [0] * len(TYPES)


def test_what_runs_is_told_and_what_does_not_is_known_to_be_none() -> None:
    found = scraped(Metrics("1"), {"llm_chat": 3})
    assert value(found, "brightstaff_http_in_flight_requests", handler="llm_chat") == 3
    assert value(found, "brightstaff_http_in_flight_requests", handler="list_models") == 0


def test_the_build_is_told() -> None:
    found = scraped(Metrics("1.2.3", "abc"))
    assert value(found, "brightstaff_build_info", version="1.2.3", git_sha="abc") == 1
    assert value(scraped(Metrics("1")), "brightstaff_build_info", version="1", git_sha="unknown") == 1


def test_processes_are_told_by_role_and_together() -> None:
    worker = Sum(2, 10.5, 200.0, 3000, 2000, 9000, 6, 40, 2048)
    supervisor = Sum(1, 0.5, 100.0, 1000, 500, 4000, 1, 10, 1024)
    found = scraped(Metrics("1"), {}, {"worker": worker, "supervisor": supervisor})
    assert value(found, "plano_processes", role="worker") == 2
    assert value(found, "plano_process_cpu_seconds_total", role="worker") == 10.5
    assert value(found, "plano_process_resident_memory_bytes", role="supervisor") == 1000
    assert value(found, "plano_process_open_fds", role="worker") == 40
    assert value(found, "plano_process_start_time_seconds", role="worker") == 200.0
    assert value(found, "process_cpu_seconds_total") == 11
    assert value(found, "process_resident_memory_bytes") == 4000
    assert value(found, "process_virtual_memory_bytes") == 13000
    assert value(found, "process_open_fds") == 50
    assert value(found, "process_max_fds") == 3072
    assert value(found, "process_threads") == 7
    assert value(found, "process_start_time_seconds") == 100.0


def test_what_a_system_does_not_tell_of_processes_is_not_told() -> None:
    found = scraped(Metrics("1"), {}, {"worker": Sum(1, 1.0, 100.0, 3000, 0, 9000, 0, 0, 0)})
    assert value(found, "plano_process_resident_memory_bytes", role="worker") == 3000
    assert not {"process_open_fds", "process_max_fds", "plano_process_open_fds", "process_threads"} & {
        name for name, _ in found
    }


def test_every_family_is_told_with_its_help_and_type_before_anything_happened() -> None:
    found = {each.name: each for each in families(Metrics("1").text({}, {}))}
    for family in names.FAMILIES:
        told = found[family.name.removesuffix("_total")]
        assert (told.type, told.documentation) == (family.type, family.help)
    assert len(found) == len(names.FAMILIES)


def test_the_values_of_labels_are_all_that_facts_can_say() -> None:
    assert set(get_args(Handler)) <= set(names.HANDLER.values)
    assert set(get_args(ErrorClass)) == set(names.ERROR_CLASS.values)
    assert set(get_args(Quality)) == set(names.QUALITY.values)


NAMES = (
    st.text(max_size=300)
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(['a"b\\\n/\ud800', "x/\0", "/", "a/b/c"])
)


@settings(max_examples=40)
@given(st.lists(NAMES, max_size=5))
def test_the_text_can_be_read_whatever_models_are_called(full_names: list[str]) -> None:
    metrics = Metrics("1")
    for name in full_names:
        metrics.add(observation(structs.replace(FINE, full_name=name, target="-"), usage=USAGE))
    found = scraped(metrics)
    assert total(found, "brightstaff_llm_upstream_requests_total") == len(full_names)
    assert total(found, "brightstaff_llm_tokens_total", kind="prompt") == 100 * len(full_names)
    assert families(metrics.text({}, {}, open_metrics=True))


@given(st.from_regex(r"[a-z]{1,9}/[a-z\"\\\n/]{1,9}", fullmatch=True))
def test_a_name_is_read_as_it_was(full_name: str) -> None:
    found = counted(observation(structs.replace(FINE, full_name=full_name)))
    provider, model = named(full_name)
    assert total(found, "brightstaff_llm_upstream_requests_total", provider=provider, model=model) == 1


TRIES = st.builds(
    lambda name, status: structs.replace(FINE, full_name=name, status=status),
    st.sampled_from(["a/b", "a/c", "d/e"]),
    st.sampled_from([0, 200, 404, 503]),
)
USAGES = st.none() | st.builds(Usage, *(st.integers(0, 1000) for _ in range(4)))


@given(st.lists(st.tuples(st.lists(TRIES, max_size=3), USAGES), max_size=20))
def test_sums_are_what_was_added(added: list[tuple[list[Attempt], Usage | None]]) -> None:
    found = counted(*(observation(*attempts, usage=usage) for attempts, usage in added))
    tries = [attempt for attempts, _ in added for attempt in attempts]
    answered = [usage for attempts, usage in added if attempts and attempts[-1].status == 200]
    seen = [usage for usage in answered if usage is not None]
    assert total(found, "brightstaff_http_requests_total") == len(added)
    assert total(found, "brightstaff_http_request_duration_seconds_bucket", le="+Inf") == len(added)
    assert total(found, "brightstaff_llm_upstream_requests_total") == len(tries)
    assert total(found, "brightstaff_llm_upstream_duration_seconds_count") == len(tries)
    assert total(found, "brightstaff_llm_tokens_total", kind="prompt") == sum(usage.input for usage in seen)
    assert total(found, "brightstaff_llm_tokens_total", kind="completion") == sum(usage.output for usage in seen)
    assert total(found, "plano_llm_output_sequence_length_tokens_sum") == sum(usage.output for usage in seen)
    assert total(found, "brightstaff_prompt_cache_requests_total") == len(seen)
    assert total(found, "brightstaff_llm_tokens_usage_missing_total") == len(answered) - len(seen)
