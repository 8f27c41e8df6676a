"""One request of a load generator, what a right answer to it looks like, and what a generator saw of many. Pure."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from bench.script import CHUNKS, MARK, TEXT, USAGE
from msgspec import Struct

API = Literal["chat", "messages", "responses"]
PATHS: dict[API, str] = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}

_SYSTEM = (
    "You are the assistant of a company that sells garden tools. Answer in plain words, name the page that an answer comes from, and ask back. "
    * 6
)
_QUESTION = (
    "Which of the two pairs of shears that I bought last spring may I use on wet wood, and how should I look after the blades in winter? "
    * 6
)
_SENT_BY_SDKS = {
    "chat": {"authorization": "Bearer sk-client-0123456789"},
    "messages": {"x-api-key": "sk-client-0123456789", "anthropic-version": "2023-06-01"},
    "responses": {"authorization": "Bearer sk-client-0123456789"},
}
_ENDS: dict[API, tuple[bytes, str]] = {
    "messages": (b"message_stop", "message_stop"),
    "responses": (b'"type":"response.completed"', "response.completed"),
}
_USAGE_NAMES: dict[API, tuple[str, str]] = {
    "chat": ("prompt_tokens", "completion_tokens"),
    "messages": ("input_tokens", "output_tokens"),
    "responses": ("input_tokens", "output_tokens"),
}
_DELTA = b'"type":"response.output_text.delta"'


class Address(Struct, frozen=True):
    """Where a target is asked: its port on 127.0.0.1, and what every request to it carries besides.

    `authority` is the file of the one that its certificate comes from; None: it speaks no TLS.
    """

    port: int
    authority: Path | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def url(self, path: str) -> str:
        return f"http{'s' if self.authority else ''}://127.0.0.1:{self.port}{path}"


class Exchange(Struct, frozen=True):
    """What a client asks: the API it speaks, and the model, which decides the API that is spoken upstream."""

    api: API = "chat"
    model: str = "openai/gpt-4o-mini"
    stream: bool = False
    include_usage: bool = False
    """Chat Completions streams only: the client asks for `stream_options.include_usage`."""
    pace_ms: int = 0
    """Time between two pieces of a stream; 0: as fast as they go."""

    @property
    def path(self) -> str:
        return PATHS[self.api]

    @property
    def headers(self) -> dict[str, str]:
        accept = "text/event-stream" if self.stream else "application/json"
        return {
            "content-type": "application/json",
            "accept": accept,
            "user-agent": "bench/1.0",
            **_SENT_BY_SDKS[self.api],
        }

    def body(self) -> bytes:
        """About 2 KB of JSON; the pace is part of the text, where it survives translation."""
        pace = f"[pace={self.pace_ms}ms] " if self.pace_ms else ""
        question = {"role": "user", "content": pace + _QUESTION}
        request: dict[str, object] = {"model": self.model, "temperature": 0.2}
        match self.api:
            case "chat":
                request |= {"max_tokens": 1024, "messages": [{"role": "system", "content": _SYSTEM}, question]}
            case "messages":
                request |= {"max_tokens": 1024, "system": _SYSTEM, "messages": [question]}
            case "responses":
                request |= {"max_output_tokens": 1024, "instructions": _SYSTEM, "input": [question]}
        if self.stream:
            request["stream"] = True
        if self.include_usage:
            request["stream_options"] = {"include_usage": True}
        return json.dumps(request).encode()

    def request(self, address: Address) -> bytes:
        """The whole HTTP/1.1 request."""
        body = self.body()
        head = "".join(f"{name}: {value}\r\n" for name, value in (*self.headers.items(), *address.headers))
        return (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{address.port}\r\n{head}content-length: {len(body)}\r\n\r\n".encode()
            + body
        )

    def flaw(self, status: int, answer: bytes) -> str | None:
        """What is wrong with an answer, or None when it is complete and says what the upstream said."""
        if status != 200:
            return f"status {status}: {answer[:200].decode(errors='replace')}"
        return self._flaw_of_stream(answer) if self.stream else self._flaw_of_whole(answer)

    def _flaw_of_stream(self, answer: bytes) -> str | None:
        pieces = answer.count(_DELTA) if self.api == "responses" else answer.count(b"@") // 2
        if pieces != CHUNKS:
            return f"{pieces} pieces of {CHUNKS} arrived"
        closing = answer[-400:]
        if self.api != "chat":
            mark, name = _ENDS[self.api]
            last = answer[answer.rfind(b"\ndata:") :]  # of Responses it holds all of the answer
            return None if mark in last and last.endswith(b"\n\n") else f"a stream ended without {name}"
        if not closing.endswith(b"data: [DONE]\n\n"):
            return "a stream ended without [DONE]"
        told = b'"prompt_tokens"' in closing
        return (
            None
            if told == self.include_usage
            else f"usage was {'' if told else 'not '}told, and was {'' if self.include_usage else 'not '}asked for"
        )

    def _flaw_of_whole(self, answer: bytes) -> str | None:
        try:
            tree = json.loads(answer)
            text = _text(self.api, tree)
            usage = tuple(tree["usage"][name] for name in _USAGE_NAMES[self.api])
        except (ValueError, LookupError, TypeError) as error:
            return f"an answer of another shape ({error!r}): {answer[:200].decode(errors='replace')}"
        if text != TEXT:
            return "the text of the answer is not the upstream's"
        return None if usage == USAGE else f"the usage is {usage}, and should be {USAGE}"


def _text(api: API, answer: Any) -> object:  # noqa: ANN401 - JSON
    match api:
        case "chat":
            return answer["choices"][0]["message"]["content"]
        case "messages":
            return answer["content"][0]["text"]
        case "responses":
            return answer["output"][0]["content"][0]["text"]


class Load(Struct, frozen=True):
    """What a generator saw: every one of `requests` was answered in full. Times in milliseconds; the last two for paced streams only."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    first_ms: float | None = None
    late_ms: float | None = None


class BadAnswer(Exception):
    """An answer that is not what was asked for, or none; it fails the whole row."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def lateness_ns(pieces: Sequence[bytes], arrivals: Sequence[int]) -> list[int]:
    """For each mark in a stream: when its last byte arrived, less the time written in it. `arrivals` has one time for each of `pieces`."""
    late = []
    piece, end = 0, len(pieces[0]) if pieces else 0
    for mark in MARK.finditer(b"".join(pieces)):
        while end < mark.end():
            piece += 1
            end += len(pieces[piece])
        late.append(arrivals[piece] - int(mark[1]))
    return late
