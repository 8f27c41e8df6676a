"""How models think, whichever way a provider spells their ids."""

import pytest

from planoai.apis.models import EFFORTS, Habits, claude_version, effort_of, habits, nearest_effort

USUAL = ("low", "medium", "high")


@pytest.mark.parametrize(
    ("model", "efforts"),
    [
        ("o1", USUAL),
        ("o3-mini", USUAL),
        ("openai/o4-mini-2025-04-16", USUAL),
        ("gpt-5", ("minimal", *USUAL)),
        ("openai/GPT-5-mini", ("minimal", *USUAL)),
        ("gpt-5-codex", USUAL),
        ("gpt-5-pro", ("high",)),
        ("gpt-5.1", ("none", *USUAL)),
        ("gpt-5.1-codex-max", (*USUAL, "xhigh")),
        ("gpt-5.2", ("none", *USUAL, "xhigh")),
        ("gpt-5.2-pro", ("medium", "high", "xhigh")),
        ("gpt-5.4-mini-2026-03-17", ("none", *USUAL, "xhigh")),
        ("gpt-5.6-terra", ("none", *USUAL, "xhigh", "max")),
        ("claude-3-7-sonnet-20250219", USUAL),
        ("anthropic/claude-opus-4.6", (*USUAL, "max")),
        ("us.anthropic.claude-opus-4-7-v1:0", (*USUAL, "xhigh", "max")),
        ("anthropic/claude-sonnet-5", (*USUAL, "xhigh", "max")),
        ("anthropic/claude-opus-5", (*USUAL, "xhigh", "max")),
        ("claude-fable-5", (*USUAL, "xhigh", "max")),
        ("grok-3-mini", ("low", "high")),
        ("x-ai/grok-4.3", ("none", *USUAL)),
        ("grok-4.5", USUAL),
        ("gemini-2.5-flash", ("none", *USUAL)),
        ("gemini-2.5-pro", ("minimal", *USUAL)),
        ("google/gemini-3-pro", ("minimal", *USUAL)),
        ("openai/gpt-oss-120b", USUAL),
        ("moonshotai/kimi-k3", ("low", "high", "max")),
    ],
)
def test_models_that_can_be_asked_how_much_to_think(model: str, efforts: tuple[str, ...]) -> None:
    assert habits(model).thinks
    assert habits(model).efforts == efforts


@pytest.mark.parametrize("model", ["grok-4", "grok-4-0709", "grok-4-1-fast-reasoning", "grok-4.20-reasoning"])
def test_models_that_think_unasked(model: str) -> None:
    assert habits(model) == Habits(thinks=True)


@pytest.mark.parametrize(
    "model",
    [
        *("gpt-4o", "gpt-4.1", "gpt-50", "gpt-5-chat-latest", "gpt-5.1-chat-latest", "ollama3", "o3x", "llama-o3"),
        *("claude-3-opus-20240229", "claude-3-5-sonnet-latest", "grok-4-fast-non-reasoning", "gemini-2.0-flash", ""),
    ],
)
def test_other_models_are_not_taken_for_them(model: str) -> None:
    assert habits(model) == Habits()


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("claude-3-5-sonnet-20241022", (3, 5)),
        ("claude-haiku-4-5@20251001", (4, 5)),
        ("claude-sonnet-4-20250514", (4, 0)),
        ("claude-instant-1.2", (1, 2)),
        ("glm-4.7", None),
    ],
)
def test_the_version_of_a_claude(model: str, version: tuple[int, int] | None) -> None:
    assert claude_version(model) == version


@pytest.mark.parametrize(
    ("effort", "model", "nearest"),
    [
        ("max", "gpt-5.6", "max"),
        ("max", "gpt-5.2", "xhigh"),
        ("xhigh", "gpt-5", "high"),
        ("minimal", "gpt-5.1", "low"),
        ("low", "gpt-5-pro", "high"),
        ("medium", "kimi-k3", "high"),
        ("xhigh", "claude-opus-4-6", "max"),
        ("weird", "gpt-5", None),
        ("high", "grok-4", None),
    ],
)
def test_an_effort_that_a_model_lacks_becomes_the_nearest(effort: str, model: str, nearest: str | None) -> None:
    assert nearest_effort(effort, habits(model).efforts) == nearest


def test_efforts_are_told_least_first() -> None:
    for model in ("gpt-5", "gpt-5.6", "claude-opus-5", "kimi-k3", "gemini-3"):
        assert sorted(habits(model).efforts, key=EFFORTS.index) == list(habits(model).efforts)


def test_budgets_as_efforts() -> None:
    assert [effort_of(budget) for budget in (1024, 4095, 4096, 16383, 16384, 64000)] == [
        *("low", "low", "medium", "medium", "high", "high"),
    ]
