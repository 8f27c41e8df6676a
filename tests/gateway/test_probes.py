"""Whoever looks after the gateway asks it how it is, in the ways that are usual."""

import pytest

from tests.gateway.conftest import opened


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/healthz/live", "/healthz?a=b", "/readyz", "/readyz/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_it_is_well_whatever_the_method(method: str, path: str) -> None:
    async with opened(client_keys=["a-key-that-is-long"]) as setting:
        assert (await setting.http.request(method, path)).status_code == 200
