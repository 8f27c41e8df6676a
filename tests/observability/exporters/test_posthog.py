"""Events of calls of models: what is in one, and how they get to a place that answers as PostHog does."""

from typing import get_args, get_type_hints

import msgspec
import pytest

from planoai.config import schema
from planoai.observability.exporters import EXPORTERS
from planoai.observability.exporters.batching import Batching, Pace
from planoai.observability.exporters.posthog import events, exporter
from planoai.observability.observation import Answer, Asked, Observation
from tests.observability.exporters.told import Told
from tests.observability.facts import closed, opened
from tests.observability.seen import TRACE, observation, tried
from tests.support.collector import Collector, Fails, Hangs, collecting

QUICK = Pace(linger=0.0, pause=0.01, longest_pause=0.02)
KEY = "phc_planted-in-the-config"


def properties(seen: Observation, *, captures: bool = False) -> dict[str, object]:
    [event] = events([seen], captures=captures)
    found = event["properties"]
    assert isinstance(found, dict)
    return found


def posting(collector: Collector, pace: Pace = QUICK, *, path: str = "") -> Batching:
    options = schema.Exporter(type="posthog", url=collector.events_url + path, api_key=KEY)
    return exporter(options, pace=pace)


def test_an_event_has_the_names_of_posthog() -> None:
    seen = observation(tried(), closed=closed(1, tried()))
    [event] = events([seen], captures=False)
    found = properties(seen)

    assert event["event"] == "$ai_generation"
    assert event["timestamp"] == "1970-01-01T00:01:41.500000Z"
    assert {key: value for key, value in found.items() if key.startswith("$")} == {
        "$ai_model": "gpt-5-2026",
        "$ai_provider": "openai",
        "$ai_trace_id": TRACE.id.hex(),
        "$ai_span_id": TRACE.span.hex(),
        "$ai_latency": 1.5,
        "$ai_stream": False,
        "$ai_is_error": False,
        "$ai_http_status": 200,
        "$ai_time_to_first_token": pytest.approx(0.299),
        "$ai_input_tokens": 12,
        "$ai_output_tokens": 3,
        "$process_person_profile": False,
    }
    assert found["distinct_id"] == TRACE.id.hex()
    assert found["gen_ai.response.finish_reasons"] == ("stop",)
    assert not {"llm.model", "llm.provider", "llm.usage.prompt_tokens", "http.status_code"} & set(found)


def test_a_stream_is_told_from_an_answer_at_once() -> None:
    streamed = msgspec.structs.replace(closed(1, tried()), streamed=True)

    assert properties(observation(closed=streamed))["$ai_stream"] is True


def test_an_event_of_a_person_says_whose_it_is() -> None:
    found = properties(observation(person="ann"))

    assert found["distinct_id"] == "ann"
    assert "$process_person_profile" not in found


def test_an_event_of_a_client_that_traces_names_its_span() -> None:
    trace = msgspec.structs.replace(TRACE, parent=bytes.fromhex("00f067aa0ba902b7"))
    seen = observation()
    found = properties(msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, trace=trace)))

    assert found["$ai_parent_id"] == "00f067aa0ba902b7"


def test_what_was_said_goes_along_only_where_that_is_asked_for() -> None:
    seen = observation(asked=Asked(preview="my secret wish"), answer=Answer(text="a fine wish"))

    assert "wish" not in str(properties(seen))
    found = properties(seen, captures=True)
    assert found["$ai_input"] == [{"role": "user", "content": "my secret wish"}]
    assert "llm.user_message_preview" not in found
    assert found["$ai_output_choices"] == [{"role": "assistant", "content": "a fine wish"}]
    assert "$ai_input" not in properties(observation(asked=None), captures=True)


@pytest.mark.parametrize(
    ("status", "outcome", "is_error"),
    [
        (200, "completed", False),
        (429, "completed", True),
        (502, "failed", True),
        (200, "cut", True),
        (0, "cancelled", False),
    ],
)
def test_an_error_is_one_whether_by_its_status_or_in_the_middle(status: int, outcome: str, is_error: bool) -> None:
    ended = msgspec.structs.replace(closed(1, tried(), status=status), outcome=outcome)

    found = properties(observation(closed=ended))

    assert found["$ai_is_error"] is is_error
    assert found.get("$ai_http_status", 0) == status


def test_what_asked_no_model_is_no_event() -> None:
    listed = msgspec.structs.replace(opened(), dialect="", model="", path="/v1/models", handler="list_models")

    assert events([Observation(listed, closed())], captures=True) == []


def test_events_get_there_with_the_key_and_once_whatever_is_answered(told: Told) -> None:
    with collecting() as collector:
        collector.will(Fails(status=503), Fails(status=429, after=0), of="events")
        it = posting(collector, path="/ingest/")
        it.put([observation()])
        collector.wait(lambda collector: collector.events)
        it.close(30)

        assert [export.path for export in collector.exports] == ["/ingest/batch/"] * 3
        assert collector.exports[-1].message["api_key"] == KEY
        [event] = collector.events
        assert event["properties"]["$ai_model"] == "gpt-5-2026"
        assert {export.message["batch"][0]["uuid"] for export in collector.exports} == {event["uuid"]}
    assert it.dropped == 0
    assert "status 503" in told.text


def test_a_key_that_is_wrong_is_told_of_without_it(told: Told) -> None:
    with collecting() as collector:
        collector.will(Fails(status=401, says=f"no project has {KEY}"), of="events")
        it = posting(collector)
        it.put([observation()])
        it.close(30)

    assert it.dropped == 1
    assert "status 401; they are lost" in told.text
    assert KEY not in told.text


def test_a_place_that_hangs_holds_up_nobody() -> None:
    with collecting() as collector:
        collector.will(Hangs(), of="events")
        it = posting(collector, msgspec.structs.replace(QUICK, timeout=3600.0))
        it.put([observation()])
        collector.wait(lambda collector: collector.exports)
        it.close(0.05)

    assert it.dropped == 1


def test_there_is_an_exporter_of_every_type_that_a_config_can_name() -> None:
    assert set(EXPORTERS) == set(get_args(get_type_hints(schema.Exporter)["type"]))
