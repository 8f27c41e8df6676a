"""The worker, as the process that a user stops."""

import asyncio
import signal
from pathlib import Path

from tests.net.raw import Raw
from tests.process.tree import CONFIG, HEALTHY, KEY, NOWHERE, refused
from tests.support.ports import free_port
from tests.support.program import planoai


async def test_an_idle_connection_gets_one_more_answer_after_the_signal_to_stop(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(workers=1, port=port, url=NOWHERE, listener=""))
    async with planoai("up", str(config), "--foreground", environ={"THE_KEY": KEY}) as program:
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
