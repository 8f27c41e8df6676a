from urllib.parse import urlsplit

import pytest

from planoai.providers.catalog import PROVIDERS, find, serving
from planoai.providers.provider import Override, Provider, upstream_dialect

CHAT, MESSAGES, RESPONSES, CONVERSE = "openai_chat", "anthropic_messages", "openai_responses", "bedrock_converse"

FOR_EACH_CLIENT = {
    "anthropic": (MESSAGES, MESSAGES, MESSAGES),
    "vercel": (CHAT, MESSAGES, RESPONSES),
    "openai": (CHAT, CHAT, RESPONSES),
    "xai": (CHAT, CHAT, RESPONSES),
    "chatgpt": (RESPONSES, RESPONSES, RESPONSES),
    "amazon_bedrock": (CONVERSE, CONVERSE, CONVERSE),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_client_is_served_in_its_own_api_where_the_provider_speaks_it(provider: str) -> None:
    expected = FOR_EACH_CLIENT.get(provider, (CHAT, CHAT, CHAT))
    spoken = tuple(upstream_dialect(PROVIDERS[provider], client) for client in (CHAT, MESSAGES, RESPONSES))
    assert spoken == expected


@pytest.mark.parametrize(("override", "dialect"), [("chat", CHAT), ("messages", MESSAGES), ("responses", RESPONSES)])
def test_an_entry_may_say_which_api_its_upstream_speaks(override: Override, dialect: str) -> None:
    assert upstream_dialect(PROVIDERS["openrouter"], CHAT, override) == dialect


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("openai", "openai"),
        ("OpenAI", "openai"),
        ("google", "gemini"),
        ("together", "together_ai"),
        ("do", "digitalocean"),
        ("do_ai", "digitalocean"),
        ("amazon", "amazon_bedrock"),
        ("claude", "anthropic"),
    ],
)
def test_a_provider_is_known_by_its_aliases_and_in_any_letters(written: str, name: str) -> None:
    row = find(written)
    assert row is not None
    assert row.name == name


@pytest.mark.parametrize("written", ["vercel_ai", "open_router", "", "openai "])
def test_what_is_nearly_a_name_is_not_one(written: str) -> None:
    assert find(written) is None


@pytest.mark.parametrize(
    ("prefix", "interface", "name"),
    [
        ("openai", None, "openai"),
        ("house", None, None),
        ("house", "openai", "custom"),  # a server that speaks OpenAI's API is not OpenAI
        ("house", "anthropic", "anthropic"),
        ("house", "claude", "anthropic"),
        ("house", "groq", "groq"),
        ("house", "nobody", None),
        ("perplexity", None, None),
        ("perplexity", "openai", "perplexity"),
        ("minimax", "anthropic", "anthropic"),
        ("google", "openai", "custom"),
    ],
)
def test_an_interface_says_how_to_speak_to_a_prefix_of_ones_own(
    prefix: str, interface: str | None, name: str | None
) -> None:
    row = serving(prefix, interface)
    assert (row.name if row is not None else None) == name


def test_no_name_or_alias_means_two_providers() -> None:
    names = [name for row in PROVIDERS.values() for name in (row.name, *row.aliases)]
    assert sorted(names) == sorted(set(names))
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize("row", PROVIDERS.values(), ids=PROVIDERS)
def test_a_row_says_where_its_provider_is_or_that_the_config_must(row: Provider) -> None:
    assert row.base_url is not None or row.needs_base_url
    if row.base_url is not None:
        assert urlsplit(row.base_url).scheme == "https"
    if row.elsewhere is not None:
        assert row.elsewhere in PROVIDERS


def test_only_openai_and_azure_are_sent_openais_own_fields() -> None:
    chat = [row for row in PROVIDERS.values() if CHAT in row.speaks]
    assert [row.name for row in chat if row.accepts.developer_role] == ["openai", "azure_openai"]
    assert [row.name for row in PROVIDERS.values() if row.accepts.account_fields] == ["openai", "azure_openai"]


def accepting(field: str) -> set[str]:
    return {row.name for row in PROVIDERS.values() if getattr(row.accepts, field)}


def test_who_searches_the_web() -> None:
    assert accepting("web_search") == {"openai", "anthropic", "openrouter", "perplexity"}


def test_who_wants_thoughts_back() -> None:
    assert accepting("reasoning_back") == {"deepseek", "moonshotai", "xiaomi", "minimax", "zhipu"}


def test_who_samples_among_the_most_likely() -> None:
    assert accepting("top_k") == {"anthropic", "together_ai", "openrouter", "qwen", "ollama", "custom"}


def test_who_refuses_what_most_take() -> None:
    everyone = set(PROVIDERS)
    assert everyone - accepting("user") == {"mistral", "gemini"}
    assert everyone - accepting("name") == {"mistral", "groq"}


def test_who_counts_tokens() -> None:
    assert accepting("counts") == {"anthropic", "openai", "amazon_bedrock"}


def test_every_provider_checks_the_proofs_that_it_issued_and_no_others() -> None:
    assert all(row.accepts.proofs == (row.name,) for row in PROVIDERS.values())


def test_who_has_rules_of_its_own() -> None:
    assert accepting("only_streams") == accepting("codex") == {"chatgpt"}
    assert accepting("short_ids") == {"mistral"}
    assert accepting("plain_schemas") == {"gemini"}
    assert accepting("refused") == accepting("efforts") == {"moonshotai"}
    assert [row.name for row in PROVIDERS.values() if row.accepts.web_search_models != ".*"] == ["openai"]


def test_who_can_be_shown_a_signature_in_place_of_a_key() -> None:
    assert [row.name for row in PROVIDERS.values() if row.seals] == ["amazon_bedrock"]
    assert [row.name for row in PROVIDERS.values() if row.aws_variables] == ["amazon_bedrock"]
