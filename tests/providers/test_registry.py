"""The models that are known, counted by code."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.providers.catalog import PROVIDERS, find
from planoai.providers.registry import KINDS, Model, Registry, decoded, encoded, key_of, kind_of, merged, snapshot

_IDS = st.text(min_size=1, max_size=20)
_MODELS = st.lists(st.builds(Model, _IDS, st.sampled_from(KINDS)), max_size=5, unique_by=lambda each: each.id)
REGISTRIES = st.builds(
    Registry, _IDS, _IDS, st.dictionaries(_IDS, _MODELS.map(lambda found: tuple(sorted(found, key=_by_kind))))
)

# What the snapshot holds: whoever renews it writes the new numbers here, and sees what became of each provider.
COUNTED = {
    "amazon": 328,
    "anthropic": 21,
    "chatgpt": 22,
    "deepseek": 8,
    "digitalocean": 13,
    "google": 58,
    "meta": 9,
    "minimax": 12,
    "mistralai": 70,
    "moonshotai": 4,
    "openai": 117,
    "qwen": 63,
    "together": 40,
    "x-ai": 54,
    "xiaomi": 2,
    "z-ai": 17,
}


def _by_kind(model: Model) -> int:
    return KINDS.index(model.kind)


def test_the_snapshot_is_counted() -> None:
    models = snapshot().models
    assert {key: len(listed) for key, listed in models.items()} == COUNTED
    kinds = Counter(each.kind for listed in models.values() for each in listed)
    assert kinds["embedding"] == 28
    assert set(kinds) == set(KINDS)


def test_every_list_is_some_providers_and_every_provider_finds_its_own() -> None:
    assert {row.models for row in PROVIDERS.values() if row.models} == set(snapshot().models)


def test_no_model_is_listed_twice_and_all_can_be_asked_for() -> None:
    for key, listed in snapshot().models.items():
        ids = [each.id for each in listed]
        assert len(ids) == len(set(ids)), key
        assert all(each.isascii() and each.isprintable() and " " not in each and len(each) < 128 for each in ids)


def test_it_says_when_and_from_where_it_is() -> None:
    assert date.fromisoformat(snapshot().as_of) >= date(2026, 11, 22)
    assert "MIT" in snapshot().source


@pytest.mark.parametrize(
    ("prefix", "row", "key"),
    [
        ("openai", "openai", "openai"),
        ("Azure_OpenAI", "azure_openai", "openai"),
        ("google", "gemini", "google"),
        ("claude", "anthropic", "anthropic"),
        ("meta", "meta", "meta"),
        ("groq", "groq", "groq/*"),
        ("House", "custom", "house/*"),
        ("mistralai", "custom", "mistralai/*"),  # the key of a list is no name of a provider
        ("house", "anthropic", "house/*"),  # another server, which only speaks Anthropic's API
    ],
)
def test_where_the_models_of_an_entry_are_listed(prefix: str, row: str, key: str) -> None:
    assert key_of(prefix, PROVIDERS[row]) == key


def test_the_models_of_a_provider() -> None:
    provider = find("z-ai") or find("zhipu")
    assert provider is not None
    assert Model("glm-5", "chat") in snapshot().of("zhipu", provider)
    assert snapshot().of("ours", PROVIDERS["custom"]) == ()


@given(REGISTRIES)
def test_what_is_written_is_read_again(registry: Registry) -> None:
    assert decoded(encoded(registry)) == registry


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"as_of": "", "source": "", "models": {"a": {"b": []}}}', b"\xff"]
)
def test_what_is_no_registry_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(data)


@given(REGISTRIES, REGISTRIES)
def test_a_newer_registry_takes_no_list_away(base: Registry, newer: Registry) -> None:
    both = merged(base, newer)
    assert set(both.models) >= set(base.models)
    for key, listed in both.models.items():
        assert listed == (newer.models.get(key) or base.models[key])
    assert both is base or any(newer.models.values())


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("gpt-5.2", "chat"),
        ("llama-3.3-70b-versatile", "chat"),
        ("deepseek-reasoner", "chat"),
        ("text-embedding-3-small", "embedding"),
        ("BAAI/bge-large-en-v1.5", "embedding"),
        ("gpt-image-1", "image"),
        ("dall-e-3", "image"),
        ("whisper-large-v3-turbo", "audio"),
        ("gpt-4o-mini-tts", "audio"),
        ("omni-moderation-latest", "moderation"),
        ("rerank-v3.5", "rerank"),
        ("bge-reranker-v2-m3", "rerank"),
        ("sora-2-pro", "video"),
        ("gpt-3.5-turbo-instruct", "completion"),
    ],
)
def test_what_an_id_says_of_its_model(model: str, kind: str) -> None:
    assert kind_of(model) == kind


def test_ids_say_what_the_snapshot_says() -> None:
    """Where lists tell no kind, ids have to do: for nearly all that are known, they do."""
    listed = [each for models in snapshot().models.values() for each in models]
    wrong = [each for each in listed if kind_of(each.id) != each.kind]
    assert len(wrong) / len(listed) < 0.02, wrong
