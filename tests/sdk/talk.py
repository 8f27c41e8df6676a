"""What the tests ask of either official client, and what they look at in its answers, in words that neither API has to itself."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Json = dict[str, Any]

WEATHER: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
TIME: Json = {"type": "object", "properties": {"zone": {"type": "string", "enum": ["UTC", "CET"]}}}
TOOLS = {"get_weather": WEATHER, "get_time": TIME}
NO_ARGUMENTS = {"get_status": {"type": "object", "properties": {}}}


class Call(NamedTuple):
    """`arguments` is the JSON value that they are."""

    id: str
    name: str
    arguments: Any


class Usage(NamedTuple):
    """Tokens. `input` counts all of them; `read` of it came from the cache, `written` of it went there."""

    input: int
    read: int
    written: int
    output: int
    reasoning: int


@dataclass(frozen=True)
class Said:
    """`raw` is the client's own message object, as a program would append it to its history."""

    id: str
    model: str
    text: str
    thought: str
    calls: tuple[Call, ...]
    stop: str
    usage: Usage
    raw: Any

    @property
    def gist(self) -> object:
        """All but the ids, which differ from answer to answer."""
        return self.model, self.text, self.thought, [call[1:] for call in self.calls], self.stop, self.usage


class Result(NamedTuple):
    """What a tool answered; `content` is text, or blocks of the Messages API."""

    content: Any
    failed: bool = False


class Talker(Protocol):
    """`request` makes the arguments of the client's own method; anything else the API takes is given by name."""

    api: str

    def request(self, text: str, *, tools: Json | None = None, **more: Any) -> Json: ...

    async def say(self, request: Json, *, streamed: bool) -> Said:
        """Streamed, the answer is what the client's own helper has put together."""
        ...

    def next(self, request: Json, said: Said, results: list[Result]) -> Json:
        """The next request of the conversation: the client's own message, then the results of its calls, in order."""
        ...

    def follow(self, request: Json, said: Said, text: str) -> Json:
        """The next request of the conversation: the client's own message, then what the user says."""
        ...


def value(text: str) -> Any:
    """Arguments as their value; those that a limit cut stay text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
