import pytest

from planoai.config.lookup import Names, canonical, cut, fault
from planoai.config.schema import ModelProvider

ENTRIES = (
    ModelProvider(model="openai/gpt-4o"),
    ModelProvider(model="OpenAI/gpt-4o-mini", name="cheap"),
    ModelProvider(model="claude/*"),
    ModelProvider(model="anthropic/claude-haiku-4-5"),
    ModelProvider(model="House/*", name="ours"),
    ModelProvider(model="openrouter/anthropic/claude-3.5"),
    ModelProvider(model="openrouter/gpt-4o"),
    ModelProvider(model="groq/org/llama"),
)
NAMES = Names(ENTRIES)


def means(name: str) -> list[tuple[str, str]]:
    return [(meaning.entry.model, meaning.model) for meaning in NAMES.meanings(name)]


@pytest.mark.parametrize(
    ("name", "entry", "model"),
    [
        ("openai/gpt-4o", "openai/gpt-4o", "gpt-4o"),
        ("OPENAI/gpt-4o", "openai/gpt-4o", "gpt-4o"),
        ("openai/gpt-4o-mini", "OpenAI/gpt-4o-mini", "gpt-4o-mini"),
        ("cheap", "OpenAI/gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4o-mini", "OpenAI/gpt-4o-mini", "gpt-4o-mini"),
        ("anthropic/claude-x", "claude/*", "claude-x"),
        ("claude/claude-x", "claude/*", "claude-x"),
        ("Claude/claude-x", "claude/*", "claude-x"),
        ("claude/claude-haiku-4-5", "anthropic/claude-haiku-4-5", "claude-haiku-4-5"),
        ("house/org/x", "House/*", "org/x"),
        ("HOUSE/X", "House/*", "X"),
        ("org/llama", "groq/org/llama", "org/llama"),
        (
            "anthropic/claude-3.5",
            "claude/*",
            "claude-3.5",
        ),  # another provider's model id is no reason to leave the prefix
    ],
)
def test_a_name_means_one_model_of_one_entry(name: str, entry: str, model: str) -> None:
    assert means(name) == [(entry, model)]


@pytest.mark.parametrize(
    "name", ["", "/", "*", "ours", "claude/*", "anthropic/*", "HOUSE/*", "house/", "GPT-4o", "openai/GPT-4o", "x/y"]
)
def test_other_names_mean_nothing(name: str) -> None:
    assert means(name) == []


def test_a_model_id_of_two_entries_means_both() -> None:
    assert means("gpt-4o") == [("openai/gpt-4o", "gpt-4o"), ("openrouter/gpt-4o", "gpt-4o")]


def test_every_name_that_is_known_means_something() -> None:
    assert {"openai/gpt-4o", "cheap", "gpt-4o-mini", "OpenAI/gpt-4o-mini", "org/llama"} <= set(NAMES.known())
    assert all(NAMES.meanings(name) for name in NAMES.known())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Google/Gemini-X", "gemini/Gemini-X"), ("House/a/B", "house/a/B"), ("claude", "claude"), ("", ""), ("/x", "/x")],
)
def test_only_the_provider_of_a_full_name_is_folded(name: str, expected: str) -> None:
    assert canonical(name) == expected


def test_a_name_is_printable_and_of_a_length_to_read() -> None:
    assert [fault(name) for name in ("", "x" * 256, "größe/模型 1")] == [None, None, None]
    assert fault("x" * 257) == "it is longer than 256 characters"
    assert {fault(name) for name in ("a\nb", "\0", "\x7f", "\u2028", "\u202e")} == {
        "it must be one line of printable text"
    }


def test_a_long_name_is_cut_where_it_is_told() -> None:
    assert cut("x" * 80) == repr("x" * 80)
    assert cut("x" * 81) == repr("x" * 80 + "...")
