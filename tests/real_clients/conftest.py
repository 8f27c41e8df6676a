"""A gateway and an empty desk for each test; once all of them ran, the page that says what was seen."""

import os
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from planoai.simulate import Options
from tests.real_clients import desk as desks
from tests.real_clients import house as houses
from tests.real_clients import page, versions
from tests.real_clients.case import Case, Seen
from tests.sdk.conftest import MODELS

_OUTCOMES = pytest.StashKey[dict[str, str]]()
_SEEN = pytest.StashKey[list[tuple[str, Seen]]]()


@dataclass
class Table:
    """Where a client and a model sit down: `model` is what the client has to ask for."""

    case: Case
    house: houses.House
    desk: desks.Desk
    model: str

    @property
    def asked(self) -> list[dict[str, Any]]:
        return self.house.conversations(self.case.upstream)


@pytest.fixture
async def table(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Table]:
    async with houses.opened(tmp_path, Options()) as house, desks.cleared(tmp_path) as desk:
        yield Table(case, house, desk, MODELS[case.upstream])
        largest = max((len(each.body) for each in house.asked), default=0)
        seen = Seen(case, "", tuple(house.requests()), largest, tuple(house.lost()), tuple(desk.refused))
        request.config.stash.setdefault(_SEEN, []).append((request.node.nodeid, seen))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        told = [line[1:].strip() for line in report.longreprtext.splitlines() if line.startswith("E ")]
        outcome = told[0] if told else "no reason is known"
        item.config.stash.setdefault(_OUTCOMES, {})[item.nodeid] = outcome
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """`CLIENTS_PAGE` is set by scripts/real-clients where all of them were to run."""
    where = os.environ.get("CLIENTS_PAGE")
    seen = session.config.stash.get(_SEEN, [])
    if not where or len(seen) != session.testscollected:
        return  # a page about some of them would tell less than the one that is there
    outcomes = session.config.stash.get(_OUTCOMES, {})
    rows = [each._replace(outcome=outcomes.get(name, "")) for name, each in seen]
    Path(where).write_text(page.written(rows, versions.of_all(), datetime.now(UTC).date()))
