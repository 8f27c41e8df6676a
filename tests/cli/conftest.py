"""A home for what the commands start."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from planoai.process.home import Home
from tests.support.program import end_of


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """What lives in it at the end is ended."""
    home = Home(tmp_path / "home")
    yield home
    await end_of(home)
