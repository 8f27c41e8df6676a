"""What the pages tell to type can be typed."""

import re
from pathlib import Path

import click
import pytest

from planoai.cli import main
from tests.docs.pages import PAGES, ROOT, blocks


def lines() -> list[str]:
    """Each `planoai ...` of the pages, without what a shell makes of the rest of the line."""
    typed = [line for block in blocks("bash", "console", "sh") for line in block.text.splitlines()]
    typed += [each for page in PAGES for each in re.findall(r"`(planoai [^`\n]+)`", page.read_text(encoding="utf-8"))]
    found = [re.search(r"(?:^|\s|/)planoai ((?:[a-z]|--?\w)[^#|;&>(]*)", line) for line in typed]
    return sorted({match[1].strip() for match in found if match})


@pytest.mark.parametrize("words", lines())
def test_a_command_is_there_and_takes_its_options(words: str) -> None:
    name, *rest = words.split()
    if name.startswith("-"):
        known = {option for each in main.params for option in each.opts} | {"-h", "--help"}
        assert name in known
        return
    context = click.Context(main)
    command = main.get_command(context, name)
    assert command is not None
    if isinstance(command, click.Group) and rest and (sub := command.get_command(context, rest[0])):
        command = sub
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"-h", "--help"}
    assert {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
