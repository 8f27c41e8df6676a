"""`planoai demo`: the gateway at work in front of the simulated provider, without a key or a network."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import click
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from planoai.cli import scenes
from planoai.cli.scenes import PATHS, Body, Scene
from planoai.config.load import load
from planoai.errors import ConfigError
from planoai.net.client import Client, Origin
from planoai.net.server import Reply, Request, Server, listen
from planoai.process.worker import serving
from planoai.simulate import Simulator

_UPSTREAM = re.compile(rb"upstream;dur=([0-9.]+)")
_JSON = ((b"content-type", b"application/json"),)


@click.command()
@click.option("--once", is_flag=True, help="Show the exchanges and leave, instead of staying up.")
@click.option("--port", type=click.IntRange(0, 65535), default=12000, show_default=True, help="0 takes a free one.")
def demo(once: bool, port: int) -> None:
    """See each client talk to the other API's model: no key, no network, nothing to configure.

    \b
    Example:
      planoai demo --once
    """
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_demo(Console(highlight=False), 0 if once else port, stay=not once))
        except ConfigError as error:
            raise click.ClickException(f"{error}; `planoai demo --port 0` takes a free port") from None


class Exchange(Struct, frozen=True):
    """What one request of a client became. Times are milliseconds; `answered` is what reached the client, headers aside."""

    sent_on: str
    answered: bytes
    whole: float
    upstream: float


class Watched:
    """The simulated provider, and what it was last asked."""

    def __init__(self) -> None:
        self._simulator = Simulator()
        self.asked = ""

    async def __call__(self, request: Request, reply: Reply) -> None:
        self.asked = f"{request.method} {request.target}  {_shown(await request.body())}"
        await self._simulator(request, reply)


class Stage:
    """A gateway before a simulated provider, and a client of the gateway."""

    def __init__(self, url: str, client: Client, provider: Watched) -> None:
        self.url = url
        self._client = client
        self._provider = provider

    async def ask(self, path: str, body: bytes) -> Exchange:
        """Raises ClickException where the answer is not what the demo is there to show."""
        began = perf_counter()
        with await self._client.send(Origin.parse(self.url), "POST", path, _JSON, body) as response:
            answered = await response.body()
            whole = (perf_counter() - began) * 1000
            timing = _UPSTREAM.search(response.headers.get(b"server-timing") or b"")
            if response.status != 200 or timing is None:
                raise click.ClickException(f"the gateway answered with {response.status}: {answered.decode()}")
        return Exchange(self._provider.asked, answered, whole, float(timing[1]))


@asynccontextmanager
async def _stage(port: int) -> AsyncIterator[Stage]:
    provider = Watched()
    async with Server(provider, [listen("127.0.0.1", 0)], drain_seconds=1.0) as upstream, Client() as client:
        host, bound = upstream.addresses[0]
        config = load(scenes.CONFIG.format(port=12000, upstream=f"http://{host}:{bound}"), {}).config
        async with serving(config, port=port) as (_, [server]):
            own, taken = server.addresses[0]
            yield Stage(f"http://{own}:{taken}", client, provider)


async def _demo(console: Console, port: int, *, stay: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with _stage(port) as stage:
        played = scenes.scenes()
        await stage.ask(PATHS[scenes.CHAT], _encoded(played[0].body))  # opens the connections
        for number, scene in enumerate(played, start=1):
            console.print(f"\n[bold]{number}. {scene.title}[/bold]")
            await _show(console, stage, scene)
        if stay:
            _invite(console, stage.url)
            await stop.wait()


async def _show(console: Console, stage: Stage, scene: Scene) -> None:
    body: Body | None = scene.body
    while body is not None:
        exchange = await stage.ask(PATHS[scene.client], _encoded(body))
        _tell(console, scene, body, exchange)
        body = scenes.next_turn(scene, body, exchange.answered)


def _tell(console: Console, scene: Scene, body: Body, exchange: Exchange) -> None:
    streamed = bool(body.get("stream"))
    answer = exchange.answered
    tokens_in, tokens_out = scenes.usage(scene.client, answer, streamed=streamed)
    said = scenes.text(scene.client, answer, streamed=streamed)
    came = f"{len(scenes.frames(answer))} events  “{said}”" if streamed else _shown(answer)
    rows = Table.grid(padding=(0, 2))
    rows.add_column()
    rows.add_column(overflow="fold")
    rows.add_row("   client", Text(f"POST {PATHS[scene.client]}  {_shown(_encoded(body))}", "cyan"))
    rows.add_row("   upstream", Text(exchange.sent_on, "magenta"))
    rows.add_row("   answer", Text(came, "green"))
    ours = max(exchange.whole - exchange.upstream, 0)
    rows.add_row(
        "", f"{tokens_in} tokens in, {tokens_out} out; {exchange.whole:.1f} ms, [bold]{ours:.1f} ms[/bold] of it ours"
    )
    console.print(rows)


def _invite(console: Console, url: str) -> None:
    body = json.dumps({"model": "fast", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello!"}]})
    console.print(f"\nThe gateway stays up on [bold]{url}[/bold] (Ctrl-C stops it). Paste one of these:\n")
    for line in (
        f"curl {url}/v1/chat/completions -d '{body}'",
        f"curl {url}/v1/messages -d '{body.replace('fast', scenes.MODELS[scenes.CHAT])}'",
        f"export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY=any",
        f"export ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=any",
    ):
        console.print(Text(f"  {line}"), soft_wrap=True)


def _encoded(body: Body) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _shown(body: bytes) -> str:
    """JSON on one line, with the definitions of tools left to their names."""
    whole = json.loads(body)
    if "tools" in whole:
        whole["tools"] = [f"… {(each.get('function') or each)['name']} …" for each in whole["tools"]]
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
