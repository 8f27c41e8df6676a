"""nginx, twice: as the limit, between load and upstream, and as an upstream behind TLS that costs the load core next to nothing."""

import os
import shutil
import subprocess
from pathlib import Path

from bench.authority import NAME, Authority
from bench.processes import NotInstalled
from bench.script import whole_body
from bench.target import Place

# One worker, no logs, connections kept.
_FRAME = """
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
{inside}
}}
"""

# Connections are kept on both sides, and every piece is passed on as it comes.
_PROXY = """
  upstream provider {{
    server 127.0.0.1:{upstream_port};
    keepalive 256;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port}{listen_more};
    {server_more}
    location = /healthz {{ return 200; }}
    location / {{
      proxy_pass {scheme}://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      {location_more}
    }}
  }}
"""

_UPSTREAM_TLS = """
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate {ca};
      proxy_ssl_name {name};
      proxy_ssl_server_name on;
      proxy_ssl_session_reuse on;
      proxy_ssl_protocols TLSv1.2 TLSv1.3;
"""

_CERTIFICATE = """
    ssl_certificate {cert};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
"""

_ANSWERS = """
  server {{
    listen 127.0.0.1:{port} ssl backlog=1024;
    {certificate}
    default_type application/json;
    location = /v1/chat/completions {{ return 200 '{chat}'; }}
    location = /healthz {{ return 200; }}
    location / {{ return 404; }}
  }}
"""


def find() -> None:
    if _path() is None:
        raise NotInstalled("`apt-get install nginx`, or `brew install nginx`")


def version() -> str:
    """It is written to stderr, as `nginx version: nginx/1.22.1`."""
    said = subprocess.run([_path() or "nginx", "-v"], capture_output=True, text=True, check=False).stderr
    return said.rpartition("/")[2].strip()


def proxy(place: Place) -> list[str]:
    """As the limit: it changes nothing and reads no JSON."""
    tls = place.authority
    inside = _PROXY.format(
        upstream_port=place.upstream_port,
        port=place.port,
        scheme="https" if tls and place.door == "tls-upstream" else "http",
        location_more=_UPSTREAM_TLS.format(ca=tls.ca, name=NAME) if tls and place.door == "tls-upstream" else "",
        listen_more=" ssl" if tls and place.door == "tls-listener" else "",
        server_more=_certificate(tls) if tls and place.door == "tls-listener" else "",
    )
    return _command(place.directory, inside)


def answers_over_tls(directory: Path, port: int, tls: Authority) -> list[str]:
    """As an upstream that gives the whole answer of the scripted one to everybody."""
    chat = whole_body(b"/v1/chat/completions").decode()
    return _command(directory, _ANSWERS.format(port=port, certificate=_certificate(tls), chat=chat))


def _command(directory: Path, inside: str) -> list[str]:
    path = directory / "nginx.conf"
    path.write_text(_FRAME.format(directory=directory, inside=inside))
    return [_path() or "nginx", "-p", str(directory), "-e", str(directory / "error.log"), "-c", str(path)]


def _certificate(tls: Authority) -> str:
    return _CERTIFICATE.format(cert=tls.cert, key=tls.key)


def _path() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
