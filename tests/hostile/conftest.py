"""One gateway for each module; after each of its tests the very same processes still serve."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hostile.target import Target, attacked


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    async with attacked(tmp_path_factory.mktemp("hostile")) as target:
        yield target


@pytest_asyncio.fixture(loop_scope="module")
async def target(gateway: Target) -> AsyncIterator[Target]:
    """Whose upstream has not been asked anything yet."""
    gateway.upstream.asked.clear()
    yield gateway
    await gateway.serves()
