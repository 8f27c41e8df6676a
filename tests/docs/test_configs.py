"""Every config that we show is one that is served as it stands."""

import re
from pathlib import Path

import pytest

from planoai.cli.demo.scenes import CONFIG
from planoai.config.load import Loaded, load
from planoai.config.older.rewrite import rewritten
from tests.docs.pages import ROOT, Block, blocks

HEAD = "version: v0.4.0\n"
PROVIDERS = "model_providers:\n  - {model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true}\n"
TEMPLATES = sorted((ROOT / "src" / "planoai" / "cli" / "init" / "templates").glob("*.yaml"))


def whole(text: str) -> str:
    """A page may show a part, where the rest stands above it."""
    head = "" if "version:" in text else HEAD
    return head + text + ("" if "model_providers:" in text else PROVIDERS)


def served(text: str) -> Loaded:
    named = re.findall(r"\$\{?([A-Z_]+)", text)
    return load(text, {name: f"the-value-of-{name.lower()}" for name in named}, folder="/etc/plano")


@pytest.mark.parametrize("block", blocks("yaml", "yml"), ids=str)
def test_a_config_on_a_page_is_served(block: Block) -> None:
    text = whole(block.text)
    assert served(text).unserved == ()
    assert rewritten(text).changes == ()


def test_the_pages_show_configs() -> None:
    assert {"README.md", "docs/tutorial.md", "docs/running.md"} <= {block.page for block in blocks("yaml")}


def test_the_config_of_the_demo_has_nothing_to_be_said_of() -> None:
    loaded = served(CONFIG.format(port=12000, upstream="http://127.0.0.1:8700"))
    assert (loaded.warnings, loaded.unserved) == ((), ())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_a_template_has_no_problem(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    served(text)
    assert rewritten(text).changes == ()
