"""Which configured model a name stands for."""

import pytest
import yaml
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from planoai.config.load import load
from planoai.config.schema import ModelProvider
from planoai.errors import BadRequest, ConfigError, UnknownModel
from planoai.providers.registry import snapshot
from planoai.routing.models import Models

CONFIG = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, access_key: k, default: true}
  - {model: openai/gpt-4o-mini, access_key: k, name: cheap}
  - {model: azure_openai/gpt-4.1, base_url: "https://a.example", access_key: k}
  - {model: openai/gpt-4.1, access_key: k}
  - {model: anthropic/*, access_key: k}
  - {model: anthropic/claude-haiku-4-5, access_key: special}
  - {model: openrouter/*, passthrough_auth: true}
model_aliases:
  fast: {target: cheap}
  gpt-4o: {target: anthropic/claude-haiku-4-5}
"""


@pytest.fixture(scope="module")
def models() -> Models:
    return models_of(CONFIG)


def models_of(text: str) -> Models:
    config = load(text, {}).config
    return Models(config.model_providers, {name: alias.target for name, alias in config.model_aliases.items()})


@pytest.mark.parametrize(
    ("asked", "name", "model"),
    [
        ("openai/gpt-4o", "openai/gpt-4o", "gpt-4o"),
        ("cheap", "cheap", "gpt-4o-mini"),
        ("openai/gpt-4o-mini", "cheap", "gpt-4o-mini"),
        ("gpt-4o-mini", "cheap", "gpt-4o-mini"),
        ("fast", "cheap", "gpt-4o-mini"),
        ("gpt-4o", "anthropic/claude-haiku-4-5", "claude-haiku-4-5"),  # an alias wins over a model of that name
        ("anthropic/claude-haiku-4-5", "anthropic/claude-haiku-4-5", "claude-haiku-4-5"),
        ("anthropic/claude-new", "anthropic/claude-new", "claude-new"),
        ("openrouter/anthropic/claude-3.5", "openrouter/anthropic/claude-3.5", "anthropic/claude-3.5"),
        *((each, "openai/gpt-4o", "gpt-4o") for each in ("", "none", "auto", "default", "--")),
    ],
)
def test_a_name_leads_to_one_model(models: Models, asked: str, name: str, model: str) -> None:
    [candidate] = models.plan(asked).candidates
    assert (candidate.target.name, candidate.target.model) == (name, model)


def test_an_explicit_entry_beats_the_wildcard(models: Models) -> None:
    assert models.plan("anthropic/claude-haiku-4-5").candidates[0].target.entry.access_key == "special"
    assert models.plan("anthropic/claude-other").candidates[0].target.entry.access_key == "k"


@pytest.mark.parametrize(
    "asked", ["claude-new", "mistral/gpt-4o", "anthropic/", "/gpt-4o", "openai/claude-haiku-4-5", "FAST"]
)
def test_other_names_lead_nowhere(models: Models, asked: str) -> None:
    with pytest.raises(UnknownModel, match=r"is not configured"):
        models.plan(asked)


def test_the_closest_names_are_told(models: Models) -> None:
    with pytest.raises(UnknownModel, match=r"did you mean .*'gpt-4o-mini'"):
        models.plan("gpt-4o-mni")


def test_a_name_that_two_providers_serve_is_refused_with_both(models: Models) -> None:
    with pytest.raises(UnknownModel, match=r"'azure_openai/gpt-4.1' and 'openai/gpt-4.1'"):
        models.plan("gpt-4.1")
    assert models.plan("openai/gpt-4.1").candidates[0].target.model == "gpt-4.1"


def test_without_a_default_a_model_must_be_named() -> None:
    with pytest.raises(BadRequest) as refused:
        Models([ModelProvider(model="openai/gpt-4o")]).plan("auto")
    assert refused.value.param == "model"


def test_any_number_of_names_may_be_met_through_a_wildcard(models: Models) -> None:
    first = models.plan("anthropic/claude-0").candidates[0].target
    assert models.plan("anthropic/claude-0").candidates[0].target is first
    for number in range(3000):
        assert models.plan(f"anthropic/claude-{number}").candidates[0].target.model == f"claude-{number}"


def test_a_model_may_be_called_like_the_words_that_leave_the_choice() -> None:
    entries = [ModelProvider(model="openai/a", default=True), ModelProvider(model="openai/b", name="auto")]
    assert Models(entries).plan("auto").candidates[0].target.model == "b"
    assert Models(entries).plan("none").candidates[0].target.model == "a"


PREFIXES = """
version: v0.4.0
model_providers:
  - {model: OpenAI/*, access_key: k}
  - {model: claude/*, access_key: k}
  - {model: House/*, base_url: "http://h", provider_interface: openai}
  - {model: openrouter/anthropic/claude-3.5, name: relayed, access_key: k}
model_aliases:
"""
TARGETS = [
    "openai/x",
    "OpenAI/x",
    "anthropic/claude-x",
    "Claude/claude-x",
    "house/x",
    "HOUSE/x",
    "relayed",
    "anthropic/claude-3.5",
]


@pytest.mark.parametrize("target", TARGETS)
def test_what_loads_as_the_target_of_an_alias_is_served(target: str) -> None:
    models = models_of(f"{PREFIXES}  it: {{target: {target}}}\n")
    served = models.plan("it").candidates[0].target
    assert served.entry is models.plan(target).candidates[0].target.entry
    assert served.full_name == models.plan(target).candidates[0].target.full_name


def test_a_full_name_stays_with_its_provider() -> None:
    models = models_of(PREFIXES)
    assert models.plan("claude/claude-3.5").candidates[0].target.entry.model == "claude/*"
    assert models.plan("relayed").candidates[0].target.model == "anthropic/claude-3.5"


@pytest.mark.parametrize("asked", ["OpenAI/*", "openai/*", "anthropic/*", "claude/*", "house/*", "*"])
def test_a_wildcard_is_no_model(asked: str) -> None:
    with pytest.raises(UnknownModel):
        models_of(PREFIXES).plan(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "anthropic/a\r\nx-evil: 1",
        "anthropic/a\0",
        "anthropic/\x1b[31m",
        "a\x7f",
        "anthropic/\u2028",
        "\ud800",
        "x" * 257,
        "anthropic/" + "x" * 247,
    ],
)
def test_what_no_model_is_called_is_a_bad_request(models: Models, asked: str) -> None:
    with pytest.raises(BadRequest) as refused:
        models.plan(asked)
    assert refused.value.param == "model"
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 200


def test_a_long_name_is_served_and_cut_only_in_messages(models: Models) -> None:
    longest = "anthropic/" + "x" * 246
    assert models.plan(longest).candidates[0].target.name == longest
    with pytest.raises(UnknownModel) as refused:
        models.plan("x" * 256)
    assert "'" + "x" * 80 + "...'" in refused.value.message
    assert "x" * 81 not in refused.value.message


PROVIDERS = st.sampled_from(["openai", "OpenAI", "claude", "anthropic", "groq", "google"])
IDS = st.sampled_from(["a", "A", "b", "*", "auto", "org/a", "gemini/a"])
FULL = st.tuples(PROVIDERS, IDS).map("/".join)
NAMES = FULL | IDS
ENTRIES = st.lists(st.fixed_dictionaries({"model": FULL}, optional={"name": NAMES}), max_size=4)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(ENTRIES, st.dictionaries(NAMES, NAMES, max_size=2))
def test_whatever_loads_is_served_under_every_name_it_has(
    entries: list[dict[str, str]], aliases: dict[str, str]
) -> None:
    targets = {alias: {"target": target} for alias, target in aliases.items()}
    text = yaml.safe_dump({"version": "v0.4.0", "model_providers": entries, "model_aliases": targets})
    try:
        models = models_of(text)
    except ConfigError:
        reject()
    for alias in aliases:
        assert models.plan(alias).candidates
    for target in models.listed:
        if target.name not in aliases:
            assert models.plan(target.name).candidates[0].target is target
        if target.full_name not in aliases:
            assert models.plan(target.full_name).candidates[0].target is target


def test_what_a_wildcard_stands_for_is_a_target_of_its_own() -> None:
    entries = [ModelProvider(model="zhipu/*", name="cn/*"), ModelProvider(model="zhipu/glm-5", name="best")]
    models = Models(entries, registry=snapshot())
    [best] = [each for each in models.listed if each.name == "best"]
    assert "cn/glm-5" not in [each.name for each in models.listed]
    assert models.plan("glm-5").candidates[0].target is best
    for asked, name in (("glm-5.2", "cn/glm-5.2"), ("cn/glm-5.2", "cn/glm-5.2"), ("zhipu/glm-5.2", "zhipu/glm-5.2")):
        target = models.plan(asked).candidates[0].target
        assert (target.name, target.full_name, target.model) == (name, "zhipu/glm-5.2", "glm-5.2")


def test_a_name_that_is_nearly_one_that_a_wildcard_stands_for() -> None:
    models = Models([ModelProvider(model="openai/*")], registry=snapshot())
    with pytest.raises(UnknownModel, match="gpt-4o-mini"):
        models.plan("gpt-4o-mini2")
