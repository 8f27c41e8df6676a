"""How exchanges are looked at: how much content is kept and what is blackened in it, prices, signals, and what headers say of a request. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from msgspec import json, structs

from planoai.config.schema import Config
from planoai.conversation.message import Message
from planoai.conversation.usage import Usage
from planoai.names import TRACESTATE
from planoai.names.attributes import ATTRIBUTES, SERVICE_NAME
from planoai.observability.observation import Instance, Signals
from planoai.observability.record import Attempt, Closed, Opened
from planoai.observability.redaction import LONGEST_REACH, Redaction
from planoai.pricing.price import Cost, cost
from planoai.pricing.prices import Prices
from planoai.signals import Analyzer, Options, Report
from planoai.signals.signal import Json

Capture = Literal["none", "preview", "full"]

PREVIEW = 50  # characters
_AHEAD = LONGEST_REACH  # characters more that are looked at, so that nothing is blackened in part
SHORT = PREVIEW + len("...")  # characters that a preview has at most
MOST_KEPT = 1024 * 1024  # characters of the text of one request, or of one answer
LONGEST_NAME = 256  # characters of what somebody named, and of one text of a signal

_REMEMBERED = 1024
_TOLD_AS_THEY_CAME = frozenset((b"host", b"x-forwarded-for", TRACESTATE))  # addresses, and what belongs to a protocol
_PROGRAM = b"user-agent"
_RESERVED = frozenset((SERVICE_NAME, *(each.name for each in ATTRIBUTES)))


class Lens:
    """Not for two threads at once: the analyzer remembers what it has read."""

    def __init__(
        self,
        config: Config | None = None,
        prices: Prices | None = None,
    ) -> None:
        """Without `config` everything is as it is where the file says nothing of it."""
        config = config or Config(version="v0.4.0")
        observability, signals, tracing = config.observability, config.signals, config.tracing
        self.capture: Capture = observability.capture
        self._redaction = Redaction(observability.redact)
        # Nearly all of these have come before.
        self._name = lru_cache(_REMEMBERED)(self._redaction.name)
        self._tells = lru_cache(_REMEMBERED)(self._tells_too_much)
        self._header = lru_cache(_REMEMBERED)(self._redacted_header)
        options = Options(signals.profile, signals.thresholds, signals.lists, signals.window)
        self._analyzer = None if config.overrides.disable_signals else Analyzer(options)
        self.prices = prices
        self._sessions = tuple(name.lower().encode() for name in config.routing.session_headers)
        named = (each.distinct_id_header for each in tracing.exporters if each.distinct_id_header)
        self._person = next(named, "").lower().encode()
        self._static = tuple(tracing.span_attributes.static.items())
        self._prefixes = tuple(prefix.lower().encode() for prefix in tracing.span_attributes.header_prefixes)

    @property
    def keeps_all(self) -> bool:
        return self.capture == "full"

    def room(self) -> int:
        """How many characters of an answer are of use."""
        match self.capture:
            case "none":
                return 0
            case "preview":
                return PREVIEW + _AHEAD
            case "full":
                return MOST_KEPT

    def redacted(self, text: str) -> str:
        return self._redaction(text)

    def name(self, text: str) -> str:
        """What somebody called something: short, and no secret."""
        return self._name(text[: LONGEST_NAME + self._redaction.reach])[:LONGEST_NAME]

    def opened(self, opened: Opened) -> Opened:
        """As much of it as is kept."""
        path, model = self.name(opened.path), self.name(opened.model)
        headers = tuple([pair if pair[0] in _TOLD_AS_THEY_CAME else self._header(*pair) for pair in opened.headers])
        if opened.body is None and path == opened.path and model == opened.model and headers == opened.headers:
            return opened
        return structs.replace(opened, path=path, model=model, headers=headers, body=None)

    def closed(self, closed: Closed) -> Closed:
        if closed.told or closed.error:
            closed = structs.replace(closed, told=self.redacted(closed.told), error=self.name(closed.error))
        for each in closed.attempts:
            if self._tells(each.target, each.model, each.full_name, each.path):
                return structs.replace(closed, attempts=tuple([self._attempt(each) for each in closed.attempts]))
        return closed

    def _tells_too_much(self, *names: str) -> bool:
        return any(self.name(each) != each for each in names)

    def _attempt(self, attempt: Attempt) -> Attempt:
        """A model under a wildcard is called as the client says."""
        name = self.name
        return structs.replace(
            attempt,
            target=name(attempt.target),
            model=name(attempt.model),
            full_name=name(attempt.full_name),
            path=name(attempt.path),
        )

    def _redacted_header(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        told = value.decode("latin-1")
        shown = self.name(told) if name == _PROGRAM else self.redacted(told)
        return name, (value if shown == told else shown.encode("latin-1"))

    def preview(self, text: str) -> str:
        """How `text` begins, where that much is kept."""
        if self.capture == "none":
            return ""
        looked_at = text[: PREVIEW + self._redaction.reach]
        shown = self._redaction(looked_at)
        if shown != looked_at:  # what was blackened is shorter now, and more is shown
            shown = self._redaction(text[: PREVIEW + _AHEAD])
        return shown if len(shown) <= PREVIEW else f"{shown[:PREVIEW]}..."

    def kept(self, text: str) -> str:
        """As much of `text` as is kept."""
        return self._redaction(text[:MOST_KEPT]) if self.keeps_all else self.preview(text)

    def signals(self, messages: tuple[Message, ...]) -> Signals | None:
        if self._analyzer is None:
            return None
        return self._told(self._analyzer.conversation(messages))

    def cost(self, usage: Usage, *names: str) -> Cost | None:
        """`names` of the model, the best first."""
        price = None if self.prices is None else self.prices.find(*names)
        return None if price is None else cost(usage, price)

    def session(self, opened: Opened) -> str:
        headers = dict(reversed(opened.headers))
        return next((self._id(headers[name]) for name in self._sessions if name in headers), "")

    def person(self, opened: Opened) -> str:
        return self._id(dict(reversed(opened.headers)).get(self._person, b"")) if self._person else ""

    def attributes(self, opened: Opened) -> tuple[tuple[str, str], ...]:
        """Those of the operator, then those of the headers, which win."""
        found = dict(self._static)
        for name, value in opened.headers if self._prefixes else ():
            prefix = next((each for each in self._prefixes if name.startswith(each)), None)
            key = "" if prefix is None else _text(name[len(prefix) :]).removeprefix("-").replace("-", ".")
            if key and key not in _RESERVED:  # a client does not say what we have seen
                found[key] = self._redaction(_text(value))
        return tuple(found.items())

    def _id(self, value: bytes) -> str:
        """Who is blackened is still told from others."""
        text = _text(value)
        shown = self._redaction(text)
        return shown if shown == text else f"{shown} {blake2b(value, digest_size=4).hexdigest()}"

    def _told(self, report: Report) -> Signals:
        shows = self.capture != "none"
        turns = report.turns
        found = tuple(
            Instance(
                each.signal_type,
                each.message_index,
                self._redaction(each.snippet[:LONGEST_NAME]) if shows else "",
                each.confidence,
                self._metadata(each.metadata) if shows else "{}",
            )
            for group in report.groups.values()
            for each in group.signals
        )
        return Signals(
            report.quality,
            report.score,
            turns.total_turns,
            turns.efficiency_score,
            report.concerning,
            turns.user_turns,
            found,
        )

    def _metadata(self, metadata: Mapping[str, Json]) -> str:
        """As JSON; what is blackened in it leaves it so."""
        return json.encode({key: self._value(value) for key, value in metadata.items()}).decode()

    def _value(self, value: Json) -> Json:
        """Names of tools are as long as clients like."""
        if isinstance(value, list):
            return [self._value(each) for each in value]
        return self._redaction(value[:LONGEST_NAME]) if isinstance(value, str) else value


def shortened(text: str) -> str:
    """The preview of what is kept; of a preview, the same."""
    return text if len(text) <= SHORT else f"{text[:PREVIEW]}..."


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip()
