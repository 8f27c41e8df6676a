"""One file with every part of the format in it: it is read whole, and nothing in it is lost."""

from pathlib import Path

import pytest
from msgspec import Struct, msgpack

from planoai.config.later import LATER_VALUES, served
from planoai.config.load import Loaded, load
from planoai.config.older.rewrite import Rewritten, rewritten
from planoai.config.schema import Config, Listener, MetricsSource, Overrides
from planoai.errors import ConfigError

TEXT = (Path(__file__).parents[1] / "data" / "annotated.yaml").read_text()
VARIABLES = {
    "OPENAI_API_KEY": "sk-1",
    "ANTHROPIC_API_KEY": "sk-2",
    "HOUSE_KEY": "k-3",
    "LEDGER_TOKEN": "t-4",
    "DB_PASS": "p-5",
}


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(TEXT, VARIABLES)


def test_its_models_are_those_that_are_written(loaded: Loaded) -> None:
    assert [(entry.name, entry.model) for entry in loaded.config.model_providers] == [
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("cheap-openai", "openai/gpt-4o-mini"),
        ("anthropic/*", "anthropic/*"),
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("ollama/llama3.1", "ollama/llama3.1"),
        ("house/llama-70b", "house/llama-70b"),
        ("openrouter/*", "openrouter/*"),
        ("chatgpt/gpt-5.2", "chatgpt/gpt-5.2"),
    ]


def test_its_variables_are_filled_in_wherever_they_are(loaded: Loaded) -> None:
    config = loaded.config
    assert [entry.access_key for entry in config.model_providers] == [
        *("sk-1", "sk-1", "sk-2", "sk-2", None, "k-3", None, None)
    ]
    assert config.state_storage is not None
    assert config.state_storage.connection_string == "postgresql://plano:p-5@db.internal.example:5432/plano"
    assert config.prompt_targets[0].endpoint is not None
    assert config.prompt_targets[0].endpoint.http_headers == {"authorization": "Bearer t-4"}


def test_its_listeners_are_those_that_are_written(loaded: Loaded) -> None:
    assert [(door.type, door.name, door.port) for door in loaded.config.listeners] == [
        ("model", "llm_door", 12000),
        ("agent", "support_desk", 8001),
        ("prompt", "function_door", 10000),
    ]
    assert loaded.config.door is loaded.config.listeners[0]


# In the order of the file, with the line of the value; those that are served by now are left out below.
ASKED: list[tuple[type[Struct], str, int]] = [
    (Config, "agents", 7), (Config, "filters", 12), (Config, "endpoints", 24), (Config, "routing_preferences", 63),
    (MetricsSource, "model_metrics_sources[1].type", 77), (Config, "routing", 83), (Listener, "listeners[0].input_filters", 100),
    (Listener, "listeners[0].output_filters", 101), (Listener, "listeners[1].type", 102), (Listener, "listeners[2].type", 113),
    (Config, "system_prompt", 118), (Config, "prompt_targets", 120), (Config, "prompt_guards", 139), (Config, "ratelimits", 143),
    (Config, "state_storage", 149), (Overrides, "overrides.prompt_target_intent_matching_threshold", 159),
    (Overrides, "overrides.optimize_context_window", 160),
]  # fmt: skip


def test_what_it_asks_for_and_is_not_served_is_named_at_its_place(loaded: Loaded) -> None:
    kinds = {f"listeners[{number}].type": door.type for number, door in enumerate(loaded.config.listeners)}
    wanted = [
        (path, line)
        for shape, path, line in ASKED
        if not served(shape, path.rpartition(".")[2])
        or shape is MetricsSource
        or kinds.get(path) in LATER_VALUES.get((Listener, "type"), frozenset())
    ]
    assert [(note.path, note.place.line) for note in loaded.later] == wanted
    assert loaded.unserved == tuple(note.written("config.yaml") for note in loaded.later)


def test_nothing_of_it_is_lost_on_the_way_to_another_process(loaded: Loaded) -> None:
    assert msgpack.decode(msgpack.encode(loaded.config), type=Config) == loaded.config


def test_it_is_in_the_newest_form() -> None:
    assert rewritten(TEXT) == Rewritten(TEXT, ())


def test_each_variable_that_is_not_set_is_named_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load(TEXT, {})
    assert tuple(caught.value.missing) == (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "HOUSE_KEY",
        "LEDGER_TOKEN",
        "DB_PASS",
    )
