"""Whole files as they are in use elsewhere: what each of them means here, or the words it is refused with."""

import pytest

from planoai.config.load import Loaded, load
from planoai.config.schema import Config, Listener, ModelProvider, Preference
from planoai.errors import ConfigError
from tests.config.told import problems

KEYS = {"OPENAI_API_KEY": "sk-1", "MISTRAL_API_KEY": "k-2", "ANTHROPIC_API_KEY": "sk-3"}


def read(text: str) -> Loaded:
    return load(text, KEYS)


OLD_ROUTING = """\
version: v0.1.0
listeners:
  egress_traffic:
    address: 0.0.0.0
    port: 12000
    message_format: openai
    timeout: 30s
llm_providers:
  - model: openai/gpt-4o-mini
    access_key: $OPENAI_API_KEY
    default: true
  - model: openai/gpt-4o
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code understanding
        description: understand and explain existing code snippets, functions, or libraries
  - model: openai/gpt-4.1
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code generation
        description: generating new code snippets, functions, or boilerplate based on user prompts
tracing:
  random_sampling: 100
"""


def test_an_old_file_with_preferences_in_its_entries_is_read() -> None:
    config = read(OLD_ROUTING).config
    assert config.version == "v0.4.0"
    assert [entry.model for entry in config.model_providers] == [
        "openai/gpt-4o-mini",
        "openai/gpt-4o",
        "openai/gpt-4.1",
    ]
    assert [(each.name, each.models) for each in config.routing_preferences] == [
        ("code understanding", ("openai/gpt-4o",)),
        ("code generation", ("openai/gpt-4.1",)),
    ]
    assert not any(entry.routing_preferences for entry in config.model_providers)
    assert config.listeners == (Listener(type="model", name="egress_traffic", port=12000, timeout=30.0),)


AGENTS = """\
version: v0.3.0
agents:
  - id: query_rewriter
    url: http://127.0.0.1:10500
  - id: context_builder
    url: http://127.0.0.1:10501
listeners:
  - name: tmobile
    type: agent
    port: 8001
    router: plano_orchestrator_v1
    agents:
      - id: simple_rag_agent
        description: answers questions about what is in the documents
        input_filters: [query_rewriter, context_builder]
  - name: llm_provider
    type: model
    address: 0.0.0.0
    port: 12000
model_providers:
  - access_key: $OPENAI_API_KEY
    model: openai/gpt-4o-mini
    default: true
  - access_key: $OPENAI_API_KEY
    model: openai/gpt-4o
"""


def test_a_listener_of_an_agent_that_is_not_declared_is_read_with_a_warning() -> None:
    loaded = read(AGENTS)
    assert [door.type for door in loaded.config.listeners] == ["agent", "model"]
    assert loaded.config.door.name == "llm_provider"
    (said,) = [line for line in loaded.warnings if "'simple_rag_agent'" in line]
    assert said.startswith("config.yaml:13:13: listeners[0].agents[0].id: ")


HEAD = "version: v0.4.0\nlisteners: [{type: model, name: llm, port: 12000}]\n"
GPT = "{model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true}"


def entries(*written: str) -> str:
    return HEAD + "model_providers:\n" + "".join(f"  - {each}\n" for each in written)


PREFERENCE = "  - {name: code, description: write code, models: [openai/gpt-4o]}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            entries("{name: mine, model: openai/gpt-4o}", "{name: mine, model: openai/gpt-4o-mini}"),
            "Duplicate model_provider name",
        ),
        (
            entries("{model: openai/gpt-4o, provider_interface: openai}"),
            "Please provide provider interface as part of model name",
        ),
        (entries("{model: custom/gpt-4o}"), "Must provide base_url and provider_interface"),
        (entries("{model: custom/gpt-4o, base_url: 'http://h'}"), "Must provide base_url and provider_interface"),
        (
            entries(GPT) + f"routing_preferences:\n{PREFERENCE}{PREFERENCE}",
            "Duplicate routing preference name",
        ),
    ],
)
def test_a_file_that_is_refused_is_refused_with_these_words(text: str, words: str) -> None:
    (problem,) = problems(text, **KEYS)
    assert words in problem


@pytest.mark.parametrize(
    "written",
    [
        "{model: custom/gpt-4o, base_url: 'http://custom.com/api/v2', provider_interface: openai}",
        "{model: vercel/*, base_url: 'https://ai-gateway.vercel.sh/v1', passthrough_auth: true}",
        "{model: openrouter/*, base_url: 'https://openrouter.ai/api/v1', passthrough_auth: true}",
    ],
)
def test_an_entry_that_says_where_its_provider_is_is_read(written: str) -> None:
    first, second = read(entries(GPT, written)).config.model_providers
    assert first.model == "openai/gpt-4o"
    assert second.base_url is not None
    assert second.base_url in written


def test_one_model_of_two_providers_is_read_and_a_request_has_to_say_which() -> None:
    loaded = read(entries(GPT, "{model: mistral/gpt-4o, access_key: $MISTRAL_API_KEY}"))
    assert [entry.model for entry in loaded.config.model_providers] == ["openai/gpt-4o", "mistral/gpt-4o"]
    assert "a request must give the full name" in "\n".join(loaded.warnings)


EGRESS = "  egress_traffic: {address: 0.0.0.0, port: 12000, message_format: openai, timeout: 30s}\n"
INGRESS = "  ingress_traffic: {address: 127.0.0.1, port: 10000, message_format: openai, timeout: 5s}\n"
DOOR = Listener(type="model", name="egress_traffic", address="0.0.0.0", port=12000, timeout=30.0)
PROMPT = Listener(type="prompt", name="ingress_traffic", address="127.0.0.1", port=10000, timeout=5.0)


@pytest.mark.parametrize(
    ("listeners", "wanted"),
    [
        ("listeners:\n" + EGRESS, (DOOR,)),
        ("listeners:\n" + EGRESS + INGRESS, (DOOR, PROMPT)),
        ("listeners:\n" + INGRESS + EGRESS, (PROMPT, DOOR)),
        ("listeners:\n" + EGRESS + "  ingress_traffic: {}\n", (DOOR,)),
        ("listeners:\n" + INGRESS, (PROMPT, Listener(type="model", name="egress_traffic"))),
        ("listeners: {egress_traffic: {}, ingress_traffic: {port: 10001}}\n",
         (Listener(type="model", name="egress_traffic"), Listener(type="prompt", name="ingress_traffic", port=10001))),
        ("listeners: {egress_traffic: {}, ingress_traffic: {timeout: 1s}}\n",
         (Listener(type="model", name="egress_traffic"),
          Listener(type="prompt", name="ingress_traffic", port=10000, timeout=1.0))),
        ("listeners:\n", (Listener(type="model", name="egress_traffic", address="0.0.0.0", port=12000, timeout=300.0),)),
        ("listeners: [{type: prompt, name: p}]\n",
         (Listener(type="prompt", name="p", address="0.0.0.0", port=10000, timeout=300.0),
          Listener(type="model", name="egress_traffic"))),
    ],
)  # fmt: skip
def test_old_listeners_are_those_of_a_list(listeners: str, wanted: tuple[Listener, ...]) -> None:
    config = read("version: v0.1\n" + listeners + "llm_providers: [{model: openai/gpt-4o, default: true}]\n").config
    assert config.listeners == wanted
    assert config.door.type == "model"


INLINE = "routing_preferences: [{name: code, description: write code}]"


def preferences(version: str, *written: str, top: str = "") -> Config:
    head = f"version: {version}\nlisteners: [{{type: model, name: llm, port: 12000}}]\nmodel_providers:\n"
    return read(head + "".join(f"  - {{{each}}}\n" for each in written) + top).config


def test_preferences_of_an_entry_are_hoisted_and_the_version_is_the_newest() -> None:
    config = preferences("v0.3.0", "model: openai/gpt-4o, default: true", f"model: anthropic/claude, {INLINE}")
    assert config.version == "v0.4.0"
    assert config.routing_preferences == (
        Preference(name="code", description="write code", models=("anthropic/claude",)),
    )
    assert config.model_providers[1] == ModelProvider(model="anthropic/claude")


def test_one_name_in_two_entries_has_both_models() -> None:
    config = preferences("v0.3.0", f"model: openai/gpt-4o, {INLINE}", f"model: anthropic/claude, {INLINE}")
    assert [each.models for each in config.routing_preferences] == [("openai/gpt-4o", "anthropic/claude")]


TOP = "routing_preferences: [{name: code, description: mine, models: [openai/gpt-4o]}]\n"


def test_a_file_of_the_newest_version_keeps_its_preferences() -> None:
    config = preferences("v0.4.0", "model: openai/gpt-4o, default: true", top=TOP)
    assert [(each.description, each.models) for each in config.routing_preferences] == [("mine", ("openai/gpt-4o",))]


def test_a_preference_at_the_top_wins() -> None:
    config = preferences("v0.3.0", "model: openai/gpt-4o", f"model: anthropic/claude, {INLINE}", top=TOP)
    assert [(each.description, each.models) for each in config.routing_preferences] == [("mine", ("openai/gpt-4o",))]


def test_a_wildcard_with_preferences_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'openai/\*' is a wildcard"):
        preferences("v0.3.0", f"model: openai/*, {INLINE}")


@pytest.mark.parametrize("version", ["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0"])
def test_a_file_without_preferences_is_of_the_newest_version_too(version: str) -> None:
    assert preferences(version, "model: openai/gpt-4o, default: true").version == "v0.4.0"


def test_preferences_of_an_entry_do_nothing_in_a_file_of_the_newest_version() -> None:
    config = preferences("v0.4.0", "model: openai/gpt-4o, default: true", f"model: anthropic/claude, {INLINE}")
    assert not config.routing_preferences
    assert [each.name for each in config.model_providers[1].routing_preferences] == ["code"]


def test_a_version_that_is_not_known_yet_is_refused_and_not_read_as_an_older_one() -> None:
    with pytest.raises(ConfigError) as caught:
        preferences("v0.5.0", f"model: openai/gpt-4o, {INLINE}")
    (problem,) = caught.value.problems
    assert "'v0.5.0'" in problem
