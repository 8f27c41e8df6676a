"""`planoai simulate`: the simulated provider as a program. Its options are those of `planoai.simulate.options`."""

import asyncio
import signal

import click

from planoai.errors import BadRequest
from planoai.simulate import Options, simulating
from planoai.simulate.directive import changed
from planoai.simulate.options import KEYS, SWITCH, Key

_CURL = """\
curl -N {url}/v1/chat/completions -H 'content-type: application/json' -d '{{"model": "any", "stream": true, "messages": \
[{{"role": "user", "content": "Hello [simulate words=20 pace=50ms]"}}]}}'"""


def _option(name: str, key: Key) -> click.Option:
    flag = f"--{name.replace('_', '-')}"
    if key.kind is SWITCH:
        return click.Option([flag], is_flag=True, help=key.help)
    return click.Option([flag], metavar="VALUE", help=f"{key.help} Takes {key.kind.takes}.")


def _run(host: str, port: int, **given: str | bool | None) -> None:
    pairs = [
        f"{name}={'yes' if value is True else value}" for name, value in given.items() if value not in (None, False)
    ]
    try:
        options = changed(Options(), pairs, "planoai simulate")
    except BadRequest as error:
        raise click.UsageError(error.message.partition(": ")[2]) from None
    # Only here: `planoai --help` should not wait for it.
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, host, port))


async def _serve(options: Options, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with simulating(options, host, port) as url:
            click.echo(url)
            click.echo(f"Try it: {_CURL.format(url=url)}", err=True)
            await stop.wait()
    except OSError as error:
        raise click.ClickException(f"{host}:{port}: {error.strerror or error}; try another --port") from None


simulate = click.Command(
    "simulate",
    callback=_run,
    help="Serve a simulated provider: Chat, Messages, Responses and Converse, without a model behind them.\n\n"
    "\b\nExamples:\n  planoai simulate --words 200 --pace 20ms\n  planoai simulate --port 8701 --error 529",
    epilog="A request changes any of these for itself, in a header (x-simulate: words=20; delay=1) or in its last user text: "
    "[simulate words=20 delay=1].",
    params=[
        click.Option(["--host"], default="127.0.0.1", show_default=True, help="Address to listen on."),
        click.Option(
            ["--port"], type=click.IntRange(0, 65535), default=8700, show_default=True, help="0 takes a free one."
        ),
        *(_option(name, key) for name, key in KEYS.items()),
    ],
)
