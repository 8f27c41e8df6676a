"""One question, how its answer is read, and what is said to help."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.test.asking import Outcome, Served, Told, body, cut, read, shown, todo
from planoai.config.load import load
from planoai.gateway.build import models_of
from tests.support.answers import CHAT, CHAT_STREAM, chat_chunk

CONFIG = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, access_key: $THE_KEY, default: true}
  - {model: anthropic/claude-sonnet-4-5, access_key: sk-that-nobody-sees}
  - {model: mistral/m, access_key: "sk-that-${REST}"}
  - {model: groq/*, passthrough_auth: true}
  - {model: house/m, base_url: "http://10.0.0.7:8080/v1", provider_interface: openai, passthrough_auth: true}
  - {model: amazon_bedrock/m, base_url: "https://bedrock-runtime.eu-west-1.amazonaws.com", aws: {access_key_id: $ID, secret_access_key: $THE_KEY}}
model_aliases: {fast: {target: groq/llama}}
"""


def served(name: str) -> Served | None:
    loaded = load(CONFIG, {"THE_KEY": "sk-that-nobody-sees", "ID": "AKIA", "REST": "nobody-sees"})
    return Served.by(loaded, models_of(loaded.config), name)


def known(name: str) -> Served:
    found = served(name)
    assert found is not None
    return found


def test_a_question_costs_little() -> None:
    asked = json.loads(body("m", "Hello?", stream=False))
    assert asked == {"model": "m", "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 16}
    assert json.loads(body("m", "x", stream=True))["stream_options"] == {"include_usage": True}


def test_a_whole_answer_and_a_stream_say_the_same() -> None:
    whole = read(200, json.dumps(CHAT).encode(), streamed=False)
    assert whole == Told("Hello there.", 20, 9, "stop")
    assert read(200, b"".join(CHAT_STREAM), streamed=True) == whole


def test_an_answer_need_not_tell_its_usage_nor_say_anything() -> None:
    silent = {"choices": [{"message": {"content": None}, "finish_reason": "length"}]}
    assert read(200, json.dumps(silent).encode(), streamed=False) == Told(finish="length")


@pytest.mark.parametrize(
    ("status", "answered", "streamed", "error", "code"),
    [
        (401, b'{"error": {"message": "no", "code": "invalid_api_key"}}', False, "no", "invalid_api_key"),
        (404, b'{"error": "model not found"}', False, "model not found", ""),
        (502, b"<html>\n<p>no", False, "<html> <p>no", ""),
        (502, b"", False, "the upstream answered with status 502 and no explanation", ""),
        (429, b'data: {"error": {"message": "slow"}}\n\n', True, "slow", ""),
        (200, b'data: {"error": {"message": "it broke"}}\n\n', True, "it broke", ""),
        (200, chat_chunk({"content": "Hel"}) + b'data: {"error": {"message": "cut"}}\n\n', True, "cut", ""),
        (200, b"{}", False, "the answer can not be read as one of the Chat API", ""),
        (200, b"[" * 100_000, False, "the answer can not be read as one of the Chat API", ""),
        (200, b"", True, "the answer can not be read as one of the Chat API", ""),
    ],
)
def test_what_is_no_answer_is_an_error(status: int, answered: bytes, streamed: bool, error: str, code: str) -> None:
    told = read(status, answered, streamed=streamed)
    assert (told.error, told.text) == (error, "")
    assert code in ("", told.code)


@given(st.integers(200, 599), st.binary() | st.text().map(str.encode), st.booleans())
def test_whatever_is_answered_can_be_told(status: int, answered: bytes, streamed: bool) -> None:
    told = read(status, answered, streamed=streamed)
    assert told.error or status < 400


def test_who_stands_behind_a_name() -> None:
    assert known("gpt-4o").model == "gpt-4o"
    assert known("none").entry.name == "openai/gpt-4o"
    assert str(known("fast").origin) == "https://api.groq.com"
    assert served("nothing") is None


def test_a_key_is_told_by_where_it_is() -> None:
    assert known("openai/gpt-4o").key == "$THE_KEY"
    assert known("anthropic/claude-sonnet-4-5").key == "the key at config.yaml:5:54"
    assert known("mistral/m").key == "the key at config.yaml:6:36"
    assert known("fast").key == "$GROQ_API_KEY"
    assert known("house/m").key == "the credential that the client sends"
    assert known("amazon_bedrock/m").key.startswith("the key at config.yaml:9:")


def test_a_credential_of_this_shell_is_for_the_vendor_alone() -> None:
    assert known("fast").own_variable == "GROQ_API_KEY"
    assert known("house/m").own_variable is None  # whoever is there
    assert known("openai/gpt-4o").own_variable is None  # the gateway has a key for it


@pytest.mark.parametrize(
    ("status", "code", "name", "helps"),
    [
        (502, "upstream_unreachable", "house/m", "no answer comes from the provider at http://10.0.0.7:8080"),
        (504, "upstream_timeout", "nothing", "no answer comes from the provider"),
        (401, "", "openai/gpt-4o", "https://api.openai.com does not accept $THE_KEY"),
        (403, "", "nothing", "the provider does not accept the key"),
        (404, "", "openai/gpt-4o", "does not know 'gpt-4o'; did you mean 'gpt-4.1'?"),
        (404, "", "nothing", "the provider does not know the model"),
        (404, "", "groq/text-embedding-3-small", "'text-embedding-3-small' is a model of another kind (embedding)"),
        (429, "", "openai/gpt-4o", "its limits and its balance"),
        (500, "", "openai/gpt-4o", "https://api.openai.com has trouble of its own"),
        (400, "", "openai/gpt-4o", ""),
    ],
)
def test_what_helps(status: int, code: str, name: str, helps: str) -> None:
    said = todo(status, Told(error="x", code=code), served(name), known=["gpt-4.1", "o3"])
    assert helps in said
    assert bool(helps) == bool(said)
    assert "sk-that-nobody-sees" not in said


def test_what_is_shown_of_an_answer() -> None:
    lines = shown(
        Outcome(
            ok=True,
            asked="fast",
            by="http://127.0.0.1:12000",
            status=200,
            model="groq/llama",
            provider="api.groq.com",
            attempts=2,
            first_byte_ms=12.3,
            total_ms=45.6,
            server_timing="gateway;dur=1.0",
            tokens_in=4,
            tokens_out=6,
            answer="Hello!",
        )
    ).splitlines()
    assert lines == [
        "model     fast → groq/llama",
        "provider  api.groq.com",
        "gateway   http://127.0.0.1:12000",
        "attempts  2",
        "time      first byte after 12 ms, all of it after 46 ms (gateway;dur=1.0)",
        "tokens    4 in, 6 out",
        "answer    Hello!",
    ]


def test_what_is_not_known_is_not_shown() -> None:
    assert shown(Outcome(ok=False, asked="m", by="", error="it refuses")).splitlines() == [
        "model     m",
        "gateway   this command, for as long as it took",
    ]
    said = shown(Outcome(ok=True, asked="m", by="", status=200, model="m", finish="length"))
    assert "answer    without text (it ended with length)" in said


@given(st.text())
def test_an_answer_is_shown_on_one_line_that_ends(text: str) -> None:
    line = cut(text)
    assert len(line) <= 201
    assert len(line.splitlines()) <= 1
