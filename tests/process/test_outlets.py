"""What becomes of observations when the config changes under them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from planoai.config.schema import Config, Tracing
from planoai.net.proxy import Proxies
from planoai.observability.logfile import LogFile
from planoai.observability.watch import Watch, watch_of
from planoai.process.outlets import Outlets
from tests.observability.metrics.scraped import scraped, value
from tests.observability.seen import observation


@pytest.fixture
async def outlets(tmp_path: Path) -> AsyncIterator[Outlets]:
    made = Outlets(LogFile(tmp_path / "access.log"))
    yield made
    await made.aclose(0)


def watch(home: Path, **of_config: object) -> Watch:
    return watch_of(Config(version="v0.4.0", **of_config), str(home), Proxies())  # type: ignore[arg-type]


async def test_what_an_exporter_loses_as_it_ends_is_counted(outlets: Outlets, tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:1"
    await outlets.go_by(watch(tmp_path, tracing=Tracing(random_sampling=100, opentracing_grpc_endpoint=nobody)))
    outlets.take([observation()])
    await outlets.go_by(watch(tmp_path))

    assert value(scraped(outlets.metrics), "plano_export_dropped_total", exporter="otlp") == 1
