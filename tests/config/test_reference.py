from pathlib import Path

import yaml
from msgspec import structs

from planoai.config.later import LATER, LATER_VALUES
from planoai.config.load import load
from planoai.config.reference import explanations, page

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_reference_page_is_what_the_structs_say() -> None:
    assert PAGE.read_text() == page(), "run `python -m planoai.config.reference > docs/configuration.md`"


def test_every_field_is_explained_and_nothing_else() -> None:
    for shape in LATER:
        _, texts = explanations(shape)
        assert list(texts) == [field.name for field in structs.fields(shape)]


def test_no_key_is_both_served_and_not() -> None:
    for shape, keys in LATER.items():
        assert keys.isdisjoint(field.name for field in structs.fields(shape))
    for shape, field in LATER_VALUES:
        assert field in {each.name for each in structs.fields(shape)}


def test_the_example_on_the_page_loads_without_a_warning() -> None:
    example = page().split("```yaml\n")[1].split("```")[0]
    loaded = load(example, {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b"})
    assert loaded.warnings == ()
    assert [entry.model for entry in loaded.config.model_providers] == [
        each["model"] for each in yaml.safe_load(example)["model_providers"]
    ]
