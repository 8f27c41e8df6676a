"""What the tests of exporters share."""

import logging
from collections.abc import Iterator

import pytest

from tests.observability.exporters.told import Told


@pytest.fixture
def told() -> Iterator[Told]:
    """All that is logged, whoever does, at level INFO and above."""
    handler = Told()
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
