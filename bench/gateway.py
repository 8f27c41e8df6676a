"""The gateway under measurement: an operator's configuration with a provider of each API, at each of its doors."""

import sys
from pathlib import Path

from bench.recorded import Telemetry
from bench.target import Place

_CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: bench, address: 127.0.0.1, port: {port}{listener_more}}}
model_providers:
  - {{model: openai/gpt-4o-mini, base_url: "{upstream}", access_key: sk-bench, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{upstream}", access_key: sk-bench}}
  - {{model: chatter/gpt-4o-mini, provider_interface: openai, upstream_api: chat, base_url: "{upstream}", access_key: sk-bench}}
  - {{model: responder/gpt-5.2, provider_interface: openai, upstream_api: responses, base_url: "{upstream}", access_key: sk-bench}}
  - {{model: "amazon_bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", base_url: "{upstream}", access_key: sk-bench}}
{more}"""


def command(place: Place) -> list[str]:
    tls = place.authority
    to_tls = tls is not None and place.door == "tls-upstream"
    path = place.directory / "config.yaml"
    path.write_text(
        _CONFIG.format(
            port=place.port,
            upstream=f"http{'s' if to_tls else ''}://127.0.0.1:{place.upstream_port}",
            listener_more=f', tls: {{cert: "{tls.cert}", key: "{tls.key}"}}'
            if tls and place.door == "tls-listener"
            else "",
            more=_more(place),
        )
    )
    return [sys.executable, "-m", "planoai", "up", str(path), "--foreground"]


def _more(place: Place) -> str:
    if place.door == "signals-off":
        return "overrides: {disable_signals: true}\n"
    if place.door == "tls-upstream" and place.authority is not None:
        return f'overrides: {{upstream_tls_ca_path: "{place.authority.ca}"}}\n'
    return ""


def environ(place: Place) -> dict[str, str]:
    """A home and a metrics port of its own, so that a gateway which runs on this machine is not disturbed."""
    return {"PLANO_HOME": str(_home(place)), "METRICS_BIND_ADDRESS": f"127.0.0.1:{place.spare_port}"}


def access_log(place: Place) -> Path:
    return _home(place) / "run" / "logs" / "access_llm.log"


def telemetry(place: Place) -> Telemetry:
    return Telemetry(place.spare_port, _home(place) / "store.db")


def _home(place: Place) -> Path:
    return place.directory / "home"
