"""The recorder's place in the tree: what it goes by, and the socket that metrics are read from."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from planoai.config.load import load
from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.net.server import listen
from planoai.observability import watch
from planoai.observability.store import Reader
from planoai.process.home import Home
from planoai.process.records import Records
from planoai.process.settings import Settings
from planoai.process.told import Told, Warned
from tests.config.told import HEAD
from tests.net.raw import Raw
from tests.process.tree import NOWHERE, ask, refused, tree
from tests.support.ports import free_port

REQUESTS = 'brightstaff_http_requests_total{handler="list_models",method="GET",status_class="2xx"}'
MODELS = b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n"
BIND = "observability: {{metrics_bind: '127.0.0.1:{port}'}}\n"


async def scraped(port: int) -> float:
    """How often models were asked for."""
    raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
    await raw.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    lines = (await raw.answer()).body.decode().splitlines()
    raw.writer.close()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(REQUESTS))


async def counted(port: int, number: int) -> None:
    async with asyncio.timeout(30):
        while await scraped(port) != number:
            await asyncio.sleep(0.01)


async def test_metrics_and_store_outlive_recorders_and_configs(tmp_path: Path) -> None:
    port, other = free_port(), free_port()
    async with tree(tmp_path, workers=1, upstream=NOWHERE, more=BIND.format(port=port)) as running:
        assert (await ask(running.port, MODELS)).status == 200
        await counted(port, 1)
        os.kill(running.status.recorder or 0, signal.SIGKILL)
        assert (await ask(running.port, MODELS)).status == 200
        await counted(port, 1)  # a new one begins anew
        running.write(workers=1, more=BIND.format(port=other))
        assert (await running.reload()).problems == ()
        assert (await ask(running.port, MODELS)).status == 200
        await counted(other, 2)
        await refused(port)
        store = running.program.home.root / "store.db"
        with Reader(store) as reader:
            assert [each.opened.handler for each in reader.newest(10)] == ["list_models"] * 3
        assert store.stat().st_mode & 0o777 == 0o600


def records(home: Path, told: list[Told], environ: dict[str, str]) -> Records:
    settings = Settings(file=str(home / "config.yaml"), home=str(home), environ=environ)
    return Records(settings, Home(home), {}, lambda: (), lambda: None, told.append)


def config(text: str = "") -> Config:
    return load(HEAD + text, {}).config


async def test_an_address_that_somebody_wants_and_another_has_is_a_problem(tmp_path: Path) -> None:
    told: list[Told] = []
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        for environ, text in (({"METRICS_BIND_ADDRESS": f"127.0.0.1:{port}"}, ""), ({}, BIND.format(port=port))):
            with pytest.raises(ConfigError, match=r"^observability\.metrics_bind: 127\.0\.0\.1:\d+ can not be bound"):
                records(tmp_path, told, environ).try_out(config(text))
    assert told == []


async def test_the_usual_address_is_given_up_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Told] = []
    with listen("0.0.0.0", 0) as taken:
        monkeypatch.setattr(watch, "METRICS_PORT", taken.getsockname()[1])
        its = records(tmp_path, told, {})
        with pytest.raises(ConfigError):
            its.try_out(config(), patient=True)
        assert told == []
        its.try_out(config())
        its.settle(stays=True)
        its.close()

    [warned] = told
    assert isinstance(warned, Warned)
    assert not warned.of_config
    assert "metrics are not served" in warned.line


async def test_a_config_that_fails_leaves_the_socket_of_the_one_before(tmp_path: Path) -> None:
    its = records(tmp_path, [], {})
    ports = free_port(), free_port()
    its.try_out(config(BIND.format(port=ports[0])))
    its.settle(stays=True)

    its.try_out(config(BIND.format(port=ports[1])))
    its.settle(stays=False)

    listen("127.0.0.1", ports[1]).close()
    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", ports[0])
    its.close()
    listen("127.0.0.1", ports[0]).close()
