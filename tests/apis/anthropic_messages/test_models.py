"""What is known by model id, whichever way a provider spells it."""

import pytest

from planoai.apis.anthropic_messages.models import Model, model
from planoai.apis.models import habits


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("claude-3-haiku-20240307", 4096),
        ("claude-3-5-sonnet-latest", 8192),
        ("claude-3-7-sonnet-20250219", 8192),
        ("claude-sonnet-4-20250514", 32000),
        ("anthropic.claude-opus-4-1-20250805-v1:0", 32000),
        ("anthropic/claude-opus-4.6", 32000),
        ("claude-haiku-4-5@20251001", 32000),
        ("claude-fable-5", 32000),
        ("claude-instant-1.2", 4096),
        ("glm-4.7", 8192),
    ],
)
def test_a_limit_for_clients_that_name_none(name: str, most: int) -> None:
    assert model(name).default_max_tokens == most


@pytest.mark.parametrize(
    ("name", "adaptive"),
    [
        ("claude-opus-4-5-20251101", False),
        ("claude-opus-4-6", True),
        ("claude-sonnet-4-6", True),
        ("claude-opus-4.7", True),
        ("claude-sonnet-5-5", True),
        ("claude-opus-4-20250514", False),
        ("claude-3-opus-20240229", False),
        ("kimi-k2", False),
    ],
)
def test_adaptive_thinking_began_with_4_6(name: str, adaptive: bool) -> None:
    assert habits(name).adaptive is adaptive


def test_schemas_began_with_opus_4_1() -> None:
    assert [name for name in ("claude-opus-4", "claude-opus-4-1", "claude-sonnet-4-5") if model(name).schemas] == [
        "claude-opus-4-1",
        "claude-sonnet-4-5",
    ]


def test_a_name_nobody_knows_gets_what_all_take() -> None:
    assert model("my-own") == Model()
