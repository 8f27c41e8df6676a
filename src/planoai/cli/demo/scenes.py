"""What `planoai demo` plays: two clients, each asking for a model behind the other one's API. Data, and how to read an answer of each API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

Body = dict[str, Any]

CHAT = "Chat"
MESSAGES = "Messages"
_NAMES = {CHAT: "OpenAI", MESSAGES: "Anthropic"}
PATHS = {CHAT: "/v1/chat/completions", MESSAGES: "/v1/messages"}
MODELS = {
    CHAT: "anthropic/claude-sonnet-4-5",
    MESSAGES: "openai/gpt-4o",
}  # the model each client asks for: behind the other API

CONFIG = """\
version: v0.4.0
listeners:
  - {{type: model, name: demo, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{upstream}", access_key: sk-demo, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{upstream}", access_key: sk-ant-demo}}
model_aliases:
  fast: {{target: openai/gpt-4o}}
"""

_CITY = {"type": "object", "properties": {"city": {"type": "string", "examples": ["Lisbon"]}}, "required": ["city"]}
_ASKED = "What is the weather in Lisbon? [simulate tools=1]"


class Scene(Struct, frozen=True):
    """One request of `client`. `goes_on`: it also answers the tool call that comes, which is a second request."""

    title: str
    client: str
    body: Body
    goes_on: bool = False


def scenes() -> Sequence[Scene]:
    return [
        Scene(f"{_NAMES[client]} client ({client}), {_NAMES[other]} upstream ({other}): {title}", client, body, goes_on)
        for title, say, more, goes_on in (
            ("a whole answer", "Say hello.", {}, False),
            ("a stream", "Say eight words. [simulate words=8]", {"stream": True}, False),
            ("a tool call, and its result", _ASKED, {"tools": None}, True),
        )
        for client, other in ((CHAT, MESSAGES), (MESSAGES, CHAT))
        for body in (_body(client, say, more),)
    ]


def _body(client: str, say: str, more: Body) -> Body:
    body: Body = {"model": MODELS[client], "max_tokens": 256, **more}
    if "tools" in body:
        about = {"name": "get_weather", "description": "The weather in a city, now."}
        function = {"type": "function", "function": {**about, "parameters": _CITY}}
        body["tools"] = [function if client == CHAT else {**about, "input_schema": _CITY}]
    body["messages"] = [{"role": "user", "content": say}]
    if client == CHAT and body.get("stream"):
        body["stream_options"] = {"include_usage": True}
    return body


def next_turn(scene: Scene, body: Body, answer: bytes) -> Body | None:
    """The request that follows: the tool calls in `answer`, and what the tools found. None where there is no call to answer."""
    if not scene.goes_on:
        return None
    found = "18 degrees, light wind"
    whole = json.loads(answer)
    if scene.client == CHAT:
        message = whole["choices"][0]["message"]
        calls = message.get("tool_calls") or []
        turn = [message, *({"role": "tool", "tool_call_id": call["id"], "content": found} for call in calls)]
    else:
        calls = [block for block in whole["content"] if block["type"] == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": call["id"], "content": found} for call in calls]
        turn = [{"role": "assistant", "content": whole["content"]}, {"role": "user", "content": results}]
    return {**body, "messages": [*body["messages"], *turn]} if calls else None


def frames(stream: bytes) -> list[Body]:
    """The JSON of each event of a stream."""
    lines = (line for line in stream.decode().splitlines() if line.startswith("data: {"))
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def text(client: str, answer: bytes, *, streamed: bool) -> str:
    """What the answer says, however it came."""
    if client == CHAT:
        parts = (
            [each["choices"][0]["delta"] for each in frames(answer) if each["choices"]]
            if streamed
            else [json.loads(answer)["choices"][0]["message"]]
        )
        return "".join(part.get("content") or "" for part in parts)
    parts = [each.get("delta", {}) for each in frames(answer)] if streamed else json.loads(answer)["content"]
    return "".join(part.get("text") or "" for part in parts)


def usage(client: str, answer: bytes, *, streamed: bool) -> tuple[int, int]:
    """Tokens in and out, as this client is told of them."""
    told: Mapping[str, int] = {}
    for each in frames(answer) if streamed else [json.loads(answer)]:
        told = {**told, **(each.get("message", {}).get("usage") or {}), **(each.get("usage") or {})}
    if client == CHAT:
        return told["prompt_tokens"], told["completion_tokens"]
    return told["input_tokens"], told["output_tokens"]
