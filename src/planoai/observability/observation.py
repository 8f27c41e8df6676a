"""What an exchange was, as one value: all that is counted, shown, stored and exported of it is made from this alone. Pure.

What the config has to say of it (how much content is kept, what is blackened, which headers become attributes, prices) was applied when one was made.
"""

from typing import Literal

from msgspec import Struct

from planoai.conversation.event import FinishReason
from planoai.conversation.usage import Usage
from planoai.observability.record import Attempt, Closed, Opened
from planoai.pricing.price import Cost

ErrorClass = Literal["none", "timeout", "connect", "parse", "other", "stream", "429", "5xx"]


Role = Literal["system", "user", "assistant", "call", "tool"]


class Line(Struct, frozen=True, array_like=True, gc=False):
    """One thing that was said in the request, in the order of the conversation. `row`: the number by which signals speak of it, -1 where none can."""

    role: Role
    text: str
    row: int = -1


class Asked(Struct, frozen=True, array_like=True, gc=False):
    """What the request said. `messages`: how many there are. `preview`: how the last one begins. `lines`: all of them, where that much is kept.

    `thread`: the same for every turn of one conversation, which begins alike. `unread`: why nothing is known of it.
    """

    messages: int = 0
    tools: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    preview: str = ""
    lines: tuple[Line, ...] = ()
    thread: bytes = b""
    unread: str = ""


class Call(Struct, frozen=True, array_like=True, gc=False):
    """A tool that the model wants called. `arguments`, as it wrote them, only where all content is kept."""

    name: str
    arguments: str = ""


class Answer(Struct, frozen=True, array_like=True, gc=False):
    """What the model said, as much of it as is kept. `characters`: of all its text. `cut`: there was more than `text`."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    refusal: str = ""
    characters: int = 0
    cut: bool = False


class Instance(Struct, frozen=True, array_like=True, gc=False):
    """One signal; see `planoai.signals.signal.Signal`. `metadata` is compact JSON."""

    type: str
    index: int
    snippet: str
    confidence: float
    metadata: str = "{}"


class Signals(Struct, frozen=True, array_like=True, gc=False):
    """What the conversation shows, up to this request. `found` in the order of the categories."""

    quality: str
    score: float
    turns: int
    efficiency: float
    concerning: bool
    user_turns: int = 0
    found: tuple[Instance, ...] = ()


class Observation(Struct, frozen=True, array_like=True, gc=False):
    """One exchange that has ended. `opened` has lost its body.

    `model`, `response` (its id), `usage` and `finish` are what the upstream told, as far as its bytes were seen: "" and None where it did not. `usage`
    of an answer that broke off is what was told until then. `whole`: the bytes hold the end of the answer. `session` and `person`: whose conversation
    it is, by the headers that say so. `attributes`: those of the operator, for spans.
    """

    opened: Opened
    closed: Closed
    model: str = ""
    usage: Usage | None = None
    finish: FinishReason | None = None
    whole: bool = False
    response: str = ""
    asked: Asked | None = None
    answer: Answer | None = None
    signals: Signals | None = None
    cost: Cost | None = None
    session: str = ""
    person: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def chosen(self) -> Attempt | None:
        """The attempt that answered, or the last that did not."""
        return self.closed.attempts[-1] if self.closed.attempts else None

    @property
    def ttft(self) -> float | None:
        """Seconds from the request to the upstream to the first byte for the client."""
        chosen, closed = self.chosen, self.closed
        if chosen is None or not chosen.status or not closed.first or closed.outcome == "failed":
            return None
        return max(0.0, closed.first - chosen.sent)

    @property
    def overhead(self) -> float | None:
        """Seconds of ours, from the end of the client's request to the beginning of the first one to an upstream."""
        attempts = self.closed.attempts
        return max(0.0, attempts[0].sent - self.opened.ready) if attempts and self.opened.ready else None


def named(full_name: str) -> tuple[str, str]:
    """`provider/model` in two."""
    provider, slash, model = full_name.partition("/")
    return (provider, model) if slash else ("unknown", full_name)


def provider_of(attempt: Attempt) -> str:
    """As the config calls it: `custom` says nothing of whose it is."""
    return named(attempt.full_name)[0] if attempt.full_name else attempt.provider


def error_class(attempt: Attempt) -> ErrorClass:
    match attempt.trouble:
        case "":
            if attempt.status == 429:
                return "429"
            return "5xx" if attempt.status >= 500 else "none"
        case "timeout" | "connect":
            return attempt.trouble
        case "unreadable":
            return "parse"
        case "closed":
            return "stream" if attempt.status else "other"
        case "failed":
            return "other"
