"""The worker, as the process that a user stops."""

import asyncio
import signal
from pathlib import Path

from planoai.net.server import listen
from tests.net.raw import Raw
from tests.support.program import planoai

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: openai/gpt-4o, access_key: sk-1, default: true}}
"""
HEALTHY = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


def free_port() -> int:
    with listen("127.0.0.1", 0) as probe:
        port: int = probe.getsockname()[1]
        return port


async def refused(port: int) -> None:
    """Returns once nothing listens on `port` any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return
        writer.close()


async def test_an_idle_connection_gets_one_more_answer_after_the_signal_to_stop(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(port=port))
    async with planoai("up", str(config), "--foreground") as program:
        await program.says("serves openai/gpt-4o")
        raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
        await raw.send(HEALTHY)
        assert (await raw.answer()).status == 200
        program.signal(signal.SIGTERM)
        await refused(port)
        await raw.send(HEALTHY)
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await raw.rest() == b""
        raw.writer.close()
        assert await program.ends() == 0
