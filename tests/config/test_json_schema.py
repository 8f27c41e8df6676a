import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft7Validator
from msgspec import structs

from planoai.config import json_schema
from planoai.config.json_schema import page, schema
from planoai.config.later import served
from planoai.config.schema import Config
from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider
from tests.config.document import document
from tests.config.told import problems
from tests.config.trees import decoded, trees
from tests.corpus.case import CASES, Case

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "config.schema.json"
DATA = ROOT / "tests" / "data"
HEAD = "version: v0.4.0\n"


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


@cache
def lenient() -> Draft7Validator:
    """Which field goes with which value is left out: that is for rules to say, not for the reader."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_schema, "VARIANTS", {})
        return Draft7Validator(schema())


def refused(text: str, by: Draft7Validator | None = None) -> list[str]:
    return [error.message for error in (by or validator()).iter_errors(document(text))]


def blocks() -> Iterator[str]:
    """Every whole config of the documentation."""
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in file.read_text().split("```yaml\n")[1:]:
            text = block.split("```")[0]
            if "version:" in text:
                yield text


def test_the_schema_in_the_documentation_is_what_the_structs_say() -> None:
    assert FILE.read_text() == page(), "run `python -m planoai.config.json_schema > docs/config.schema.json`"
    assert json.loads(page()) == schema()


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(schema())


@given(trees(Config))
def test_what_is_read_the_schema_takes(tree: object) -> None:
    text = yaml.safe_dump(tree)
    decoded(text)
    assert refused(text, by=lenient()) == []


@pytest.mark.parametrize("text", list(blocks()))
def test_it_takes_every_config_of_the_documentation(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize("case", [case for case in CASES if not case.problems], ids=str)
def test_it_takes_what_has_only_warnings(case: Case) -> None:
    assert refused(case.text) == []


def test_it_takes_the_config_that_has_every_key() -> None:
    assert refused((DATA / "annotated.yaml").read_text()) == []


def test_it_refuses_most_of_the_mistakes_that_are_of_one_value() -> None:
    """References, duplicates and what YAML itself finds are beyond a schema."""
    found = {str(case) for case in CASES if case.problems and is_yaml(case) and refused(case.text)}
    assert len(found) >= 25
    assert {"missing/version", "unknown-key/near-ones", "duration/without-its-unit", "range/numbers"} <= found


@pytest.mark.parametrize(
    "text",
    [
        "listeners: [{type: model, name: a, agents: [{id: x, description: y}]}]",
        "listeners: [{type: agent, name: a, port: 1, max_retries: 2}]",
        "state_storage: {type: postgres}",
        "state_storage: {type: sqlite, connection_string: $A}",
        "state_storage: {path: a.db}",
        "routing: {session_cache: {url: $A}}",
        "filters: [{id: a, url: http://a, type: http, tool: b}]",
        "model_metrics_sources: [{type: latency, provider: prometheus, url: http://a}]",
    ],
)
def test_it_knows_what_goes_with_which_type(text: str) -> None:
    assert refused(HEAD + text) != []


@pytest.mark.parametrize(
    "text",
    [
        "listeners: [{type: model, name: a, agents: []}, {type: prompt, name: b, max_retries: 0}]",
        "listeners: [{type: $TYPE, name: a, max_retries: 2}]",
        "state_storage: {type: $STORE, connection_string: $A}",
        "state_storage: {connection_string: }",
        "routing: {session_cache: }",
        "filters: [{id: a, url: http://a, tool: b}]",
    ],
)
def test_what_asks_for_nothing_goes_with_every_type(text: str) -> None:
    assert refused(HEAD + text) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: v0.1\nllm_providers: [{model: openai/a}]\nlisteners: {egress_traffic: {port: 1, message_format: openai}}",
        "version: 0.1-beta\nmodel_providers: [{model: openai/a}]\nlisteners: {egress_traffic: , ingress_traffic: {timeout: 5s}}",
        "version: v0.3.0\nmodel_providers: [{model: claude/a, routing_preferences: [{name: a, description: b}]}]",
    ],
)
def test_it_takes_older_forms(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "listeners: [{type: model, name: a, address: 1}]",
        "listeners: [{type: model, name: a, tls: {cert: 5, key: true}}]",
        "model_providers: [{model: openai/a, http_host: 5}]",
        "routing: {session_headers: [1]}",
    ],
)
def test_a_number_in_place_of_text_neither_it_nor_the_reader_takes(text: str) -> None:
    assert refused(HEAD + text) != []
    assert all("must be text; put quotes around" in each for each in problems(HEAD + text))


def test_failover_can_be_asked_for_after_a_number() -> None:
    assert refused(HEAD + "failover: {on: [408, '429', 5xx]}") == []
    assert refused(HEAD + "failover: {on: [404]}") != []


def test_a_provider_that_is_added_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    added = Provider(name="newcomer", display="Newcomer", aliases=("new",), base_url="https://newcomer.example")
    monkeypatch.setitem(PROVIDERS, "newcomer", added)
    entry = schema()["definitions"]["ModelProvider"]["properties"]  # type: ignore[index]
    assert "newcomer/*" in entry["model"]["examples"]
    assert {"newcomer", "new"} <= set(entry["provider_interface"]["anyOf"][0]["enum"])


def test_what_is_not_served_yet_is_told() -> None:
    properties: Mapping[str, Mapping[str, str]] = schema()["properties"]  # type: ignore[assignment]
    for field in structs.fields(Config):
        told = properties[field.name]["description"].endswith("This version does not serve it yet.")
        assert told is not served(Config, field.name)


def is_yaml(case: Case) -> bool:
    try:
        return isinstance(document(case.text), dict)
    except UnicodeDecodeError:
        return False
