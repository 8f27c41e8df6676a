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
from rich.text import Text

from planoai.cli.demo import scenes
from planoai.cli.demo.scenes import PATHS, Body, Scene
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
        console.print(
            "Both upstreams are simulated. [simulate ...] in a message tells them what to answer.", markup=False
        )
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
    tokens_in, tokens_out = scenes.usage(scene.client, exchange.answered, streamed=streamed)
    _print(console, "client", f"POST {PATHS[scene.client]}  {_shown(_encoded(body))}", "cyan")
    _print(console, "upstream", exchange.sent_on, "magenta")
    if streamed:
        events = scenes.frames(exchange.answered)
        said = scenes.text(scene.client, exchange.answered, streamed=True)
        _print(console, "answer", f"{len(events)} events, from", "green")
        _print(console, "", _json(events[0]), "green")
        _print(console, "", f"to {_json(events[-1])}", "green")
        _print(console, "", f"which say: {said}", "green")
    else:
        _print(console, "answer", _shown(exchange.answered), "green")
    ours = max(exchange.whole - exchange.upstream, 0)
    _print(
        console,
        "",
        f"{tokens_in} tokens in, {tokens_out} out; {exchange.whole:.1f} ms, {ours:.1f} ms of it ours",
        "bold",
    )


def _print(console: Console, label: str, line: str, style: str) -> None:
    """A line that may be long, folded anywhere: put together again it is the line."""
    indent = 13
    room = max(console.width - indent, 20)
    for start in range(0, len(line), room):
        head = f"   {label if start == 0 else '':<{indent - 3}}"
        console.print(Text.assemble((head, "dim"), (line[start : start + room], style)), soft_wrap=True)


def _invite(console: Console, url: str) -> None:
    body = json.dumps({"model": "fast", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello!"}]})
    console.print(f"\nThe gateway stays up on [bold]{url}[/bold] (Ctrl-C stops it). Paste one of these:\n")
    for line in (
        f"curl {url}/v1/chat/completions -d '{body.replace('fast', scenes.MODELS[scenes.CHAT])}'",
        f"curl {url}/v1/messages -d '{body}'    # `fast` is an alias of openai/gpt-4o",
        f"export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY=any",
        f"export ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=any",
    ):
        console.print(Text(f"  {line}"), soft_wrap=True)


def _encoded(body: Body) -> bytes:
    return _json(body).encode()


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _shown(body: bytes) -> str:
    """JSON on one line; in a second turn, tools that were shown in the first are left to their names."""
    whole = json.loads(body)
    if "tools" in whole and len(whole["messages"]) > 1:
        whole["tools"] = [f"… {(each.get('function') or each)['name']} …" for each in whole["tools"]]
    return _json(whole)
