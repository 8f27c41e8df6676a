"""The estimate of tokens: near what vocabularies say of text, and not led astray by what is none."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.tokens import estimated, tokens_of

PROSE = "The gateway stands between applications and the providers of models, and nobody has to change a line of code. "
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "data", "source", "content", "text", "image", "a"]), inner, max_size=4
        )
        | st.fixed_dictionaries({"type": st.sampled_from(["image", "document", "file", "text"]), "source": inner})
    ),
    max_leaves=12,
)
BINARY = b64encode(bytes(range(256)) * 4000).decode()


def of(**fields: object) -> int:
    return estimated({name: Raw(json.dumps(value, ensure_ascii=False).encode()) for name, value in fields.items()})


def said(*parts: object) -> int:
    return of(messages=[{"role": "user", "content": list(parts)}])


# The second number is what `o200k_base`, the vocabulary of OpenAI's models since GPT-4o, makes of the text.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (PROSE, 22),
        ('{"flight_number": "HAT030", "date": "2024-05-20", "price": 152, "seats": [{"row": 12, "seat": "C"}]}', 43),
        ("def total(orders):\n    return sum(each.price * each.count for each in orders if not each.cancelled)\n", 23),
        ("人工智能网关位于应用程序和模型提供商之间。开发人员可以继续使用他们已经熟悉的软件开发工具包。", 28),
        (
            "Шлюз находится между приложениями и поставщиками моделей. Разработчики пользуются знакомыми библиотеками.",
            24,
        ),
    ],
)
def test_text_is_estimated_within_a_third(text: str, tokens: int) -> None:
    assert abs(tokens_of(text) - tokens) <= tokens / 3


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(first: str, second: str) -> None:
    assert tokens_of(f"{first} {second}") >= tokens_of(first)


@given(st.text(max_size=200))
def test_no_character_is_more_than_a_few_tokens(text: str) -> None:
    assert 0 <= tokens_of(text) <= 2.2 * len(text) + 1


def test_every_part_of_a_request_counts() -> None:
    bare = of(messages=[{"role": "user", "content": PROSE}])
    assert bare >= tokens_of(PROSE)
    assert of(messages=[{"role": "user", "content": PROSE}], system=PROSE) >= bare + tokens_of(PROSE)
    tool = {
        "name": "search",
        "description": PROSE,
        "input_schema": {"type": "object", "properties": {"q": {"type": "string"}}},
    }
    assert of(messages=[{"role": "user", "content": PROSE}], tools=[tool]) > bare + tokens_of(PROSE) + 10
    used = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {"q": PROSE}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": PROSE}]}
    assert said(used, result) >= 2 * tokens_of(PROSE)
    assert of(model="x" * 10_000, messages=[], metadata={"user_id": PROSE}) == 1


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BINARY}},
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BINARY}"}},
        {"type": "input_image", "image_url": f"data:image/png;base64,{BINARY}"},
        {
            "type": "tool_result",
            "tool_use_id": "t",
            "content": [{"type": "image", "source": {"type": "base64", "data": BINARY}}],
        },
    ],
)
def test_an_image_costs_the_same_however_large_its_file_is(part: object) -> None:
    assert 1600 <= said(part) <= 1610


@pytest.mark.parametrize("around", ["{}", "data:application/pdf;base64,{}"])
def test_a_pdf_costs_by_its_size(around: str) -> None:
    def pdf(size: int) -> int:
        data = around.format(b64encode(b"%PDF-1.7\n" + b"x" * size).decode())
        return said({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}})

    assert 4_000 < pdf(100_000) < 6_000
    assert 1.9 < pdf(400_000) / pdf(200_000) < 2.1
    by_address = said({"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}})
    assert by_address > 1000


def test_a_file_of_text_costs_what_its_text_does() -> None:
    text = PROSE * 100
    plain = said({"type": "document", "source": {"type": "text", "data": text}})
    encoded = said({"type": "file", "file": {"filename": "a.txt", "file_data": b64encode(text.encode()).decode()}})
    blocks = said({"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": text}]}})
    for each in (plain, encoded, blocks):
        assert 0.7 < each / tokens_of(text) < 1.5


def test_proofs_and_marks_are_no_text() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "x" * 5000}
    assert said(thought) == said({"type": "thinking", "thinking": "hm"})
    assert said({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}) == said(
        {"type": "text", "text": "a"}
    )


@given(st.dictionaries(st.sampled_from(["messages", "input", "system", "tools", "text", "model"]), JSON))
def test_whatever_a_request_is_there_is_an_estimate(fields: dict[str, object]) -> None:
    assert of(**fields) >= 1


def test_what_is_nested_without_end_is_counted_as_text() -> None:
    assert estimated({"messages": Raw(b"[" * 100_000)}) > 1000
    assert estimated({"messages": Raw(b'["\xff"]')}) >= 1


def test_a_long_conversation_is_counted_whole() -> None:
    body = {"messages": Raw(json.dumps([{"role": "user", "content": PROSE}] * 5000).encode())}
    assert estimated(body) > 5000 * 10
