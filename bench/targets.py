"""What stands between load and upstream: how each proxy is configured, started and asked whether it is ready."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.processes import NotInstalled, NotStarted
from bench.rows import LIMIT, OURS
from msgspec import Struct

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "planoai-bench"
_VLLM_ROUTER = "0.1.17"


class Place(Struct, frozen=True):
    """Where a target is to run: a directory of its own, its port, one more free port, and the port of the upstream; all on 127.0.0.1."""

    directory: Path
    port: int
    spare_port: int
    upstream_port: int


class Target(Struct, frozen=True):
    """`install` brings what it needs or raises NotInstalled or NotStarted. `command` writes its files and returns its argv.
    GET `health` answers 200 once it serves.
    """

    name: str
    install: Callable[[], None]
    command: Callable[[Place], list[str]]
    health: str
    version: Callable[[], str]
    environ: Callable[[Place], dict[str, str]] = lambda _: {}


def _nginx_path() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")


def _find_nginx() -> None:
    if _nginx_path() is None:
        raise NotInstalled("`apt-get install nginx`, or `brew install nginx`")


# One worker, no logs, connections kept on both sides, every piece passed on as it comes.
_NGINX = """
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
  upstream provider {{
    server 127.0.0.1:{upstream_port};
    keepalive 256;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port};
    location = /healthz {{ return 200; }}
    location / {{
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


def _nginx(place: Place) -> list[str]:
    path = place.directory / "nginx.conf"
    path.write_text(_NGINX.format(directory=place.directory, port=place.port, upstream_port=place.upstream_port))
    return [
        _nginx_path() or "nginx",
        "-p",
        str(place.directory),
        "-e",
        str(place.directory / "error.log"),
        "-c",
        str(path),
    ]


def _nginx_version() -> str:
    """It is written to stderr, as `nginx version: nginx/1.22.1`."""
    return (
        subprocess.run([_nginx_path() or "nginx", "-v"], capture_output=True, text=True, check=False)
        .stderr.rpartition("/")[2]
        .strip()
    )


_PLANOAI = """
version: v0.4.0
listeners:
  - {{type: model, name: bench, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: openai/gpt-4o-mini, base_url: "http://127.0.0.1:{upstream_port}", access_key: sk-bench, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "http://127.0.0.1:{upstream_port}", access_key: sk-bench}}
"""


def _planoai(place: Place) -> list[str]:
    path = place.directory / "config.yaml"
    path.write_text(_PLANOAI.format(port=place.port, upstream_port=place.upstream_port))
    return [sys.executable, "-m", "planoai", "up", str(path), "--foreground"]


def _planoai_environ(place: Place) -> dict[str, str]:
    """A home and a metrics port of its own, so that a gateway which runs on this machine is not disturbed."""
    return {"PLANO_HOME": str(place.directory / "home"), "METRICS_BIND_ADDRESS": f"127.0.0.1:{place.spare_port}"}


def _install(name: str, requirement: str) -> None:
    """A Python package into a virtual environment of its own under the user's cache; nothing to do when it is there in this version."""
    directory = _CACHE / requirement
    if (directory / ".installed").exists():
        return
    print(f"installing {requirement} into {directory}", file=sys.stderr)
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(directory)], check=True, capture_output=True, text=True
        )
        pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement]
        subprocess.run(pip, check=True, capture_output=True, text=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NotStarted(f"{name} could not be installed: {said.strip()[-300:]}") from error
    (directory / ".installed").touch()


def _vllm_router(place: Place) -> list[str]:
    """As it comes: cache-aware balancing, a line of log for each request."""
    return [
        str(_CACHE / f"vllm-router=={_VLLM_ROUTER}" / "bin" / "vllm-router"),
        *("--host", "127.0.0.1", "--port", str(place.port), "--prometheus-port", str(place.spare_port)),
        *("--worker-urls", f"http://127.0.0.1:{place.upstream_port}", "--worker-startup-check-interval", "1"),
    ]


def _vllm_router_lean(place: Place) -> list[str]:
    """The least it can do: it looks into no prompt and logs nothing."""
    return [*_vllm_router(place), "--policy", "round_robin", "--log-level", "warning"]


_ALL = (
    Target(LIMIT, install=_find_nginx, command=_nginx, health="/healthz", version=_nginx_version),
    Target(
        OURS,
        install=lambda: None,
        command=_planoai,
        health="/healthz",
        version=lambda: importlib.metadata.version("planoai"),
        environ=_planoai_environ,
    ),
    Target(
        "vllm-router",
        install=lambda: _install("vllm-router", f"vllm-router=={_VLLM_ROUTER}"),
        command=_vllm_router,
        health="/health",
        version=lambda: _VLLM_ROUTER,
    ),
    Target(
        "vllm-router-lean",
        install=lambda: _install("vllm-router", f"vllm-router=={_VLLM_ROUTER}"),
        command=_vllm_router_lean,
        health="/health",
        version=lambda: _VLLM_ROUTER,
    ),
)
TARGETS = {target.name: target for target in _ALL}
PEERS = tuple(name for name in TARGETS if name not in {LIMIT, OURS})
