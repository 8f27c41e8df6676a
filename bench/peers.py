"""The other gateways: how each is started so that it does what we do, a request of Chat Completions to one upstream, and keeps to loopback."""

from bench.installs import Package, from_npm, from_pip
from bench.target import Place, Target

_LITELLM = Package("litellm", "litellm[proxy]", "1.104.0")
_PORTKEY = Package("portkey-gateway", "@portkey-ai/gateway", "1.15.2")
_SGLANG_ROUTER = Package("sglang-router", "sglang-router", "0.3.2")
_VLLM_ROUTER = Package("vllm-router", "vllm-router", "0.1.17")
_LEAN = ("--policy", "round_robin", "--log-level")

_LITELLM_CONFIG = """
model_list:
  - model_name: openai/gpt-4o-mini
    litellm_params: {{model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:{upstream_port}/v1", api_key: sk-bench}}
litellm_settings: {{telemetry: false}}
"""


def _litellm(place: Place) -> list[str]:
    path = place.directory / "config.yaml"
    path.write_text(_LITELLM_CONFIG.format(upstream_port=place.upstream_port))
    program = str(_LITELLM.directory / "bin" / "litellm")
    where = ("--host", "127.0.0.1", "--port", str(place.port))
    return [program, "--config", str(path), *where, "--num_workers", "1", "--telemetry", "False"]


def _litellm_environ(place: Place) -> dict[str, str]:
    """Its own price table instead of one from the network, no line of log for a request, and no authentication, as with the other gateways here."""
    return {
        "HOME": str(place.directory),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }


def _portkey(place: Place) -> list[str]:
    program = _PORTKEY.directory / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    return ["node", str(program), "--headless", f"--port={place.port}"]


def _portkey_headers(place: Place) -> dict[str, str]:
    """It has no file: each request says where it goes."""
    return {
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"http://127.0.0.1:{place.upstream_port}/v1",
    }


def _router(package: Package, *command: str) -> list[str]:
    return [str(package.directory / "bin" / package.name), *command]


def _vllm_router(place: Place) -> list[str]:
    """As it comes: cache-aware balancing, a line of log for each request."""
    return _router(_VLLM_ROUTER, *_rust_options(place))


def _vllm_router_lean(place: Place) -> list[str]:
    """The least it can do: it looks into no prompt and logs nothing."""
    return [*_vllm_router(place), *_LEAN, "warning"]


def _sglang_router(place: Place) -> list[str]:
    return _router(_SGLANG_ROUTER, "launch", *_rust_options(place))


def _sglang_router_lean(place: Place) -> list[str]:
    return [*_sglang_router(place), *_LEAN, "warn"]


def _rust_options(place: Place) -> tuple[str, ...]:
    """The two have a common ancestor."""
    return (
        *("--host", "127.0.0.1", "--port", str(place.port), "--prometheus-port", str(place.spare_port)),
        *("--worker-urls", f"http://127.0.0.1:{place.upstream_port}", "--worker-startup-check-interval", "1"),
    )


PEERS = (
    Target(
        "vllm-router",
        install=lambda: from_pip(_VLLM_ROUTER),
        command=_vllm_router,
        health="/health",
        version=lambda: _VLLM_ROUTER.version,
    ),
    Target(
        "vllm-router-lean",
        install=lambda: from_pip(_VLLM_ROUTER),
        command=_vllm_router_lean,
        health="/health",
        version=lambda: _VLLM_ROUTER.version,
    ),
    Target(
        "sglang-router",
        install=lambda: from_pip(_SGLANG_ROUTER),
        command=_sglang_router,
        health="/health",
        version=lambda: _SGLANG_ROUTER.version,
    ),
    Target(
        "sglang-router-lean",
        install=lambda: from_pip(_SGLANG_ROUTER),
        command=_sglang_router_lean,
        health="/health",
        version=lambda: _SGLANG_ROUTER.version,
    ),
    Target(
        "portkey",
        install=lambda: from_npm(_PORTKEY),
        command=_portkey,
        health="/",
        version=lambda: _PORTKEY.version,
        environ=lambda _: {"NODE_ENV": "production"},
        headers=_portkey_headers,
        slow=True,
        streams=False,  # on Node 20 it answers each of them with 500, `TypeError: immutable`
    ),
    Target(
        "litellm",
        install=lambda: from_pip(_LITELLM),
        command=_litellm,
        health="/health/liveliness",
        version=lambda: _LITELLM.version,
        environ=_litellm_environ,
        patience=120,
        slow=True,
    ),
)
