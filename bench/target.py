"""What a target is: something between load and upstream that can be installed, configured and asked whether it serves."""

from collections.abc import Callable
from pathlib import Path

from bench.authority import Authority
from bench.recorded import Telemetry
from bench.rows import Door
from msgspec import Struct


class Place(Struct, frozen=True):
    """Where a target is to run: a directory of its own, its port, one more free port, and the port of the upstream; all on 127.0.0.1.

    `door` says what it must be able to do; without TLS on any side there is no `authority`.
    """

    directory: Path
    port: int
    spare_port: int
    upstream_port: int
    door: Door = "plain"
    authority: Authority | None = None


class Target(Struct, frozen=True):
    """`install` brings what it needs or raises NotInstalled or NotStarted. `command` writes its files and returns its argv.
    GET `health` answers 200 once it serves, within `patience` seconds. `headers` are sent to it with every request.
    """

    name: str
    install: Callable[[], None]
    command: Callable[[Place], list[str]]
    health: str
    version: Callable[[], str]
    environ: Callable[[Place], dict[str, str]] = lambda _: {}
    headers: Callable[[Place], dict[str, str]] = lambda _: {}
    access_log: Callable[[Place], Path | None] = lambda _: None
    """Where it writes a line for each request that it answered."""
    telemetry: Callable[[Place], Telemetry | None] = lambda _: None
    """What it tells of itself."""
    patience: float = 30
    slow: bool = False
    """An exchange takes it milliseconds: see Row."""
    streams: bool = True
