"""What people who want the analyzer alone can count on."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, json

from planoai.apis import DIALECTS
from planoai.signals import Analyzer, Api, Options, Report, Row, analyze, to_json, to_plain
from tests.signals.test_reading import ANTHROPIC, CHAT, RESPONSES, ROWS, SHAREGPT, circle, values

pytestmark = pytest.mark.no_cover


def types(report: Report) -> list[str]:
    return [signal.signal_type for group in report.groups.values() for signal in group.signals]


@pytest.mark.parametrize("messages", [CHAT, ANTHROPIC, RESPONSES, SHAREGPT, ROWS])
def test_a_conversation_has_the_same_report_whichever_api_it_is_in(messages: Any) -> None:
    report = analyze(messages)
    assert not report.unread
    assert to_json(report) == to_json(analyze(ROWS))
    assert types(report) == ["interaction.misalignment.correction"]


def test_what_a_gateway_has_read_gives_the_report_of_what_the_client_sent() -> None:
    client = DIALECTS["openai_chat"].client
    assert client is not None
    request = client.read_request({"model": Raw(b'"m"'), "messages": Raw(json.encode(CHAT))})
    assert to_json(Analyzer().conversation(request.messages)) == to_json(analyze(CHAT))


@pytest.mark.parametrize("made", [lambda: None, lambda: "I give up", lambda: [{"role": "wizard"}], lambda: [3], circle])
def test_what_can_not_be_read_is_a_conversation_without_signals_that_says_so(made: Callable[[], object]) -> None:
    report = analyze(made())
    assert report.unread
    assert not types(report)
    assert (report.quality, report.score, report.concerning) == ("neutral", 50.0, False)
    assert to_json(report) == to_json(analyze([]))


class Broken:
    """Whatever is asked of it, it fails in a way of its own."""

    def __getattr__(self, name: str) -> Any:
        if name == "model_dump":
            raise ArithmeticError(name)
        raise AttributeError(name)

    def __iter__(self) -> Any:
        raise KeyError("row")


@pytest.mark.parametrize("messages", [Broken(), [Broken()], [{"role": "user", "content": Broken()}]])
@pytest.mark.parametrize("api", get_args(Api))
def test_objects_whose_own_code_fails_are_not_read(messages: object, api: Api) -> None:
    assert analyze(messages, api=api).unread


NO_TEXTS: list[Any] = [5, b"x", None]


@pytest.mark.parametrize(
    "rows", [None, 3, [None], [{"from": "human"}], Broken(), *([Row("human", each)] for each in NO_TEXTS)]
)
def test_what_are_no_rows_are_not_read_either(rows: Any) -> None:
    report = Analyzer().rows(rows)
    assert report.unread
    assert to_json(report) == to_json(analyze([]))


def test_an_error_flag_makes_strict_read_all_of_what_a_tool_returned() -> None:
    page = f"{'x ' * 500}invalid credentials{' y' * 500}"
    for flagged, profile, found in ((False, "parity", 1), (False, "strict", 0), (True, "strict", 1)):
        result = {"type": "tool_result", "tool_use_id": "a", "content": page, "is_error": flagged}
        call = {"type": "tool_use", "id": "a", "name": "pay", "input": {}}
        turns = [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
        report = analyze(turns, options=Options(profile=profile))  # type: ignore[arg-type]
        assert types(report) == ["execution.failure.auth_misuse"] * found


@given(st.lists(values(), max_size=4) | values(), st.sampled_from(get_args(Api)), st.sampled_from(["parity", "strict"]))
def test_no_messages_at_all_make_it_raise(messages: object, api: Api, profile: Any) -> None:
    report = analyze(messages, api=api, options=Options(profile=profile))
    assert json.decode(to_json(report, native=True)) == json.decode(json.encode(to_plain(report, native=True)))
    assert list(report.groups) == [
        "misalignment", "stagnation", "disengagement", "satisfaction", "failure", "loops", "exhaustion",
    ]  # fmt: skip


ROLES = st.sampled_from(["human", "gpt", "function_call", "observation", "system", ""])
PIECES = st.sampled_from(
    ["No, I meant ", "this is great", "I GIVE UP NOW", "??", "!!", "thanks, ", '{"name": "f", "arguments": {', "}}", "f(", ")",
     "timeout ", "rate limit", "must be a ", "\ud800", "İ", "é", "\x1c", "\u2028", "[" * 200, "x " * 1200]
)  # fmt: skip


@given(
    st.lists(
        st.builds(Row, ROLES, st.lists(PIECES | st.text(max_size=9), max_size=6).map("".join), st.booleans()),
        max_size=12,
    )
)
def test_no_rows_at_all_make_it_raise_and_every_report_can_be_written(rows: list[Row]) -> None:
    report = to_json(Analyzer().rows(rows))
    assert report == to_json(analyze(rows))
    assert json.decode(report)["overall_quality"]
