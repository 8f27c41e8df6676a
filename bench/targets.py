"""The table of what stands between load and upstream."""

import importlib.metadata

from bench.peers import PEERS as _PEERS
from bench.rows import LIMIT, OURS
from bench.target import Target

from bench import gateway, nginx

_ALL = (
    Target(LIMIT, install=nginx.find, command=nginx.proxy, health="/healthz", version=nginx.version),
    Target(
        OURS,
        install=lambda: None,
        command=gateway.command,
        health="/healthz",
        version=lambda: importlib.metadata.version("planoai"),
        environ=gateway.environ,
        access_log=gateway.access_log,
        telemetry=gateway.telemetry,
    ),
    *_PEERS,
)
TARGETS = {target.name: target for target in _ALL}
PEERS = tuple(target.name for target in _PEERS)
