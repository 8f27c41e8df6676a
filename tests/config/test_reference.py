import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from msgspec import Struct, structs

from planoai.config.examples import EXAMPLES
from planoai.config.later import LATER, LATER_VALUES, served
from planoai.config.load import load
from planoai.config.reference import anchor, explanations, page
from planoai.config.schema import Config
from planoai.config.shapes import inner
from planoai.config.variants import VARIANTS
from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def shapes(shape: type[Struct]) -> Iterator[type[Struct]]:
    yield shape
    for field in structs.fields(shape):
        for found, _ in inner(field.type):
            yield from shapes(found)


def rows(section: str) -> dict[str, str]:
    """The rows of the table under a heading, by key."""
    text = page().split(f"# {section}\n")[1].split("\n##")[0]
    found = [line for line in text.splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in found}


def test_the_reference_page_is_what_the_structs_say() -> None:
    assert PAGE.read_text() == page(), "run `python -m planoai.config.reference > docs/configuration.md`"


def test_every_field_is_explained_and_nothing_else() -> None:
    for shape in shapes(Config):
        _, texts = explanations(shape)
        assert list(texts) == [field.name for field in structs.fields(shape)]


def test_every_shape_has_a_name_of_its_own() -> None:
    found = list(shapes(Config))
    assert len({shape.__name__ for shape in found}) == len(set(found))


def test_what_is_not_served_is_marked_in_its_row() -> None:
    top = rows("Top level")
    assert {name for name, row in top.items() if "*Not served yet.*" in row} == LATER[Config]
    assert "`agent` and `prompt` are not served yet." in rows("`listeners[]`")["type"]


def test_no_table_of_what_is_not_served_names_a_field_that_is_not_there() -> None:
    tables = [*LATER.items(), *((shape, {field}) for shape, field in LATER_VALUES)]
    tables += [(shape, {name for name, _ in takes}) for shape, takes in VARIANTS.items()]
    for shape, names in tables:
        assert set(names) <= {field.name for field in structs.fields(shape)}
    assert served(Config, "listeners")


def test_a_row_says_which_type_its_key_goes_with() -> None:
    stores = rows("`state_storage`")
    assert "Only with `type: postgres`, which needs it." in stores["connection_string"]
    assert "Only with `type: sqlite`." in stores["path"]
    assert "Required with `provider: prometheus`." in rows("`model_metrics_sources[]`")["url"]


def test_defaults_are_written_as_in_a_config() -> None:
    assert "| `30d` |" in rows("`state_storage`")["ttl"]
    assert "| `1GB` |" in rows("`observability.store`")["max_bytes"]
    assert "| `bearer`, `key` |" in rows("`observability`")["redact"]
    assert "| all |" in rows("`failover`")["on"]
    assert "| by `type` |" in rows("`listeners[]`")["port"]


def test_every_link_leads_to_a_heading_and_no_two_headings_are_one() -> None:
    headings = [anchor(line.lstrip("# ")) for line in page().splitlines() if line.startswith("#")]
    assert len(set(headings)) == len(headings)
    links = set(re.findall(r"\]\(#([^)]*)\)", page()))
    assert links
    assert links <= set(headings)


def test_no_row_of_a_table_has_more_cells_than_its_head() -> None:
    cells = 0
    for line in page().splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        cells = cells or line.count("|")
        assert line.count("|") == cells, line


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_stands_in_its_section_and_is_served_without_a_warning(path: str) -> None:
    section = page().split(f"# `{path}`\n")[1].split("\n## ")[0]
    assert f"```yaml{EXAMPLES[path]}```" in section
    providers = "" if "model_providers:" in EXAMPLES[path] else "model_providers: [{model: openai/a, default: true}]\n"
    listeners = "" if "listeners:" in EXAMPLES[path] else "listeners: [{type: model, name: a, address: 127.0.0.1}]\n"
    keys = {name: f"{name}-value" for name in re.findall(r"\$([A-Z_]+)", EXAMPLES[path])}
    loaded = load(f"version: v0.4.0\n{providers}{listeners}{EXAMPLES[path]}", keys)
    assert (loaded.warnings, loaded.unserved) == ((), ())


def test_a_provider_that_is_added_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    added = Provider(name="newcomer", display="Newcomer", base_url="https://newcomer.example", key_variable="NEW_KEY")
    monkeypatch.setitem(PROVIDERS, "newcomer", added)
    assert "| `newcomer` |  | `https://newcomer.example` | `NEW_KEY` | Chat |" in page()


def test_the_example_on_the_page_loads_without_a_warning() -> None:
    example = page().split("```yaml\n")[1].split("```")[0]
    loaded = load(example, {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b"})
    assert loaded.warnings == ()
    assert [entry.model for entry in loaded.config.model_providers] == [
        each["model"] for each in yaml.safe_load(example)["model_providers"]
    ]
