"""Whatever values that are right by themselves stand beside each other: the rules say what is wrong, and nothing else comes of it."""

from collections.abc import Sequence
from functools import cache

import yaml
from hypothesis import given
from jsonschema import Draft7Validator

from planoai.config.decode import Decoder
from planoai.config.json_schema import schema
from planoai.config.load import load
from planoai.config.located import Located
from planoai.config.places import Report
from planoai.config.rules.variants import what_each_type_takes
from planoai.config.schema import Config
from planoai.config.tree import compose
from planoai.config.variables import Variables
from planoai.errors import ConfigError
from tests.config.document import document
from tests.config.trees import ENVIRON, trees


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


def written(tree: object) -> str:
    return yaml.safe_dump(tree, sort_keys=False)


def told_by_type(text: str) -> list[str]:
    """What one rule says, and no other."""
    located = Located(Report())
    root = compose(text, located.report)
    assert root is not None
    config = Decoder(Variables(ENVIRON), located).struct(Config, root)
    assert config is not None
    what_each_type_takes(config, located)
    return [note.path for note in located.report.problems]


@given(trees())
def test_a_config_is_loaded_or_refused_and_variables_are_told_by_their_names(tree: object) -> None:
    try:
        told: Sequence[str] = load(written(tree), ENVIRON).warnings
    except ConfigError as error:
        told = error.problems or [ENVIRON["A"]]
    assert not any(ENVIRON["A"] in line for line in told)


@given(trees())
def test_what_an_editor_refuses_for_its_type_the_rule_refuses_too(tree: object) -> None:
    text = written(tree)
    if not validator().is_valid(document(text)):
        assert told_by_type(text)
