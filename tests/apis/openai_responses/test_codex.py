"""What the service behind Codex takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.dialect import Accepts, Adapted, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.codex import BASE
from planoai.errors import UnknownResponse, Unsupported

CODEX = Accepts(codex=True, only_streams=True)
ENCRYPTED = "reasoning.encrypted_content"
MESSAGE = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}


def adapt(**body: Any) -> Adapted:
    fields = read_fields(json.dumps({"model": "gpt-4.1", **body}).encode())
    return DIALECT.upstream.adapt(fields, Head("gpt-4.1", stream=False), CODEX)


def adapted(**body: Any) -> dict[str, Any]:
    return {name: json.loads(bytes(value)) for name, value in adapt(**body).fields.items()}


def test_the_least_that_it_takes() -> None:
    assert adapted(input="hi") == {
        "model": "gpt-4.1",
        "input": [MESSAGE],
        "instructions": BASE,
        "include": [ENCRYPTED],
        "store": False,
        "stream": True,
    }


@pytest.mark.parametrize(("given", "sent"), [(MESSAGE, [MESSAGE]), ([MESSAGE], [MESSAGE]), ([], []), (None, None)])
def test_the_input_is_a_list(given: Any, sent: Any) -> None:
    assert adapted(input=given)["input"] == sent


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, BASE),
        ("", BASE),
        ("Be brief.", f"{BASE}\n\nBe brief."),
        (f"Before. {BASE} Behind.", f"Before. {BASE} Behind."),
        (7, 7),  # it will say what is wrong with that
    ],
)
def test_the_instructions_begin_with_the_line_that_it_knows_codex_by(given: Any, sent: Any) -> None:
    assert adapted(input="hi", instructions=given)["instructions"] == sent


def test_the_line_is_the_one_that_codex_sends() -> None:
    expected = "You are Codex, based on GPT-5. You are running as a coding agent in the Codex CLI on a user's computer."
    assert expected == BASE


@pytest.mark.parametrize(
    ("given", "sent"), [(None, [ENCRYPTED]), ([], [ENCRYPTED]), (["a"], ["a", ENCRYPTED]), ([ENCRYPTED], [ENCRYPTED])]
)
def test_thoughts_come_encrypted(given: Any, sent: Any) -> None:
    assert adapted(include=given)["include"] == sent


REFUSED = {
    "max_output_tokens": 5,
    "temperature": 1,
    "top_p": 0.5,
    "metadata": {"a": "b"},
    "user": "u",
    "service_tier": "flex",
    "truncation": "auto",
}


def test_what_it_refuses_is_left_out_and_told() -> None:
    changed = adapt(**REFUSED, store=True)

    assert changed.fields.keys() == {"model", "instructions", "include", "store", "stream"}
    assert changed.lost == (*REFUSED, "store")


def test_what_says_nothing_is_left_out_silently() -> None:
    nothing = dict.fromkeys((*REFUSED, "previous_response_id", "background", "store"))

    changed = adapt(**{**nothing, "metadata": {}, "background": False})
    assert changed.fields.keys() == {"model", "instructions", "include", "store", "stream"}
    assert changed.lost == ()


def test_an_answer_that_it_does_not_keep_can_not_be_gone_on_from() -> None:
    with pytest.raises(UnknownResponse, match="'resp_1'") as raised:
        adapt(previous_response_id="resp_1")
    assert raised.value.param == "previous_response_id"


def test_an_answer_that_it_does_not_keep_can_not_be_fetched_later() -> None:
    with pytest.raises(Unsupported) as raised:
        adapt(background=True)
    assert raised.value.param == "background"


def test_other_fields_keep_their_bytes() -> None:
    fields = read_fields(b'{"model":"gpt-5","input":[{"a": 1.50}],"brand_new": 1.0}')
    changed = DIALECT.upstream.adapt(fields, Head("gpt-5", stream=True), CODEX).fields

    assert bytes(changed["input"]) == b'[{"a": 1.50}]'
    assert bytes(changed["brand_new"]) == b"1.0"


FIELDS = st.sampled_from([*REFUSED, "store", "stream", "input", "instructions", "include", "tools"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3)))


@given(st.dictionaries(FIELDS, VALUES))
def test_once_is_as_good_as_twice(body: dict[str, Any]) -> None:
    once = adapted(**body)

    assert adapted(**once) == once
