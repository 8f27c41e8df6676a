"""What a Responses request needs for one upstream of its own API: mostly nothing."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.dialect import Accepts, Adapted, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_responses import DIALECT
from planoai.apis.seal import Proof, sealed
from planoai.conversation.fold import Answer
from planoai.conversation.message import Message, Text, Thinking, ToolCall
from tests.apis.golden import ENVELOPE

OURS = "rs_" + "0123456789abcdef" * 2 + "0001"  # as our own answers call thoughts that had no id


def adapt(body: dict[str, Any], accepts: Accepts | None = None) -> Adapted:
    fields = read_fields(json.dumps(body).encode())
    return DIALECT.upstream.adapt(fields, Head(str(body.get("model", "m")), stream=False), accepts or Accepts())


def items(adapted: Adapted) -> Any:
    return json.loads(bytes(adapted.fields["input"]))


def thought(encrypted: str | None = None, identifier: str = "rs_x") -> dict[str, Any]:
    proof = {} if encrypted is None else {"encrypted_content": encrypted}
    return {"type": "reasoning", "id": identifier, "summary": [], **proof}


PLAIN: dict[str, Any] = {
    "model": "gpt-5.2",
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": 'say "call_id": "plano"'}]},
        {"type": "reasoning", "id": "rs_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b", "summary": []},
        {"type": "function_call", "call_id": "c" * 64, "name": "f", "arguments": '{"extra": 1}'},
    ],
    "temperature": None,
    "reasoning": {"effort": "high"},
    "brand_new": 1.0,
}


@pytest.mark.parametrize(
    "body",
    [PLAIN, {"model": "gpt-4.1", "temperature": 1, "input": "hi"}, {"model": "gpt-5.1", "previous_response_id": "r"}],
)
def test_the_same_mapping_where_nothing_is_needed(body: dict[str, Any]) -> None:
    fields = read_fields(json.dumps(body).encode())

    adapted = DIALECT.upstream.adapt(fields, Head("m", stream=False), Accepts())
    assert adapted.fields is fields
    assert not adapted.lost


@pytest.mark.parametrize("text", ["plano1.", '"extra_content"', f'"{OURS}"'])
def test_words_of_the_conversation_are_no_traces_of_ours(text: str) -> None:
    body = {"input": [{"role": "user", "content": [{"type": "input_text", "text": text}]}]}
    fields = read_fields(json.dumps(body).encode())

    assert DIALECT.upstream.adapt(fields, Head("m", stream=False), Accepts()).fields is fields


def test_an_input_of_one_text_is_left_alone() -> None:
    assert items(adapt({"input": "plano1.openai.encrypted.."})) == "plano1.openai.encrypted.."


@given(st.text(max_size=20), st.text(max_size=8), st.sampled_from(["azure_openai", "a.b"]))
def test_a_thought_goes_back_to_its_issuer_as_that_wrote_it(value: str, identifier: str, issuer: str) -> None:
    encrypted = sealed(Proof(issuer, "encrypted", value, identifier))
    body = {"input": [thought(encrypted), {"role": "user", "content": "hi"}]}

    home = adapt(body, Accepts(proofs=(issuer,)))
    expected = thought(value, identifier) if identifier else {**thought(value), "id": None}
    assert items(home)[0] == {name: told for name, told in expected.items() if told is not None}
    assert not home.lost

    elsewhere = adapt(body, Accepts(proofs=("openai",)))
    assert items(elsewhere) == [{"role": "user", "content": "hi"}]
    assert elsewhere.lost == (f"input[0] (reasoning of {issuer})",)


def test_a_signature_is_no_encrypted_thought_even_for_its_issuer() -> None:
    adapted = adapt({"input": [thought(sealed(Proof("both", "signature", "c2ln")))]}, Accepts(proofs=("both",)))

    assert items(adapted) == []
    assert adapted.lost == ("input[0] (reasoning of both)",)


def test_a_thought_of_our_own_naming_that_nothing_proves_stays_behind() -> None:
    body = {"input": [thought(identifier=OURS), {"role": "user", "content": "hi"}]}

    adapted = adapt(body)
    assert items(adapted) == body["input"][1:]
    assert adapted.lost == ("input[0] (reasoning without a proof)",)
    assert items(adapt(body, Accepts(reasoning_back=True))) == body["input"]


def test_what_another_maker_thought_is_not_sent_to_openai() -> None:
    """As a client sends it that was answered by a server which proves nothing."""
    said = Message(
        "assistant", (Thinking("hm"), Text("42"), ToolCall("c", "f", "{}", extras=Raw(b'{"extra_content":1}')))
    )
    assert DIALECT.client is not None
    answered = json.loads(DIALECT.client.write_answer(Answer("", "m", said), ENVELOPE))["output"]
    assert [item["type"] for item in answered] == ["reasoning", "message", "function_call"]

    adapted = adapt({"input": answered})
    assert [item["type"] for item in items(adapted)] == ["message", "function_call"]
    assert adapted.lost == ("input[0] (reasoning without a proof)", "input[2].extra_content")


def test_a_thought_of_our_own_naming_that_is_proven_goes() -> None:
    assert items(adapt({"input": [thought("gAAA", OURS)]})) == [thought("gAAA", OURS)]


def test_members_that_another_maker_wanted_back_stay_behind() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    adapted = adapt({"input": [call, {**call, "extra_content": {"google": {"thought_signature": "s"}}}]})

    assert items(adapted) == [call, call]
    assert adapted.lost == ("input[1].extra_content",)


def test_call_ids_are_as_long_as_openai_takes_them_and_still_pair_up() -> None:
    call = {"type": "function_call", "call_id": "c" * 65, "name": "f", "arguments": '{"call_id": "' + "c" * 65 + '"}'}
    output = {"type": "function_call_output", "call_id": "c" * 65, "output": "r"}

    first, second = items(adapt({"input": [call, output]}))
    assert len(first["call_id"]) == 64
    assert first["call_id"] == second["call_id"]
    assert first["arguments"] == call["arguments"]


@pytest.mark.parametrize(
    ("model", "effort", "refused"),
    [
        ("gpt-5", None, True),
        ("gpt-5.1", "high", True),
        ("gpt-5.1", "none", False),
        ("o3", None, True),
        ("gpt-5-chat-latest", None, False),
        ("gpt-4.1", None, False),
        ("grok-4", None, False),
    ],
)
def test_reasoning_models_of_openai_are_not_told_how_to_sample(
    model: str, effort: str | None, *, refused: bool
) -> None:
    body = {"model": model, "temperature": 0.5, "top_p": 0.9, "input": "hi", "reasoning": {"effort": effort}}

    adapted = adapt(body)
    assert adapted.lost == (("temperature", "top_p") if refused else ())
    assert ("temperature" in adapted.fields) is not refused


INPUTS: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.integers(-2, 3), st.sampled_from(["plano1.a.encrypted.b.c", "reasoning", OURS, "x" * 70])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "id", "call_id", "encrypted_content", "extra_content", "summary"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@given(INPUTS, INPUTS, st.sampled_from(["gpt-5", "gpt-4.1", 7, None]))
def test_whatever_a_client_sends_is_left_for_the_upstream_to_judge(
    said: object, reasoning: object, model: object
) -> None:
    adapted = adapt({"model": model, "input": said, "reasoning": reasoning, "temperature": 1})

    assert msgspec.json.decode(msgspec.json.encode(adapted.fields))["model"] == model
