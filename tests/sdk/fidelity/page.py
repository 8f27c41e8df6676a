"""The tables of docs/fidelity.md, from runs of the gateway."""

import json
from collections.abc import Iterable, Iterator

from planoai.errors import Unsupported
from planoai.providers.catalog import PROVIDERS
from planoai.providers.paths import path_beside
from tests.sdk.apis import APIS, UPSTREAMS
from tests.sdk.fidelity import answers, chat, messages, responses
from tests.sdk.fidelity.cells import MODELS, Cell, answer_cell, cell
from tests.sdk.fidelity.difference import GONE, Difference
from tests.sdk.fidelity.probe import Probe

REQUESTS = {"chat": chat.PROBES, "messages": messages.PROBES, "responses": responses.PROBES}
NAMES = {"chat": "Chat", "messages": "Messages", "responses": "Responses", "converse": "Converse"}
_LONGEST = 64  # characters of a value
_MOST = 2  # differences in a cell
_BESIDE = (
    *("embeddings", "completions", "moderations", "images/generations", "audio/speech"),
    *("rerank", "responses/compact", "responses/input_tokens"),
)
_INTRODUCTION = """# What crosses between APIs

A client of one API can ask a model that is served through another. This page says, feature by feature, what the upstream is then asked and
what the client is told. It is written by the tests, from real runs of the gateway; a test fails when the page and the gateway differ.

Between a client and an upstream of the **same** API nothing is translated: every field goes through as it came, also one that the gateway has
never heard of. Those columns show the few exceptions. In the others:

| in a cell | means |
|---|---|
| a path | the value is there, as it was given |
| a path and a value | it is said so in the other API's words |
| in the answer | the gateway itself acts on it, in the answer to the client |
| lost | it can not be said; the gateway logs the path at level `debug`, once a request |
| 400, 404 | the request is refused, and the error names the field: left out, it would mean something else |
| not told | of an answer: it says something of the service rather than of the answer, and ends at the gateway |

Some things to know beside the tables:

- Proofs of thinking (signatures, encrypted reasoning) go back only to the provider that issued them. A client of another API keeps them in a
  field of its own, sealed with the provider's name; what is not sealed goes to any upstream whose API has a place for it.
- Converse takes no blank text. Where it demands a text and there is none, the word `(empty)` is sent.
- Whether a field is kept may depend on the model. The tables show {plain}; what asks for thinking, or says so, shows {thinking}.
"""


def page() -> str:
    return "\n".join([*_head(), *_requests(), *_answers(), *_others(), ""])


def _head() -> Iterator[str]:
    plain, thinking = (
        ", ".join(f"`{name}`" for name in dict.fromkeys(each)) for each in zip(*MODELS.values(), strict=True)
    )
    yield _INTRODUCTION.format(plain=plain, thinking=thinking)


def _requests() -> Iterator[str]:
    for client in APIS:
        yield f"## What a {NAMES[client]} client asks\n"
        yield from _table(f"{NAMES[client]} client", (NAMES[each] for each in UPSTREAMS))
        for probe in REQUESTS[client]:
            cells = (_said(cell(probe, client, upstream), probe, same=upstream == client) for upstream in UPSTREAMS)
            yield _row(_code(probe.field), cells)
        yield ""


def _answers() -> Iterator[str]:
    for upstream in UPSTREAMS:
        yield f"## What a {NAMES[upstream]} upstream answers\n"
        clients = [each for each in APIS if each != upstream]
        yield from _table(f"{NAMES[upstream]} upstream", (f"{NAMES[each]} client" for each in clients))
        for probe in answers.PROBES[upstream]:
            cells = (_said(answer_cell(probe, upstream, client), probe, same=False) for client in clients)
            yield _row(_code(probe.field), cells)
        yield ""


def _others() -> Iterator[str]:
    """What is no model call has one shape only, that of OpenAI's API, and goes to providers that have it."""
    yield "## Other paths\n"
    yield "Requests that are no model calls go through as they are, to providers of OpenAI's APIs. The path is shown for a provider's usual address.\n"
    models = {name: model.partition("/") for name, (model, _) in MODELS.items()}
    yield from _table("path", (f"`{models[each][0]}`" for each in UPSTREAMS if each != "responses"))
    for suffix in _BESIDE:
        cells = (_beside(models[each][0], suffix, models[each][2]) for each in UPSTREAMS if each != "responses")
        yield _row(f"`/v1/{suffix}`", cells)


def _beside(provider: str, suffix: str, model: str) -> str:
    try:
        return f"`{path_beside(PROVIDERS[provider], suffix, model=model)}`"
    except Unsupported as refusal:
        return f"{refusal.status} `{refusal.param}`"


def _table(first: str, columns: Iterable[str]) -> Iterator[str]:
    titles = [first, *columns]
    yield _row(titles[0], titles[1:])
    yield "|" + "---|" * len(titles)


def _row(first: str, cells: Iterable[str]) -> str:
    return " | ".join([f"| {first}", *cells]) + " |"


def _said(found: Cell, probe: Probe, *, same: bool) -> str:
    match found.state:
        case "refused":
            status, _, where = found.error.partition(" ")
            return f"{status} {_code(where)}"
        case "lost":
            return f"lost{_which(found.lost, probe)}"
        case "silent":
            return "not told" if probe.aside else "**not told**"
        case "kept" if same:
            return "as it is"
        case "kept" if not found.differences:
            return "in the answer"
    told = ", ".join(_told(each) for each in found.differences[:_MOST])
    more = ", …" if len(found.differences) > _MOST else ""
    return f"{told}{more}" + (f"; lost{_which(found.lost, probe)}" if found.lost else "")


def _told(difference: Difference) -> str:
    """The value beside the path, where it is short."""
    path, value = difference
    if path == "(path)":
        return f"the path {_code(value)}"
    if value is GONE:
        return f"no {_code(path)}"
    while isinstance(value, dict) and len(value) == 1:
        [(name, value)] = value.items()
        path = f"{path}.{name}"
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _code(f"{path}: {text}") if len(text) <= _LONGEST else _code(path)


def _which(lost: tuple[str, ...], probe: Probe) -> str:
    """Nothing more where it is all that was asked."""
    if lost in ((), (probe.field,)):
        return ""
    return ": " + ", ".join(_code(each) for each in lost[:_MOST]) + (", …" if len(lost) > _MOST else "")


def _code(text: str) -> str:
    return f"`{text.replace('|', '/')}`"
