"""A gateway and all that looks on, in one process: access log, metrics, store, exporters, and a collector that takes what they send."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from planoai.config.load import load
from planoai.net.proxy import Proxies
from planoai.observability.logfile import LogFile
from planoai.observability.observation import Observation
from planoai.observability.store import Reader
from planoai.observability.watch import watch_of
from planoai.process.outlets import Outlets
from planoai.process.worker import serving
from tests.acceptance.providers import PRICE
from tests.observability.metrics.scraped import Samples, samples
from tests.support.collector import Collector, Span
from tests.support.upstream import Upstream, scripted

OUR_KEY = "OURKEY0a1b2c3d4e5f6a7b8c9d0e1f"  # of no shape that is known
MODELS = {
    "chat": "chatter/gpt-4o",
    "messages": "anthropic/claude-sonnet-4-5",
    "responses": "responder/gpt-5.2",
    "converse": "amazon_bedrock/us.anthropic.claude-sonnet-4-5",
}
NAMES = {"fast": "chat", "deep": "messages", "wise": "responses", "cloud": "converse"}  # aliases
_ENTRIES = {
    "chat": "provider_interface: openai, upstream_api: chat",
    "messages": "",
    "responses": "provider_interface: openai, upstream_api: responses",
    "converse": "",
}


def config(upstream: str, more: str = "", door: str = "") -> str:
    lines = [
        "version: v0.4.0",
        f"listeners: [{{type: model, name: test, address: 127.0.0.1, port: 12000{door}}}]",
        "model_providers:",
        *(
            f'  - {{model: {model}, base_url: "{upstream}", access_key: {OUR_KEY}, price: {PRICE}'
            f"{', ' if _ENTRIES[api] else ''}{_ENTRIES[api]}}}"
            for api, model in MODELS.items()
        ),
        "model_aliases:",
        *(f"  {name}: {{target: {MODELS[api]}}}" for name, api in NAMES.items()),
    ]
    return "\n".join(lines) + "\n" + more


@dataclass
class Scene:
    """What is below `observed` is there once the scene has ended."""

    http: httpx2.AsyncClient
    upstream: Upstream
    observed: list[Observation]
    outlets: Outlets
    store: Path
    log: Path
    spans: Sequence[Span] = ()
    metrics: Samples = field(default_factory=dict)
    text: str = ""

    def roots(self) -> Mapping[str, Span]:
        """By request id."""
        return {str(each.attributes["request_id"]): each for each in self.spans if each.kind == "server"}

    def tries(self, root: Span) -> list[Span]:
        return [each for each in self.spans if each.parent == root.id]

    def rows(self, *, content: bool = False) -> list[Observation]:
        with Reader(self.store) as reader:
            return reader.newest(1000, content=content)


@asynccontextmanager
async def scene(
    folder: Path, collector: Collector, more: str = "", *, protocol: str = "grpc", door: str = ""
) -> AsyncIterator[Scene]:
    """All that happened is exported when it is left."""
    url = collector.url if protocol == "grpc" else collector.http_url
    tracing = {
        "random_sampling": 100,
        "protocol": protocol,
        "opentracing_grpc_endpoint": url,
        "span_attributes": {
            "header_prefixes": ["x-acme-"],
            "static": {"environment": "staging", "workspace.id": "nobody's"},
        },
    }
    async with scripted() as upstream:
        made = load(config(upstream.url, f"tracing: {json.dumps(tracing)}\n{more}", door), {}).config
        log = folder / "access.log"
        outlets = Outlets(LogFile(log))
        await outlets.go_by(watch_of(made, str(folder), Proxies()))
        observed: list[Observation] = []

        def take(observation: Observation) -> None:
            observed.append(observation)
            outlets.take([observation])

        try:
            async with serving(made, port=0, observed=take) as (_, [server]):
                host, port = server.addresses[0]
                async with httpx2.AsyncClient(base_url=f"http://{host}:{port}", timeout=30) as http:
                    staged = Scene(http, upstream, observed, outlets, folder / "store.db", log)
                    yield staged
        finally:
            await outlets.aclose(30)
        staged.spans = collector.spans
        written = outlets.metrics.text({}, {})
        staged.metrics = samples(written)
        staged.text = written.decode()
