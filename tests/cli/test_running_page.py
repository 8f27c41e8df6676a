"""docs/running.md says what is so."""

import re
from pathlib import Path

import click
import pytest

from planoai.cli import main
from planoai.config.load import load

PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
REST = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, access_key: sk-1, default: true}
"""
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
INLINE = re.findall(r"`((?:overrides|workers): [^`]+)`", PAGE)
COMMANDS = sorted({words.strip() for words in re.findall(r"planoai ((?:up|down|reload|logs)\b[^\n`'#:;]*)", PAGE)})


@pytest.mark.parametrize("example", [*EXAMPLES, *INLINE], ids=lambda text: text.split("{")[-1].split("}")[0].strip())
def test_an_example_of_a_config_loads(example: str) -> None:
    keys = {"TEAM_A_KEY": "a-key-that-is-long-enough", "TEAM_B_KEY": "another-key-that-is-long"}
    load(REST + example, keys, folder="/etc/plano")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_takes_the_options_that_the_page_gives_it(words: str) -> None:
    name, *rest = words.split()
    command = main.get_command(click.Context(main), name)
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    assert {word for word in rest if word.startswith("--")} <= known
