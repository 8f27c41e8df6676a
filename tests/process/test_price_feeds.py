"""Prices that are fetched and kept."""

import json
import logging
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from planoai.config.load import load
from planoai.config.schema import Config
from planoai.net.proxy import Proxies
from planoai.pricing.price import Price
from planoai.pricing.prices import Prices
from planoai.process.price_feeds import Told, keep_fresh, pause, refresh
from planoai.process.prices import fetched, file_in, known
from tests.support.upstream import Cut, Step, scripted, whole

TODAY = "2026-11-23"
HEAD = """version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12000}
model_providers: [{model: openai/*}]
"""
GOOD = {"openai": {"models": {"gpt-new": {"cost": {"input": 1, "output": 2}}}}}
BETTER = {"openai": {"models": {"gpt-new": {"cost": {"input": 0.5, "output": 1}}}}}


def config_of(**source: object) -> Config:
    return load(HEAD + f"model_metrics_sources: [{json.dumps({'type': 'cost', **source})}]\n", {}, folder="/").config


async def asked(config: Config, home: Path, today: str = TODAY) -> Told | None:
    return await refresh(config, home, Proxies(), today)


def price(config: Config, home: Path, model: str = "openai/gpt-new") -> Price | None:
    return known(config, home).find(model)


async def test_a_list_is_asked_for_without_any_key_and_kept(tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole(GOOD))
        config = config_of(provider="models.dev", url=f"{upstream.url}/api.json")
        assert await asked(config, tmp_path) == Told(f"{upstream.url}/api.json", 1)
    (one,) = upstream.asked
    assert (one.method, one.target, one.body) == ("GET", "/api.json", b"")
    assert not {"authorization", "x-api-key", "cookie"} & one.headers.keys()
    assert price(config, tmp_path) == Price(1.0, 2.0)
    table = fetched(tmp_path)
    assert table is not None
    assert (table.as_of, table.loose) == (TODAY, True)
    assert stat.S_IMODE(file_in(tmp_path).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["prices.json"]


async def test_all_pages_of_a_list_are_read(tmp_path: Path) -> None:
    def page(number: int) -> Sequence[Step]:
        rates = {"input_price_per_million": 1e-6 * number, "output_price_per_million": 2e-6}
        return whole({"data": [{"model_id": f"m{number}", "pricing": rates}], "meta": {"page": number, "pages": 3}})

    async with scripted() as upstream:
        upstream.will(page(1), page(2), page(3))
        config = config_of(provider="digitalocean", url=f"{upstream.url}/v2/gen-ai/models/catalog")
        told = await asked(config, tmp_path)
    assert told is not None
    assert told.models == 3
    place = "/v2/gen-ai/models/catalog"
    assert [each.target for each in upstream.asked] == [place, f"{place}?page=2", f"{place}?page=3"]
    assert price(config, tmp_path, "do/m3") == Price(3.0, 2.0)


async def test_a_list_without_end_is_left(tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole({"data": [], "meta": {"page": 1, "pages": 1_000_000}}))
        told = await asked(config_of(provider="digitalocean", url=f"{upstream.url}/x"), tmp_path)
    assert told is not None
    assert told.problem == "there are no prices in its list"
    assert len(upstream.asked) == 20


async def test_all_pages_together_are_no_larger_than_one_list_may_be(tmp_path: Path) -> None:
    padding = "x" * (9 * 1024 * 1024)
    page = whole({"data": [], "padding": padding, "meta": {"page": 1, "pages": 1_000_000}})
    async with scripted() as upstream:
        upstream.will(page)
        told = await asked(config_of(provider="digitalocean", url=f"{upstream.url}/x"), tmp_path)
    assert told is not None
    assert "is larger than" in told.problem
    assert len(upstream.asked) == 3


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (whole({"error": "no"}, status=500), "it answered with status 500"),
        (whole(b"<html>"), "its list can not be read"),
        (whole({"openai": {"models": {}}}), "there are no prices in its list"),
        ([Cut()], ""),
    ],
)
async def test_what_fails_leaves_what_was_kept(tmp_path: Path, script: list[Step], problem: str) -> None:
    async with scripted() as upstream:
        upstream.will(whole(GOOD), script)
        config = config_of(provider="models.dev", url=upstream.url)
        await asked(config, tmp_path)
        told = await asked(config, tmp_path, "2026-11-24")
    assert told is not None
    assert problem in told.problem
    assert told.problem
    table = fetched(tmp_path)
    assert table is not None
    assert table.as_of == TODAY
    assert price(config, tmp_path) == Price(1.0, 2.0)


async def test_a_file_is_a_source_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    config = config_of(provider="file", path=str(file))
    missing = await asked(config, tmp_path)
    assert missing == Told(str(file), problem="it can not be read: no such file or directory")
    file.write_text(json.dumps({"prices": {"house/m": {"input": 0.1, "output": 0.2}}}))
    assert await asked(config, tmp_path) == Told(str(file), 1)
    assert price(config, tmp_path, "house/m") == Price(0.1, 0.2)
    file.unlink()
    await asked(config, tmp_path)
    assert price(config, tmp_path, "house/m") == Price(0.1, 0.2)
    file.write_bytes(b" " * (20 * 1024 * 1024 + 1))
    assert await asked(config, tmp_path) == Told(str(file), problem="it is larger than 20971520 bytes")


async def test_without_a_source_nothing_is_read(tmp_path: Path) -> None:
    config = load(HEAD, {}).config
    assert await asked(config, tmp_path) is None
    await keep_fresh(config, tmp_path, Proxies(), lambda: TODAY, _refused)
    assert not list(tmp_path.iterdir())


def _refused(prices: Prices) -> None:
    raise AssertionError(prices)


class _Enough(Exception):
    """Ends what would go on for ever."""


async def kept_fresh(config: Config, home: Path, times: int) -> tuple[list[Price | None], list[float]]:
    """What was found after each read, and how long it was to be waited after each, of so many `times`."""
    seen: list[Price | None] = []
    pauses: list[float] = []

    async def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == times:
            raise _Enough

    with suppress(_Enough):
        await keep_fresh(
            config, home, Proxies(), lambda: TODAY, lambda prices: seen.append(prices.find("openai/gpt-new")), wait
        )
    return seen, pauses


async def test_prices_are_read_again_and_trouble_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with scripted() as upstream:
        bad = whole({}, status=503)
        upstream.will(whole(GOOD), bad, bad, whole(BETTER))
        config = config_of(provider="models.dev", url=upstream.url, refresh_interval=3600)
        with caplog.at_level(logging.INFO, "planoai.prices"):
            seen, pauses = await kept_fresh(config, tmp_path, 4)
    assert seen == [Price(1.0, 2.0), Price(0.5, 1.0)]
    assert pauses == [3600.0, 30.0, 60.0, 3600.0]
    assert caplog.messages == [
        f"the prices of {upstream.url} stay as they are: it answered with status 503",
        f"the prices of {upstream.url} are there again",
    ]


async def test_without_an_interval_prices_are_read_until_they_were_read_once(tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole({}, status=503), whole(GOOD))
        seen, pauses = await kept_fresh(config_of(provider="models.dev", url=upstream.url), tmp_path, 5)
    assert (seen, pauses) == ([Price(1.0, 2.0)], [30.0])


async def test_a_home_that_can_not_be_written_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = tmp_path / "gone"
    async with scripted() as upstream:
        upstream.will(whole(GOOD))
        seen, pauses = await kept_fresh(config_of(provider="models.dev", url=upstream.url), home, 1)
    assert (seen, pauses) == ([], [30.0])
    assert f"{file_in(home)} can not be written: no such file or directory" in caplog.text


def test_pauses_grow_and_are_never_longer_than_the_usual_one() -> None:
    assert [pause(failures, None) for failures in (0, 1, 2, 8, 1000)] == [3600.0, 30.0, 60.0, 3600.0, 3600.0]
    assert [pause(failures, 20) for failures in (0, 1, 5)] == [20.0, 20.0, 20.0]
