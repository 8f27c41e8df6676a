"""From an observation to its spans."""

import msgspec

from planoai.names import attributes as name
from planoai.observability.observation import Observation
from planoai.observability.spans import spans
from planoai.observability.trace import child
from tests.observability.facts import closed, opened
from tests.observability.seen import ANGRY, TRACE, observation, tried


def test_a_request_is_one_span_with_one_under_it_for_each_try() -> None:
    root, first, second = spans(observation(tried(status=503, ended=0.4), tried(sent=0.9, answered=1.0)))

    assert (root.name, root.service, root.kind, root.status) == (
        "POST /v1/chat/completions fast -> openai/gpt-5", "plano(llm)", "server", "unset",
    )  # fmt: skip
    assert (root.trace, root.id, root.parent) == (TRACE.id, TRACE.span, b"")
    assert (root.start, root.end) == (100_000_000_000, 101_500_000_000)
    assert [each.id for each in (first, second)] == [child(root.id, 1), child(root.id, 2)]
    assert {each.parent for each in (first, second)} == {root.id}
    assert (first.name, first.kind, first.status) == ("POST api.openai.com/v1/chat/completions", "client", "error")
    assert (first.start, first.end) == (100_001_000_000, 100_400_000_000)
    assert (second.status, second.end) == ("unset", root.end)
    assert first.attributes[name.ERROR_TYPE] == "503"


def test_a_conversation_that_is_worth_a_look_has_a_flag_and_an_event_for_each_signal() -> None:
    root, _ = spans(observation(signals=ANGRY))

    assert root.name.endswith(" 🚩")
    assert [each.name for each in root.events] == [
        "llm.time_to_first_token",
        "signal.interaction.misalignment.correction",
        "signal.interaction.disengagement.quit",
    ]
    assert root.events[-1].attributes == {
        "signal.type": "interaction.disengagement.quit", "signal.message_index": 2, "signal.confidence": 1.0,
        "signal.snippet": "i quit", "signal.metadata": '{"a":1}',
    }  # fmt: skip
    assert root.attributes["signals.interaction.disengagement.severity"] == 1
    assert root.attributes["signals.follow_up.repair.ratio"] == "0.500"
    assert root.attributes["signals.escalation.requested"] is True


def test_a_request_that_names_no_model_and_never_got_one_is_called_by_its_path() -> None:
    [root] = spans(Observation(msgspec.structs.replace(opened(), model=""), closed(status=500, outcome="failed")))

    assert (root.name, root.service) == ("POST /v1/chat/completions", "plano(llm)")


def test_where_the_answer_is_from_is_told() -> None:
    root, _ = spans(observation(tried(origin="http://h:1", path="/api/v1/chat/completions")))

    assert root.attributes["routing.upstream_endpoint"] == "http://h:1"
    assert root.attributes["http.upstream_target"] == "/api/v1/chat/completions"


def test_the_operators_attributes_win() -> None:
    root, attempted = spans(observation(attributes=(("component", "mine"), ("environment", "staging"))))

    assert (root.attributes["component"], root.attributes["environment"]) == ("mine", "staging")
    assert "environment" not in attempted.attributes


def test_what_asks_no_model_is_a_span_of_the_door() -> None:
    [root] = spans(Observation(msgspec.structs.replace(opened(), dialect="", model="", path="/x"), closed(status=404)))

    assert (root.name, root.service, root.attributes[name.STATUS]) == ("POST /x", "plano(inbound)", 404)


def test_every_attribute_has_a_row_of_the_reference_and_is_of_its_kind() -> None:
    kinds = {"string": str, "int": int, "double": float, "bool": bool, "string[]": tuple}
    rows = {each.name: kinds[each.kind] for each in name.ATTRIBUTES}
    written = {key for key, value in vars(name).items() if key.isupper() and isinstance(value, str) and "." in value}
    others = {"SERVICE_NAME", "SIGNAL_EVENT"}

    assert {getattr(name, key) for key in written - others} <= rows.keys()
    for span in spans(observation(tried(), signals=ANGRY, session="s", response="r")):
        for key, value in span.attributes.items():
            if key.startswith("signals.") and key.count(".") == 3 and key not in rows:
                key = name.SIGNALS_COUNT if key.endswith("count") else name.SIGNALS_SEVERITY
            assert type(value) is rows[key], key
