"""The file in which a supervisor says how it is."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from planoai.process import report
from planoai.process.report import Report
from planoai.process.status import Status

SAID = Status(pid=1, started=1.0, config="/c.yaml")


async def test_what_could_not_be_written_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(report, "RETRY_SECONDS", 0.01)
    folder = tmp_path / "run"
    path = folder / "plano.pid"
    told = Report(path, SAID, lambda: {"waiting": 3})
    told.say(state="serving")  # there is no such folder
    told.say(state="draining")
    folder.mkdir()
    async with asyncio.timeout(30):
        while not path.exists():
            await asyncio.sleep(0.001)
    found = msgspec.json.decode(path.read_bytes(), type=Status)
    assert (found.state, found.waiting) == ("draining", 3)
    assert caplog.text.count("can not be written") == 1
    told.close()
    assert not path.exists()
