"""The lists of models that providers tell themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.providers.catalog import PROVIDERS
from planoai.providers.listed import listed_at, read_list
from planoai.providers.registry import Model


@pytest.mark.parametrize(
    ("provider", "prefix", "place"),
    [
        ("openai", "", "/v1/models"),
        ("anthropic", "", "/v1/models?limit=1000"),
        ("groq", "", "/openai/v1/models"),
        ("gemini", "", "/v1beta/openai/models"),
        ("zhipu", "", "/api/paas/v4/models"),
        ("openrouter", "api/v1", "/api/v1/models"),
        ("perplexity", "", "/models"),
        ("custom", "serving/v1", "/serving/v1/models"),
        ("chatgpt", "backend-api/codex", "/backend-api/codex/models"),
        ("azure_openai", "", None),  # it lists deployments elsewhere, for the operator of the account
        ("amazon_bedrock", "", None),
    ],
)
def test_where_a_provider_lists_its_models(provider: str, prefix: str, place: str | None) -> None:
    row = PROVIDERS[provider]
    assert listed_at(row, row.speaks[0], prefix=prefix) == place


def test_the_next_page_of_a_list() -> None:
    assert listed_at(PROVIDERS["anthropic"], "anthropic_messages", after="b") == "/v1/models?limit=1000&after_id=b"
    page = {"data": [{"id": "a", "type": "model"}, {"id": "b"}], "has_more": True, "first_id": "a", "last_id": "b"}
    listed = read_list(json.dumps(page).encode(), {})
    assert (listed.models, listed.next) == ((Model("a", "chat"), Model("b", "chat")), "b")
    assert read_list(json.dumps({**page, "has_more": False}).encode(), {}).next == ""


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": [{"id": "a"}, {"id": "e", "type": "embedding"}, {"id": "a"}, {"id": "my-tts"}]},
        [{"id": "a", "type": "language"}, {"id": "e", "type": "embedding"}, {"id": "my-tts"}],
        {"models": [{"slug": "a"}, {"name": "models/e", "type": "embedding"}, {"id": "my-tts"}, {}]},
    ],
)
def test_every_shape_of_a_list(body: object) -> None:
    listed = read_list(json.dumps(body).encode(), {}).models
    assert listed == (Model("a", "chat"), Model("e", "embedding"), Model("my-tts", "audio"))


def test_a_kind_that_is_known_already_stays() -> None:
    assert read_list(b'{"data": [{"id": "odd-name"}]}', {"odd-name": "rerank"}).models == (Model("odd-name", "rerank"),)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"data": 1}', b'{"error": "x"}', b"\xff", b"[" * 100_000])
def test_what_is_no_list_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"list"):
        read_list(body, {})


@given(st.lists(st.text(max_size=300)))
def test_only_ids_that_can_be_asked_for_are_kept(ids: list[str]) -> None:
    listed = read_list(json.dumps({"data": [{"id": each} for each in ids]}).encode(), {}).models
    assert all(0 < len(each.id) <= 256 and each.id.isprintable() for each in listed)
    assert len({each.id for each in listed}) == len(listed)
