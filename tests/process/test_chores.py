"""What the recorder does beside reading feeds."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from planoai.config.schema import Config
from planoai.net.proxy import Proxies
from planoai.net.server import listen
from planoai.observability.logfile import LogFile
from planoai.observability.metrics import Role
from planoai.observability.watch import watch_of
from planoai.process.chores import Chores
from planoai.process.outlets import Outlets


class Nothing:
    """Seen by nobody."""

    def running(self) -> Mapping[str, int]:
        return {}

    def processes(self) -> Mapping[int, Role]:
        return {}


@pytest.fixture
async def outlets(tmp_path: Path) -> AsyncIterator[Outlets]:
    made = Outlets(LogFile(tmp_path / "access.log"))
    yield made
    await made.aclose(0)


async def test_who_is_told_to_end_at_once_leaves_nothing_behind(outlets: Outlets) -> None:
    async with Chores(outlets, Nothing()):
        pass  # nothing of it has run


async def test_sockets_that_were_replaced_before_they_were_served_are_closed(outlets: Outlets, tmp_path: Path) -> None:
    watch = watch_of(Config(version="v0.4.0"), str(tmp_path), Proxies())
    doors = [listen("127.0.0.1", 0) for _ in range(4)]
    async with Chores(outlets, Nothing()) as chores:
        for each in doors:
            await chores.go_by(watch, [each])
    assert [each.fileno() for each in doors] == [-1] * 4
