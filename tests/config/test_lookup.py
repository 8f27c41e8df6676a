import pytest

from planoai.config.lookup import Names, canonical, cut, fault
from planoai.config.schema import ModelProvider
from planoai.providers.registry import Model, Registry

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


REGISTRY = Registry(
    "2026-11-22",
    "a test",
    {
        "openai": tuple(Model(each, "chat") for each in ("gpt-5", "gpt-4o", "o9")),
        "anthropic": (Model("opus", "chat"),),
        "z-ai": tuple(Model(each, "chat") for each in ("glm", "gpt-5", "o9")),
        "house/*": (Model("org/llama", "chat"),),
    },
)
WILD = (
    ModelProvider(model="zhipu/*", name="cn/*"),
    ModelProvider(model="openai/gpt-4o", name="main"),
    ModelProvider(model="openai/*", name="azure-like"),
    ModelProvider(model="house/*", base_url="http://h", provider_interface="openai"),
    ModelProvider(model="own/o9", base_url="http://h", provider_interface="openai"),
)


def listed(*entries: ModelProvider) -> list[str]:
    return [name for name, _ in Names(entries, REGISTRY).listed]


def test_a_wildcard_stands_for_what_the_registry_knows() -> None:
    """In the order of the config, then of the registry; what is configured by itself is not listed once more."""
    names = ["cn/glm", "cn/gpt-5", "cn/o9", "main", "azure-like/gpt-5", "azure-like/o9", "house/org/llama", "own/o9"]
    assert listed(*WILD) == names
    assert [name for name, _ in Names(WILD).listed] == ["main", "own/o9"]


def test_every_name_that_is_listed_means_the_model_it_stands_for() -> None:
    names = Names(WILD, REGISTRY)
    for name, meaning in names.listed:
        [found] = names.meanings(name)
        assert (found.entry, found.model) == (meaning.entry, meaning.model)


@pytest.mark.parametrize(
    ("name", "entry", "model"),
    [
        ("gpt-5", "zhipu/*", "gpt-5"),  # the first of the config
        ("glm", "zhipu/*", "glm"),
        ("o9", "own/o9", "o9"),  # an entry of its own comes before every wildcard
        ("gpt-4o", "openai/gpt-4o", "gpt-4o"),
        ("org/llama", "house/*", "org/llama"),
        ("openai/new", "openai/*", "new"),  # newer than the registry
        ("azure-like/new", "openai/*", "new"),
        ("cn/org/new", "zhipu/*", "org/new"),
    ],
)
def test_what_a_wildcard_stands_for_has_a_bare_id_too(name: str, entry: str, model: str) -> None:
    assert [(each.entry.model, each.model) for each in Names(WILD, REGISTRY).meanings(name)] == [(entry, model)]


@pytest.mark.parametrize("name", ["new", "cn/", "cn/*", "azure-like", "opus", "anthropic/opus"])
def test_what_no_wildcard_stands_for_means_nothing(name: str) -> None:
    assert Names(WILD, REGISTRY).meanings(name) == ()


def test_bare_ids_that_mean_another_entrys_model_are_told() -> None:
    hidden = Names(WILD, REGISTRY).hidden
    told = [(each.entry.model, each.other.model, each.models) for each in hidden]
    assert told == [
        ("zhipu/*", "own/o9", ("o9",)),
        ("openai/*", "zhipu/*", ("gpt-5",)),
        ("openai/*", "own/o9", ("o9",)),
    ]


def test_the_name_of_one_wildcard_may_be_the_prefix_of_another() -> None:
    entries = (ModelProvider(model="zhipu/*", name="openai"), ModelProvider(model="openai/*"))
    assert listed(*entries) == ["openai/gpt-5", "openai/gpt-4o", "openai/o9"]
    assert Names(entries, REGISTRY).meanings("openai/glm")[0].entry is entries[1]
