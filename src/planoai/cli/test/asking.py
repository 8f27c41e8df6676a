"""One question to a model, and what became of it: the request, how its answer is read, what is shown, what helps where there is none. Pure."""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from planoai.apis.fields import tells_error
from planoai.apis.framing.sse import SseReader
from planoai.apis.openai_chat.failure import read_failure
from planoai.config.entry import base_of, is_vendors, passes_through, provider_of
from planoai.config.load import Loaded
from planoai.config.schema import ModelProvider
from planoai.errors import PlanoError, UpstreamUnreadable
from planoai.net.origin import Origin
from planoai.providers.registry import kind_of
from planoai.routing.models import Models
from planoai.table import suggestion

PATH = "/v1/chat/completions"
PROMPT = "Say hello."

_MOST_TOKENS = 16
_SHOWN = 200  # characters of an answer
_UNREADABLE = "the answer can not be read as one of the Chat API"
_LONGEST = 1000  # of an error
_NAME = re.compile(r"\$(?:\{\w+\}|\w+)")  # what stands beside a variable may be a part of the key
_WIDTH = 10  # of the column with the names


class Told(Struct, frozen=True):
    """What an answer of the Chat API says. `error`: what went wrong, in the words of who answered; `code`: the same in one word."""

    text: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish: str = ""
    error: str = ""
    code: str = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """`by`: who served it, a listener's address or "" for this command itself. `model`: what the name meant; "" where nobody was asked.

    `provider` is the host that was asked, `status` None where nothing answered. Times are milliseconds. `todo`: what helps, where anything is known to.
    """

    ok: bool
    asked: str
    by: str
    status: int | None = None
    model: str = ""
    provider: str = ""
    attempts: int | None = None
    first_byte_ms: float = 0.0
    total_ms: float = 0.0
    server_timing: str = ""
    streamed: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish: str = ""
    answer: str = ""
    error: str = ""
    todo: str = ""


class _Message(Struct, frozen=True):
    content: str | None = None


class _Choice(Struct, frozen=True):
    message: _Message = _Message()
    delta: _Message = _Message()
    finish_reason: str | None = None


class _Usage(Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chat(Struct, frozen=True):
    """A whole answer, or a piece of one."""

    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None


_CHAT = msgspec.json.Decoder(_Chat)


def body(model: str, prompt: str, *, stream: bool) -> bytes:
    asked: dict[str, object] = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": _MOST_TOKENS,
    }
    if stream:
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
    return msgspec.json.encode(asked)


def read(status: int, answered: bytes, *, streamed: bool) -> Told:
    """What is no answer of the Chat API is told as an error."""
    try:
        said = _data(answered) if streamed else [answered]
        failed = next((each for each in said if status >= 400 or tells_error(each)), None)
        if failed is not None:
            failure = read_failure(status if status >= 400 else 502, failed)
            return Told(error=cut(failure.message, _LONGEST), code=failure.code or "")
        pieces = [_CHAT.decode(each) for each in said]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, UpstreamUnreadable):
        return Told(error=_UNREADABLE)
    choices = [choice for piece in pieces for choice in piece.choices[:1]]
    if not choices:
        return Told(error=_UNREADABLE)
    usage = next((piece.usage for piece in reversed(pieces) if piece.usage is not None), _Usage())
    return Told(
        text="".join((each.message.content or "") + (each.delta.content or "") for each in choices),
        tokens_in=usage.prompt_tokens,
        tokens_out=usage.completion_tokens,
        finish=next((each.finish_reason for each in reversed(choices) if each.finish_reason), ""),
    )


def _data(stream: bytes) -> list[bytes]:
    reader = SseReader()
    events = [*reader.feed(stream), *reader.close()]
    return [event.data for event in events if event.data and event.data != b"[DONE]"]


def cut(text: str, most: int = _SHOWN) -> str:
    """On one line, and not too long to read."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


def shown(outcome: Outcome) -> str:
    """The lines of what is known."""
    by = outcome.by or "this command, for as long as it took"
    meant = f" → {outcome.model}" if outcome.model not in ("", outcome.asked) else ""
    rows = [
        ("model", f"{outcome.asked}{meant}"),
        ("provider", outcome.provider),
        ("gateway", by),
        ("attempts", "" if outcome.attempts is None else str(outcome.attempts)),
        ("time", _times(outcome)),
        ("tokens", _tokens(outcome)),
        ("answer", _quoted(outcome)),
    ]
    return "\n".join(f"{name:<{_WIDTH}}{said}" for name, said in rows if said)


def _times(outcome: Outcome) -> str:
    if outcome.status is None:
        return ""
    first = f"first byte after {outcome.first_byte_ms:.0f} ms, all of it after {outcome.total_ms:.0f} ms"
    return f"{first} ({outcome.server_timing})" if outcome.server_timing else first


def _tokens(outcome: Outcome) -> str:
    if outcome.tokens_in is None or outcome.tokens_out is None:
        return ""
    return f"{outcome.tokens_in} in, {outcome.tokens_out} out"


def _quoted(outcome: Outcome) -> str:
    if not outcome.ok:
        return ""
    if not outcome.answer:
        return f"without text (it ended with {outcome.finish or 'no reason'})"
    return outcome.answer


class Served(Struct, frozen=True):
    """The entry that stands behind a name, as far as the config tells."""

    loaded: Loaded
    entry: ModelProvider
    model: str

    @classmethod
    def by(cls, loaded: Loaded, models: Models, name: str) -> "Served | None":
        """`name`: what the gateway says it has asked, else what it was asked for."""
        try:
            target = models.plan(name).candidates[0].target
        except PlanoError:
            return None
        return cls(loaded, target.entry, target.model)

    @property
    def origin(self) -> Origin:
        return Origin.parse(base_of(self.entry, self.model).origin)

    @property
    def own_variable(self) -> str | None:
        """The variable with the credential that a client of this machine sends: to nobody but the vendor that it is for."""
        entry = self.entry
        ours = passes_through(entry) and is_vendors(entry) and entry.base_url is None
        return provider_of(entry).key_variable if ours else None

    @property
    def key(self) -> str:
        """What says who asks there: the name of a variable, or the place of what is written."""
        if passes_through(self.entry):
            return f"${self.own_variable}" if self.own_variable else "the credential that the client sends"
        number = next(at for at, each in enumerate(self.loaded.config.model_providers) if each is self.entry)
        path = (
            f"model_providers[{number}].{'aws' if self.entry.access_key is None and self.entry.aws else 'access_key'}"
        )
        _, written = self.loaded.expanded.get(path, ("", ""))
        return written if _NAME.fullmatch(written) else f"the key at {self.loaded.where(path)}"


def todo(status: int, told: Told, served: Served | None, *, known: Sequence[str]) -> str:
    """What helps against what a provider has answered, or was not reached for. `known`: ids of its models, where it has a list."""
    where = f" at {served.origin}" if served else ""
    if told.code in _NOT_REACHED:
        return f"look at `base_url`, the network and the proxies: no answer comes from the provider{where}"
    if served and status in (400, 404) and (kind := kind_of(served.model)) != "chat":
        return f"{served.model!r} is a model of another kind ({kind}), and a chat is what is asked of it here"
    match status:
        case 401 | 403:
            return f"the provider{where} does not accept {served.key if served else 'the key'}: look whether it is the right one"
        case 404:
            near = suggestion(served.model, known) if served else ""
            return f"the provider{where} does not know {repr(served.model) if served else 'the model'}{near}"
        case 429:
            return "this key may ask no more just now: wait, or look at its limits and its balance with the provider"
        case _ if status >= 500:
            return f"the provider{where} has trouble of its own: try again later"
        case _:
            return ""


_NOT_REACHED = frozenset({"upstream_unreachable", "upstream_timeout", "upstream_closed"})
