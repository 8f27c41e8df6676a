"""How exchanges are looked at: how much content is kept and what is blackened in it, prices, signals, and what headers say of a request. Pure."""

from typing import Literal

from msgspec import json

from planoai.config.schema import Config
from planoai.conversation.message import Message
from planoai.conversation.usage import Usage
from planoai.observability.observation import Instance, Signals
from planoai.observability.record import Opened
from planoai.observability.redaction import LONGEST_REACH, Redaction
from planoai.pricing.price import Cost, cost
from planoai.pricing.prices import Prices
from planoai.signals import Analyzer, Options, Report

Capture = Literal["none", "preview", "full"]

PREVIEW = 50  # characters
_AHEAD = LONGEST_REACH  # characters more that are looked at, so that nothing is blackened in part
SHORT = PREVIEW + len("...")  # characters that a preview has at most
MOST_KEPT = 1024 * 1024  # characters of the text of one request, or of one answer


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
        return next((_text(headers[name]) for name in self._sessions if name in headers), "")

    def person(self, opened: Opened) -> str:
        return _text(dict(reversed(opened.headers)).get(self._person, b"")) if self._person else ""

    def attributes(self, opened: Opened) -> tuple[tuple[str, str], ...]:
        """Those of the operator, then those of the headers, which win."""
        found = dict(self._static)
        for name, value in opened.headers if self._prefixes else ():
            prefix = next((each for each in self._prefixes if name.startswith(each)), None)
            key = "" if prefix is None else _text(name[len(prefix) :]).removeprefix("-").replace("-", ".")
            if key:
                found[key] = _text(value)
        return tuple(found.items())

    def _told(self, report: Report) -> Signals:
        shows = self.capture != "none"
        turns = report.turns
        found = tuple(
            Instance(
                each.signal_type,
                each.message_index,
                self._redaction(each.snippet) if shows else "",
                each.confidence,
                self._redaction(json.encode(each.metadata).decode()) if shows else "{}",
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


def shortened(text: str) -> str:
    """The preview of what is kept; of a preview, the same."""
    return text if len(text) <= SHORT else f"{text[:PREVIEW]}..."


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip()
