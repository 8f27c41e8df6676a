"""What is kept of an exchange: no secret, whoever wrote it wherever, and no name without an end."""

import msgspec
import pytest

from planoai.config.schema import Config, Exporter, Observability, SpanAttributes, Tracing
from planoai.observability.lens import LONGEST_NAME, Lens
from planoai.observability.observation import Observation
from planoai.observability.observe import observe
from planoai.observability.record import Closed, Opened, Piece
from planoai.observability.spans import spans
from tests.observability.facts import attempt, closed, opened

SECRET = "sk-proj-abcdEFGH1234ijklMNOP5678"
MAIL = "ann@example.com"


def lens(**of_observability: object) -> Lens:
    exporter = Exporter(type="posthog", url="http://h", api_key="k", distinct_id_header="x-person")
    attributes = SpanAttributes(header_prefixes=("x-",), static={"environment": "test"})
    return Lens(
        Config(
            version="v0.4.0",
            observability=Observability(**of_observability),  # type: ignore[arg-type]
            tracing=Tracing(span_attributes=attributes, exporters=(exporter,)),
        )
    )


def said(*messages: object, tools: tuple[str, ...] = ()) -> bytes:
    functions = [{"type": "function", "function": {"name": each}} for each in tools]
    return msgspec.json.encode({"model": "m", "messages": messages, "tools": functions})


def written(observation: Observation) -> str:
    """All of it, as the store and the exporters have it."""
    return repr(observation) + repr(spans(observation))


def exchange(secret: str) -> tuple[Opened, list[Piece], Closed]:
    """One in which everybody says `secret` wherever there is room for it."""
    call = {"id": "c", "type": "function", "function": {"name": f"f {secret}", "arguments": f'{{"a":"{secret}"}}'}}
    body = said(
        {"role": "system", "content": f"it is {secret}"},
        {"role": "user", "content": f"no, that is wrong: {secret}"},
        *([{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": f"error: {secret}"}] * 4),
        {"role": "user", "content": f"{secret} is useless, i quit"},
        tools=(f"t {secret}",),
    )  # fmt: skip
    answer = {
        "id": f"r {secret}",
        "model": f"m {secret}",
        "choices": [
            {
                "message": {"content": f"so {secret}", "refusal": f"no {secret}", "tool_calls": [call]},
                "finish_reason": "stop",
            }
        ],
    }
    value = f"v {secret}".encode()
    headers = ((b"user-agent", value), (b"x-person", value), (b"x-team", value), (b"x-model-affinity", value))
    tried = attempt("openai_chat", model=f"m {secret}", full_name=f"openai/m {secret}", path=f"/v1/{secret}")
    begun = msgspec.structs.replace(
        opened(body=body), path=f"/v1/models/{secret}", model=f"m {secret}", headers=headers
    )
    ended = msgspec.structs.replace(closed(1, tried), told=f"no such {secret}", error=f"no {secret}")
    return begun, [Piece(1, msgspec.json.encode(answer), b"application/json", tried)], ended


@pytest.mark.parametrize("capture", ["preview", "full"])
@pytest.mark.parametrize(
    ("secret", "redact"), [(SECRET, ("key",)), (MAIL, ("email",)), (f"Bearer {SECRET}", ("bearer",))]
)
def test_a_secret_is_blackened_wherever_it_stands(capture: str, secret: str, redact: tuple[str, ...]) -> None:
    seen = observe(*exchange(secret), lens(capture=capture, redact=redact))

    assert seen.signals is not None
    assert {each.type for each in seen.signals.found} == {"interaction.disengagement.quit", "execution.loops.retry"}
    assert secret not in written(seen)
    assert f"[{redact[0]}]" in seen.opened.path


def test_with_nothing_to_blacken_everything_is_told_as_it_came() -> None:
    seen = observe(*exchange(MAIL), lens(redact=()))

    assert seen.opened.path == f"/v1/models/{MAIL}"
    assert dict(seen.attributes)["team"] == f"v {MAIL}"
    assert (seen.session, seen.person) == (f"v {MAIL}", f"v {MAIL}")


@pytest.mark.parametrize(
    "name",
    [
        "claude-sonnet-4-20250514",
        "gpt-4o-2024-08-06",
        "hf-inference/kimi-k2-instruct",
        "skywork/skywork-reward-gemma-2-27b",
    ],
)
def test_names_of_models_are_no_keys_and_no_numbers_to_call(name: str) -> None:
    seen = lens(redact=("bearer", "key", "email", "phone", "card"))

    assert seen.name(name) == name
    assert seen.name(f"openai/{SECRET}") == "openai/[key]"


def test_people_whose_names_are_blackened_are_told_from_each_other() -> None:
    looking = lens(redact=("email",))
    people = [
        looking.person(msgspec.structs.replace(opened(), headers=((b"x-person", each),)))
        for each in (b"ann@example.com", b"bob@example.com", b"ann@example.com", b"u1")
    ]

    assert people[0] == people[2] != people[1]
    assert [each.startswith("[email] ") for each in people] == [True, True, True, False]


def test_a_client_can_not_say_what_we_have_seen() -> None:
    headers = ((b"x-component", b"mine"), (b"x-error", b"no"), (b"x-llm-model", b"mine"), (b"x-environment", b"theirs"))
    found = dict(lens().attributes(msgspec.structs.replace(opened(), headers=headers)))

    assert found == {"environment": "theirs"}


def test_names_have_an_end() -> None:
    long = "n" * 1_000_000
    call = {"id": "c", "type": "function", "function": {"name": long, "arguments": "{}"}}
    turns = [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "ok"}]  # fmt: skip
    body = said({"role": "user", "content": "hi"}, *turns * 4, tools=(long,))
    answer = {"id": long, "model": long, "choices": [{"message": {"tool_calls": [call]}, "finish_reason": "stop"}]}
    tried = attempt("openai_chat")
    piece = Piece(1, msgspec.json.encode(answer), b"application/json", tried)

    seen = observe(opened(body=body), [piece], closed(1, tried), lens())

    assert seen.asked is not None
    assert seen.answer is not None
    assert seen.signals is not None
    assert len(seen.signals.found) == 1
    assert len(seen.model) == len(seen.response) == len(seen.asked.tools[0]) == LONGEST_NAME
    assert len(seen.answer.calls[0].name) == LONGEST_NAME
    assert len(written(seen)) < 20_000


def test_why_a_request_is_not_known_is_told_with_no_content_kept_too() -> None:
    asked = observe(opened(body=b"[]"), [], closed(), lens(capture="none")).asked

    assert asked is not None
    assert asked.unread == "no request that can be read"


@pytest.mark.parametrize(
    ("capture", "said", "cut"),
    [
        ("full", "and so on...", False),
        ("preview", "and so on...", False),
        ("preview", "a" * 50, False),
        ("preview", "a" * 51, True),
        ("preview", "a" * 5000, True),
        ("full", "a" * 5000, False),
        ("full", "a" * 1_100_000, True),
        ("none", "Hi", True),
        ("none", "", False),
    ],
)
def test_an_answer_is_cut_where_more_was_said_than_is_kept(capture: str, said: str, cut: bool) -> None:
    answer = {"choices": [{"message": {"content": said}, "finish_reason": "stop"}]}
    tried = attempt("openai_chat")
    piece = Piece(1, msgspec.json.encode(answer), b"application/json", tried)

    seen = observe(opened(), [piece], closed(1, tried), lens(capture=capture)).answer

    assert seen is not None
    assert (seen.cut, seen.characters) == (cut, len(said))
