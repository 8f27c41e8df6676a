"""The names of one model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.pricing.naming import aliases, candidates, ours


@pytest.mark.parametrize(
    ("listed", "called"),
    [
        ("openai-gpt-5.4", {"openai-gpt-5.4", "openai-gpt-5-4", "gpt-5.4", "gpt-5-4"}),
        ("anthropic-claude-4.5-haiku", {"claude-haiku-4.5", "claude-haiku-4-5", "claude-4-5-haiku"}),
        ("anthropic-claude-opus-4.6", {"claude-opus-4-6", "claude-4-6-opus"}),
        ("anthropic-claude-opus-4", {"claude-opus-4", "claude-4-opus"}),
        ("claude-sonnet-4-20250514", {"claude-sonnet-4-20250514", "claude-4-sonnet-20250514"}),
        ("Llama-4", {"Llama-4", "llama-4"}),
        ("meta-llama3.3-70b", {"llama3.3-70b", "llama3-3-70b"}),
    ],
)
def test_what_else_a_model_of_a_list_is_called(listed: str, called: set[str]) -> None:
    assert called <= set(aliases(listed))


@pytest.mark.parametrize(
    ("asked", "looked_for"),
    [
        ("anthropic/claude-haiku-4-5-20251001", ["claude-haiku-4-5-20251001", "claude-haiku-4-5"]),
        ("openai/gpt-5.2-2025-12-11", ["gpt-5.2-2025-12-11", "gpt-5.2", "gpt-5-2"]),
        ("OpenAI/GPT-4o", ["OpenAI/GPT-4o", "GPT-4o", "openai/gpt-4o", "gpt-4o"]),
        ("amazon_bedrock/eu.amazon.nova-pro-v1:0", ["amazon_bedrock/amazon.nova-pro-v1:0"]),
        ("amazon_bedrock/arn:aws:bedrock:eu-west-1:1:inference-profile/eu.x.y", ["amazon_bedrock/x.y", "x.y"]),
        ("openrouter/anthropic/claude-opus-4.6", ["anthropic/claude-opus-4.6", "anthropic/claude-opus-4-6"]),
        ("do/openai-gpt-5.4", ["openai-gpt-5.4", "gpt-5.4"]),
        ("house/learn:to/fly", ["house/learn:to/fly", "learn:to/fly"]),
    ],
)
def test_under_what_a_model_is_looked_for(asked: str, looked_for: list[str]) -> None:
    found = candidates(asked)
    assert found[0] == asked
    places = [found.index(each) for each in looked_for]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["us.example", "europe/x", "gpt-4-20", "claude-opus-4-6"])
def test_a_name_that_only_looks_like_it_has_a_place_or_a_date_keeps_it(name: str) -> None:
    assert name in candidates(name)
    assert "example" not in candidates(name)
    assert "gpt-4" not in candidates(name)


def test_a_provider_of_a_list_has_our_name() -> None:
    assert ours("google/gemini-2.5-pro") == "gemini/gemini-2.5-pro"
    assert ours("openai/gpt-4o") == "openai/gpt-4o"
    assert ours("google") == "google"


@given(st.text(max_size=300))
def test_any_name_can_be_looked_for(name: str) -> None:
    found = candidates(name)
    assert found[0] == name
    assert len(found) == len(set(found)) <= 128
    assert name in set(aliases(name))
