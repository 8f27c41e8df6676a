"""What a gateway that has just started serves, and a request to try it with: for somebody who sees it for the first time. Pure."""

import json
import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from planoai.cli.render import within_reach
from planoai.config import defaults
from planoai.config.entry import has_credential, is_wildcard, model_id, needs_key, passes_through, prefix, provider_of
from planoai.config.load import Loaded
from planoai.config.lookup import called
from planoai.config.schema import Config, ModelProvider, Tracing
from planoai.providers.registry import Registry, kind_of

Mode = Literal["key", "aws", "open", "client", "missing"]

_TITLES: dict[Mode, str] = {
    "key": "with your key",
    "aws": "with your AWS keys",
    "open": "without a key",
    "client": "with the client's own key",
}
_MOST = 8  # names of a line
_PLACEHOLDER = "MODEL"
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SMALL = re.compile(r"mini|haiku|flash|lite|small|nano|8b")  # what answers soon and costs little
_UNUSUAL = re.compile(r"preview|exp\b|audio|search|vision|deep-research|codex|\d{4}")


def lines(loaded: Loaded, listeners: Sequence[str], registry: Registry, exported: Collection[str] = ()) -> list[str]:
    """Where it serves, and what `served` tells."""
    return [*_doors(loaded.config, listeners), *served(loaded, listeners, registry, exported)]


def served(loaded: Loaded, listeners: Sequence[str], registry: Registry, exported: Collection[str] = ()) -> list[str]:
    """`listeners`: their URLs, in the order of the config. `exported`: names of the variables that are set in the shell where the lines are read."""
    config = loaded.config
    return [
        *_providers(config.model_providers),
        f"Default model: {_default(config)}",
        f"Traces: {_traces(config.tracing)}",
        *_trial(loaded, listeners, registry, exported),
    ]


def mode(entry: ModelProvider) -> Mode:
    """Who is to say who asks, at this entry's upstream."""
    if passes_through(entry):
        return "client"
    if needs_key(entry):
        return "missing"
    if entry.aws is not None and entry.access_key is None:
        return "aws"
    return "key" if has_credential(entry) else "open"


def _doors(config: Config, listeners: Sequence[str]) -> Iterator[str]:
    for url, listener in zip(listeners, config.listeners, strict=False):
        named = f"  {listener.name}" if len(listeners) > 1 else ""
        everywhere = "  on every address of this machine" if within_reach(url) != url else ""
        yield f"  {within_reach(url)}{named}{everywhere}"


def _providers(entries: Sequence[ModelProvider]) -> Iterator[str]:
    for each, title in _TITLES.items():
        if names := [_name(entry) for entry in entries if mode(entry) == each]:
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            yield f"Models {title}: {', '.join(names[:_MOST])}{more}"
    for entry in entries:
        if mode(entry) == "missing":
            variable = provider_of(entry).key_variable
            hint = f": set `access_key: ${variable}`" if variable else ""
            yield f"Without the key it needs, so that requests get a 500: {_name(entry)}{hint}"


def _name(entry: ModelProvider) -> str:
    return f"{called(entry)}/*" if is_wildcard(entry) else entry.name


def _default(config: Config) -> str:
    named = next((each.name for each in config.model_providers if each.default), None)
    return named or "none, each request names its own"


def _traces(tracing: Tracing) -> str:
    if not tracing.random_sampling:
        return "off"
    return f"of {tracing.random_sampling:g} % of the requests, to {tracing.opentracing_grpc_endpoint or defaults.COLLECTOR}"


def _trial(loaded: Loaded, listeners: Sequence[str], registry: Registry, exported: Collection[str]) -> Iterator[str]:
    door = [each.type for each in loaded.config.listeners].index("model")  # there is always one
    asked = _asked(loaded.config.model_providers, registry)
    if asked is None:
        return
    entry, model = asked
    headers = list(_credentials(loaded, door, entry))
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    yield "Try it:"
    yield f"  curl {within_reach(listeners[door])}/v1/chat/completions \\"
    yield from (f'    -H "{each}" \\' for each in headers)
    yield "    -H 'Content-Type: application/json' \\"
    yield f"    -d {shlex.quote(json.dumps(body, ensure_ascii=False))}"
    if model.endswith(f"/{_PLACEHOLDER}"):
        yield f"  with a model of {_name(entry).removesuffix('/*')} in the place of {_PLACEHOLDER}"
    if loaded.config.listeners[door].tls is not None:
        yield "  with the name that your certificate is for in the place of the address"
    unset = [name for each in headers for name in _names_in(each) if name not in exported]
    if unset:
        yield f"  once your shell has {' and '.join(unset)}: `export {unset[0]}=...`"


def _asked(entries: Sequence[ModelProvider], registry: Registry) -> tuple[ModelProvider, str] | None:
    """Who is asked, and for which model: the default, else the first of those that can answer with the least ado."""
    offered = [(entry, _offered(entry, registry)) for entry in entries if mode(entry) != "missing"]
    return min(offered, key=lambda pair: _ado(*pair), default=None)


def _offered(entry: ModelProvider, registry: Registry) -> str:
    """A name that a request can give."""
    if not is_wildcard(entry):
        return entry.name
    chats = [each.id for each in registry.of(prefix(entry), provider_of(entry)) if each.kind == "chat"]
    return f"{called(entry)}/{_usual(chats) or _PLACEHOLDER}"


def _ado(entry: ModelProvider, model: str) -> tuple[bool, bool, bool, bool, bool]:
    """What keeps a reader from an answer, the worst first."""
    answers_no_chat = not is_wildcard(entry) and kind_of(model_id(entry)) != "chat"
    unnamed = model.endswith(f"/{_PLACEHOLDER}")
    return not entry.default, answers_no_chat, mode(entry) == "client", is_wildcard(entry), unnamed


def _usual(models: Sequence[str]) -> str | None:
    """One that most accounts have, and that is quick."""
    plain = [each for each in models if not _UNUSUAL.search(each)]
    small = [each for each in plain if _SMALL.search(each)]
    return next(iter([*small, *plain, *models]), None)


def _credentials(loaded: Loaded, door: int, entry: ModelProvider) -> Iterator[str]:
    """The headers that say who asks, with keys as the file has them: a name, or what the reader has to fill in."""
    carrier = "Authorization: Bearer"
    if loaded.config.listeners[door].client_keys:
        _, written = loaded.expanded.get(f"listeners[{door}].client_keys[0]", ("", ""))
        yield f"{carrier} {written if _REFERENCE.fullmatch(written) else '<one of client_keys>'}"
        carrier = "x-api-key:"
    if mode(entry) == "client":
        variable = provider_of(entry).key_variable
        yield f"{carrier} {f'${variable}' if variable else '<your key>'}"


def _names_in(header: str) -> Iterator[str]:
    for match in _REFERENCE.finditer(header):
        yield match[1] or match[2]
