"""Which configured model a name stands for."""

import pytest
from msgspec import structs

from planoai.config.load import load
from planoai.errors import BadRequest, UnknownModel
from planoai.routing.models import Models
from planoai.routing.target import target_of

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
    config = load(CONFIG, {}).config
    targets = [target_of(entry) for entry in config.model_providers]
    return Models(targets, {name: alias.target for name, alias in config.model_aliases.items()}, targets[0])


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
        *((each, "openai/gpt-4o", "gpt-4o") for each in ("", "none", "auto", "default")),
    ],
)
def test_a_name_leads_to_one_model(models: Models, asked: str, name: str, model: str) -> None:
    plan = models.plan(asked)
    [candidate] = plan.candidates
    assert (plan.asked, candidate.target.name, candidate.target.model) == (asked, name, model)
    assert candidate.reason


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


def test_without_a_default_a_model_must_be_named(models: Models) -> None:
    with pytest.raises(BadRequest) as refused:
        Models(models.targets).plan("auto")
    assert refused.value.param == "model"


def test_any_number_of_names_may_be_met_through_a_wildcard(models: Models) -> None:
    first = models.plan("anthropic/claude-0").candidates[0].target
    assert models.plan("anthropic/claude-0").candidates[0].target is first
    for number in range(3000):
        assert models.plan(f"anthropic/claude-{number}").candidates[0].target.model == f"claude-{number}"


def test_a_model_may_be_called_like_the_words_that_leave_the_choice(models: Models) -> None:
    named = structs.replace(models.targets[1], name="auto")
    assert Models([models.targets[0], named], default=models.targets[0]).plan("auto").candidates[0].target is named
