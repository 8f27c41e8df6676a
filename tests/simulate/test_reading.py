"""What the simulated vendors refuse, and in which words; and that nothing a client sends makes them stumble."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.simulate.answer import answer
from planoai.simulate.ask import Ask
from planoai.simulate.embeddings import EMBEDDINGS
from planoai.simulate.ids import signature
from planoai.simulate.options import Options
from planoai.simulate.problem import Problem, Refused
from planoai.simulate.reading import Received
from planoai.simulate.routes import CHAT, CONVERSE, COUNT_TOKENS, MESSAGES, RESPONSES, spoken_at
from tests.simulate.refusals import REFUSED
from tests.simulate.requests import CHAT_BODY, CONVERSE_BODY, MESSAGES_BODY, RESPONSES_BODY, changed

DIALECTS = {"chat": CHAT, "messages": MESSAGES, "count": COUNT_TOKENS, "responses": RESPONSES, "converse": CONVERSE}
BODIES = {
    "chat": CHAT_BODY,
    "messages": MESSAGES_BODY,
    "count": MESSAGES_BODY,
    "responses": RESPONSES_BODY,
    "converse": CONVERSE_BODY,
}


def read(api: str, body: object, **received: Any) -> Ask:
    encoded = body if isinstance(body, bytes) else msgspec.json.encode(body)
    received.setdefault("headers", {"anthropic-version": "2023-06-01"})
    return DIALECTS[api].read(Received(encoded, **received))


def refusal(api: str, body: object, **received: Any) -> Problem:
    with pytest.raises(Refused) as caught:
        read(api, body, **received)
    return caught.value.problem


@pytest.mark.parametrize("api", BODIES)
def test_a_request_that_uses_everything_is_read(api: str) -> None:
    ask = read(api, BODIES[api], model="m" if api == "converse" else "")
    assert ask.model == ("m" if api == "converse" else BODIES[api]["model"])
    assert ask.said == "What is the weather?"
    assert [(result.name, result.text) for result in ask.results] == [("get_weather", "sunny"), ("get_time", "noon")]
    assert [tool.name for tool in ask.tools] == ["get_weather", "get_time"]
    assert ask.tools[0].schema["required"] == ["city"]
    assert ask.choice == "auto"


@pytest.mark.parametrize(("api", "changes", "message", "param", "code"), REFUSED)
def test_a_mistake_is_refused_in_the_vendors_words(
    api: str, changes: dict[str, Any], message: str, param: str | None, code: str | None
) -> None:
    problem = refusal(api, changed(BODIES[api], changes))
    assert (problem.message, problem.param, problem.code) == (message, param, code)
    assert problem.status == 400


@pytest.mark.parametrize("api", BODIES)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"model": "\xff"}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(api: str, body: bytes) -> None:
    assert refusal(api, body).status == 400


def test_counting_tokens_needs_no_limit_on_them() -> None:
    assert read("count", changed(MESSAGES_BODY, {"max_tokens": ...})).model == "claude-simulated"


def test_anthropic_wants_its_version_header() -> None:
    assert refusal("messages", MESSAGES_BODY, headers={}).message == "anthropic-version: header is required"


def test_a_beta_takes_system_messages_in_the_middle() -> None:
    body = changed(MESSAGES_BODY, {"messages.3": {"role": "system", "content": "Be brief."}})
    beta = {"anthropic-version": "2023-06-01", "anthropic-beta": "x,mid-conversation-system-2026-04-07"}
    assert len(read("messages", body, headers=beta).results) == 2


@pytest.mark.parametrize("api", ["chat", "messages", "responses"])
def test_a_lenient_provider_takes_parameters_it_does_not_know(api: str) -> None:
    assert read(api, BODIES[api] | {"chat_template_kwargs": {}}, lenient=True).tools


def test_a_thought_with_its_own_signature_is_taken_back() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": signature("Hm.")}
    read("messages", changed(MESSAGES_BODY, {"messages.1.content.0": thought}))


CHOICES = [
    ("chat", "tool_choice", "required", "any", None),
    ("chat", "tool_choice", "none", "none", None),
    ("chat", "tool_choice", {"type": "function", "function": {"name": "get_time"}}, "any", "get_time"),
    ("messages", "tool_choice", {"type": "any"}, "any", None),
    ("messages", "tool_choice", {"type": "none"}, "none", None),
    ("messages", "tool_choice", {"type": "tool", "name": "get_time"}, "any", "get_time"),
    ("responses", "tool_choice", "required", "any", None),
    ("responses", "tool_choice", {"type": "function", "name": "get_time"}, "any", "get_time"),
    ("converse", "toolConfig.toolChoice", {"any": {}}, "any", None),
    ("converse", "toolConfig.toolChoice", {"tool": {"name": "get_time"}}, "any", "get_time"),
]


@pytest.mark.parametrize(("api", "place", "given", "choice", "forced"), CHOICES)
def test_a_forced_tool_is_understood(api: str, place: str, given: object, choice: str, forced: str | None) -> None:
    ask = read(api, changed(BODIES[api], {place: given}))
    assert (ask.choice, ask.forced) == (choice, forced)


def test_a_remembered_conversation_comes_before_the_new_items() -> None:
    earlier = tuple(RESPONSES_BODY["input"][:3])
    body = changed(RESPONSES_BODY, {"previous_response_id": "resp_1", "input": RESPONSES_BODY["input"][3:]})
    assert [result.name for result in read("responses", body, kept={"resp_1": earlier}).results] == [
        "get_weather",
        "get_time",
    ]


def test_the_path_says_which_api_it_is() -> None:
    assert spoken_at("/openai/v1/chat/completions") == (CHAT, "")
    assert spoken_at("/openai/deployments/gpt%2D5/chat/completions") == (CHAT, "gpt-5")
    assert spoken_at("/v1/messages") == (MESSAGES, "")
    assert spoken_at("/v1/messages/count_tokens") == (COUNT_TOKENS, "")
    assert spoken_at("/model/us.anthropic.claude%3A0/converse") == (CONVERSE, "us.anthropic.claude:0")
    assert spoken_at("/v1/embeddings") == (EMBEDDINGS, "")
    assert spoken_at("/openai/deployments/small/embeddings") == (EMBEDDINGS, "small")
    assert spoken_at("/v1/moderations") is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.sampled_from(["type", "name"]), inner)
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """`body` with a value or two somewhere in it replaced by any other."""
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(body))
        body = changed(body, {draw(st.sampled_from(places)): draw(JSON)})
    return body


def _places(value: object, before: str = "") -> list[str]:
    pairs: list[tuple[object, Any]] = []
    if isinstance(value, dict):
        pairs = [pair for pair in value.items() if pair[0] and "." not in str(pair[0])]
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    return [place for key, inner in pairs for place in (f"{before}{key}", *_places(inner, f"{before}{key}."))]


@pytest.mark.no_cover
@pytest.mark.parametrize("api", BODIES)
@given(data=st.data())
def test_whatever_is_sent_gets_an_answer_or_a_refusal(api: str, data: st.DataObject) -> None:
    extra = (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}}
        if api == "chat"
        else {}
    )
    body = data.draw(damaged(BODIES[api] | extra))
    try:
        ask = read(api, body)
    except Refused:
        return
    msgspec.json.encode(answer(ask, Options(tools=2)))
