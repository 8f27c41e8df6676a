"""The first minutes go as docs/first-minutes.md shows them."""

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from planoai.process.home import Home
from tests.docs.journeys import JOURNEYS, KEY, PORT, Journey
from tests.docs.screens import PAGE, SCREENS, shown
from tests.support.ports import free_port
from tests.support.program import end_of

each_journey = pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)


async def gone(journey: Journey, folder: Path, port: int) -> tuple[str, int]:
    """What a shell says that is told the same, with another port, and its exit code."""
    for name, text in journey.files.items():
        (folder / name).write_text(text)
    typed = [re.sub(r"planoai up$", f"planoai up --listener-port {port}", line) for line in journey.typed]
    script = "\n".join(["trap 'kill $(jobs -p) 2>/dev/null' EXIT", journey.before, *typed])
    environ = {"HOME": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    shell = await asyncio.create_subprocess_exec(
        "bash", "--norc", "-c", script.replace(PORT, str(port)),
        cwd=folder, env=environ, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(100):
        said, _ = await shell.communicate()
    assert shell.returncode is not None
    return said.decode(), shell.returncode


def in_order(words: Sequence[str], text: str) -> bool:
    return re.search(".*?".join(map(re.escape, words)), text, re.DOTALL) is not None


@each_journey
async def test_a_newcomer_is_told_what_happened_and_what_to_do(journey: Journey, tmp_path: Path) -> None:
    port = free_port()
    try:
        said, code = await gone(journey, tmp_path, port)
    finally:
        await end_of(Home(tmp_path / ".plano"))
    assert in_order([words.replace(PORT, str(port)) for words in journey.said], said), said
    assert code == journey.code, said
    assert "Traceback" not in said
    assert KEY not in said


@each_journey
def test_its_screen_is_kept(journey: Journey) -> None:
    screen = (SCREENS / f"{journey.name}.txt").read_text(encoding="utf-8")
    assert in_order(journey.said, screen)
    assert all(line.startswith("$ ") or KEY not in line for line in screen.splitlines())


def test_the_page_shows_the_screens_as_they_are_kept() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert shown(text) == text
    assert [name for name in (each.name for each in JOURNEYS) if f"<!-- {name} -->" not in text] == []
    assert sorted(each.stem for each in SCREENS.iterdir()) == sorted(each.name for each in JOURNEYS)
