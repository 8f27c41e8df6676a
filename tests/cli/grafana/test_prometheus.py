"""Prometheus scrapes a gateway that serves, and every panel of the dashboard has something to show. Needs `apt-get install prometheus`."""

import asyncio
import json
import math
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from planoai.cli import main
from planoai.cli.grafana.panels import ROUTING, ROWS, Query
from planoai.simulate import simulating
from tests.docs.pages import blocks
from tests.support.ports import free_port
from tests.support.program import planoai

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not (shutil.which("prometheus") and shutil.which("promtool")), reason="Prometheus is not here"),
]

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: any, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: any}}
tracing:
  random_sampling: 100
  exporters: [{{type: posthog, url: "{url}", api_key: any}}]
"""
ANGRY = (
    "Where is my order of {day}?",
    "No, that is not what I asked. I meant the one before.",
    "This is useless. I want to talk to a human!",
)


def asked(*texts: str, model: str = "gpt-4o", stream: bool = False) -> dict[str, object]:
    """A conversation in which the user said these, each but the last of them answered."""
    said = [
        message
        for text in texts
        for message in ({"role": "user", "content": text}, {"role": "assistant", "content": "Well."})
    ]
    return {"model": model, "messages": said[:-1], "stream": stream}


TRAFFIC = (
    asked("Hello! [simulate input=2000 cached=1500 output=20]"),
    asked("Hello! [simulate input=2000 written=1500 output=20]", model="claude-sonnet-4-5", stream=True),
    asked("Tell me more. [simulate words=20 pace=1ms]", stream=True),
    asked("Do not! [simulate error=500]"),
    asked("Not now! [simulate error=429]"),
)


@asynccontextmanager
async def prometheus(folder: Path, metrics: str) -> AsyncIterator[httpx2.AsyncClient]:
    """As `planoai grafana` sets it up, but that it looks once a second."""
    CliRunner().invoke(main, ["grafana", str(folder), "--metrics", metrics], catch_exceptions=False)
    config = folder / "prometheus.yml"
    config.write_text(re.sub(r"(scrape_interval|scrape_timeout): \d+s", r"\1: 1s", config.read_text()))
    place = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={place}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(base_url=f"http://{place}") as http:
            yield http
    finally:
        process.terminate()
        await process.wait()


async def answer(http: httpx2.AsyncClient, expr: str, at: float) -> list[float]:
    """The value of each series at that time."""
    asked = {"query": expr.replace("$__range", "1h"), "time": str(at)}
    told = (await http.get("/api/v1/query", params=asked)).json()
    assert told["status"] == "success", told
    return [float(series["value"][1]) for series in told["data"]["result"]]


async def until(http: httpx2.AsyncClient, expr: str) -> float:
    """When `expr` was first seen to be so. A look that fails after it, on a machine that is busy, changes nothing of what is known of that time."""
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx2.TransportError, json.JSONDecodeError):  # it is just being started
                now = time.time()
                if await answer(http, expr, now):
                    return now
            await asyncio.sleep(0.1)


def of_the_dashboard() -> Iterator[Query]:
    for row in ROWS:
        for panel in row.panels if row is not ROUTING else ():
            yield from panel.queries


def of_the_page() -> Iterator[str]:
    for block in blocks("promql"):
        yield from (line for line in block.text.splitlines() if line and not line.startswith("#"))


async def send(gateway: httpx2.AsyncClient, day: str) -> None:
    """`day`: what makes a conversation of it that there has not been yet."""
    for body in (*TRAFFIC, asked(*(each.format(day=day) for each in ANGRY))):
        await gateway.post("/v1/chat/completions", json=body)
    await gateway.get("/v1/models")


async def test_every_panel_but_those_of_routing_shows_something_after_some_traffic(tmp_path: Path) -> None:
    metrics, file, port = f"127.0.0.1:{free_port()}", tmp_path / "config.yaml", free_port()
    async with simulating() as url:
        file.write_text(CONFIG.format(port=port, url=url))
        async with (
            planoai("up", str(file), "--foreground", environ={"METRICS_BIND_ADDRESS": metrics}) as program,
            prometheus(tmp_path / "watch", metrics) as http,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as gateway,
        ):
            await program.says(f":{port}")
            await send(gateway, "Monday")
            last = 'brightstaff_http_requests_total{handler="list_models"}'
            await until(http, f"{last} >= 1")  # what is counted from there on is a rate
            await send(gateway, "Tuesday")
            at = await until(http, f"{last} >= 2")
            found = {query.expr: await answer(http, query.expr, at) for query in of_the_dashboard()}
            found |= {expr: await answer(http, expr, at) for expr in of_the_page()}
            text = (await gateway.get(f"http://{metrics}/metrics")).text
            routing = [await answer(http, query.expr, at) for panel in ROUTING.panels for query in panel.queries]
    assert [expr for expr, values in found.items() if not any(map(math.isfinite, values))] == []
    assert [expr for expr in found if re.search("cost|signals|poor|5xx|cache", expr) and not any(found[expr])] == []
    assert len(routing) == len(ROUTING.panels)
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("words", [(), ("--metrics", "127.0.0.1:9092")])
def test_prometheus_takes_its_config(tmp_path: Path, words: tuple[str, ...]) -> None:
    CliRunner().invoke(main, ["grafana", str(tmp_path), *words], catch_exceptions=False)
    checked = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")], check=False, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr


def test_prometheus_can_read_every_question(tmp_path: Path) -> None:
    exprs = [*(query.expr for row in ROWS for panel in row.panels for query in panel.queries), *of_the_page()]
    rules = [{"record": f"question_{n}", "expr": expr.replace("$__range", "1h")} for n, expr in enumerate(exprs)]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "questions", "rules": rules}]}))
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{len(exprs)} rules found" in checked.stdout
