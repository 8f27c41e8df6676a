"""The config of somebody who has written none: every provider that needs no more than a key. Pure."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from planoai.providers.catalog import PROVIDERS
from planoai.providers.provider import Provider

PORT = 12000
COLLECTOR = "http://localhost:4317"  # where one of OpenTelemetry usually is
NAME = "default_config.yaml"  # what it is written as
_FIRST = (
    "openai", "anthropic", "gemini", "groq", "deepseek", "mistral", "digitalocean", "vercel", "openrouter", "edenai",
)  # fmt: skip

# Who reads the file wants to know whose it is, and `is_ours` asks.
_HEAD = "# Written anew by every `planoai up` that finds no config.yaml; copied to one, it is yours.\n"


class Detected(Struct, frozen=True):
    """Names of providers: `with_keys` get a key of the environment, to `passthrough` a client sends its own."""

    with_keys: tuple[str, ...] = ()
    passthrough: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        groups = (("env-keyed", self.with_keys), ("pass-through", self.passthrough))
        told = [f"{title}: {', '.join(names)}" for title, names in groups if names]
        return " | ".join(told) or "no providers"


def detect(environ: Mapping[str, str]) -> Detected:
    keyed = tuple(row.name for row in _rows() if _set(row, environ))
    return Detected(keyed, tuple(row.name for row in _rows() if row.name not in keyed))


def variables() -> frozenset[str]:
    """The names that `detect` and `text` look for."""
    return frozenset(name for row in _rows() for name in _names(row))


def text(
    environ: Mapping[str, str],
    *,
    port: int = PORT,
    address: str = "127.0.0.1",
    ollama: str | None = None,
    tracing: str | None = None,
) -> str:
    """A config that names keys and holds none. `ollama`: its address, where it runs; `tracing`: where traces go.

    A bare model id means the provider that comes first, so those that can answer at once do.
    """
    passing = [_entry(row.name, "passthrough_auth: true") for row in _rows() if not _set(row, environ)]
    lines = _lines([*_answering(environ, ollama), *passing], port, address)
    if tracing:
        lines += ["tracing:", "  random_sampling: 100", f"  opentracing_grpc_endpoint: {tracing}"]
    return _HEAD + "\n".join(lines) + "\n"


def own(environ: Mapping[str, str], *, ollama: str | None = None) -> str | None:
    """One to go on with: of `text`, what can answer without a key of the client's. None where nothing can."""
    entries = list(_answering(environ, ollama))
    return "\n".join(_lines(entries, PORT, "127.0.0.1")) + "\n" if entries else None


def is_ours(config: str) -> bool:
    """Whether `text` has written it: of what it says nobody wants to be warned who did not."""
    return config.startswith(_HEAD)


def _lines(entries: list[str], port: int, address: str) -> list[str]:
    return [
        "version: v0.4.0",
        "listeners:",
        "  - name: llm",
        "    type: model",
        f"    port: {port}",
        f"    address: {address}",
        "model_providers:",
        *entries,
    ]


def _answering(environ: Mapping[str, str], ollama: str | None) -> Iterator[str]:
    """Entries of those that ask no client for a key."""
    for row in _rows():
        if variable := _set(row, environ):
            yield _entry(row.name, f"access_key: ${variable}")
    if ollama:
        yield _entry("ollama", f"base_url: {ollama}")


def _entry(name: str, mode: str) -> str:
    return f"  - name: {name}\n    model: {name}/*\n    {mode}"


def _rows() -> Iterator[Provider]:
    """Vendors at an address of their own, who let nobody in without a key; the best known ones first."""
    for name in dict.fromkeys((*_FIRST, *PROVIDERS)):
        row = PROVIDERS[name]
        if row.own_prefix and row.base_url and row.key_variable and row.without_key == "refuse":
            yield row


def _names(row: Provider) -> tuple[str, ...]:
    return (row.key_variable or "", *row.other_variables)


def _set(row: Provider, environ: Mapping[str, str]) -> str | None:
    """The name of the variable that has its key."""
    return next((name for name in _names(row) if environ.get(name, "").strip()), None)
