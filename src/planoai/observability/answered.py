"""What the model said, gathered from the events of its answer as far as it is kept. Pure."""

from planoai.conversation.event import Event, RefusalDelta, TextDelta, ToolDelta, ToolStarted
from planoai.observability.lens import PREVIEW, Lens
from planoai.observability.observation import Answer, Call

_MOST_CALLS = 256


class Gathering:
    """Feed it events; what is counted is all of them, what is kept has a bound."""

    __slots__ = ("_arguments", "_calls", "_characters", "_lens", "_refusal", "_room", "_said")

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._said: list[str] = []
        self._refusal: list[str] = []
        self._room = lens.room()
        self._characters = 0
        self._calls: dict[int, str] = {}
        self._arguments: dict[int, list[str]] = {}

    def note(self, event: Event) -> None:
        kind = type(event)
        if kind is TextDelta:
            self._characters += len(event.text)  # type: ignore[union-attr]
            self._keep(self._said, event.text)  # type: ignore[union-attr]
        elif isinstance(event, RefusalDelta):
            self._keep(self._refusal, event.text)
        elif isinstance(event, ToolStarted):
            if len(self._calls) < _MOST_CALLS:
                self._calls[event.key] = self._lens.name(event.name)
        elif isinstance(event, ToolDelta) and self._lens.keeps_all and event.key in self._calls:
            self._keep(self._arguments.setdefault(event.key, []), event.text)

    def answer(self) -> Answer:
        lens = self._lens
        said = "".join(self._said)
        calls = tuple(
            Call(name, lens.redacted("".join(self._arguments.get(key, ())))) for key, name in self._calls.items()
        )
        text = lens.kept(said)
        cut = self._characters > len(said) or (not lens.keeps_all and len(text) > PREVIEW)
        return Answer(text, calls, lens.kept("".join(self._refusal)), self._characters, cut)

    def _keep(self, pieces: list[str], text: str) -> None:
        if text and self._room > 0:
            pieces.append(text[: self._room])
            self._room -= len(text)
