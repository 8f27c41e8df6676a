"""What becomes of a feature between a client's API and an upstream's: a cell of the tables in docs/fidelity.md, found out by a real request."""

import json
import re
from base64 import b64encode
from functools import cache
from typing import Any, Literal, NamedTuple

from msgspec import structs

from planoai.apis import DIALECTS
from planoai.apis.dialect import Envelope
from planoai.config.entry import limits
from planoai.config.load import load
from planoai.conversation.event import (
    Ended,
    Event,
    Finished,
    PartEnded,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.fold import fold
from planoai.conversation.usage import Usage
from planoai.errors import ClientError
from planoai.gateway.call import Call
from planoai.gateway.leg import Leg, leg_to
from planoai.net.headers import Headers
from planoai.routing.target import target_of
from tests.apis.spoken import NATURAL, Say, whole
from tests.sdk.apis import DIALECT_OF
from tests.sdk.fidelity import chat, messages, responses
from tests.sdk.fidelity.difference import Difference, differences, leaves
from tests.sdk.fidelity.probe import Json, Probe

State = Literal["kept", "changed", "lost", "refused", "silent"]

MODELS = {  # one that does not think before it answers, and one that does
    "chat": ("openai/gpt-4.1", "openai/gpt-5.2"),
    "messages": ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
    "responses": ("openai/gpt-4.1", "openai/gpt-5.2"),
    "converse": ("amazon_bedrock/us.anthropic.claude-sonnet-4-5-v1:0",) * 2,
}
_MORE = {
    "chat": ", upstream_api: chat",
    "responses": ", upstream_api: responses",
    "converse": ", base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com'",
}
PLAIN: dict[str, Json] = {
    "chat": {"model": "m", "messages": [{"role": "user", "content": "Hello"}]},
    "messages": {"model": "m", "max_tokens": 4000, "messages": [{"role": "user", "content": "Hello"}]},
    "responses": {"model": "m", "input": [{"role": "user", "content": "Hello"}]},
}
_ASKING: dict[str, Json] = {  # requests of clients that take whatever an answer may hold
    "chat": PLAIN["chat"] | {"tools": [chat.TOOL, chat.OTHER, chat.CUSTOM]},
    "messages": PLAIN["messages"] | {"tools": [messages.TOOL, messages.OTHER]},
    "responses": PLAIN["responses"]
    | {"tools": [responses.TOOL, responses.OTHER, responses.CUSTOM], "include": ["reasoning.encrypted_content"]},
}
_OWN = re.compile(r"\bmy|^bXk|,bXk")
_ANSWER: list[Event] = [
    Started("id", "m"),
    ThinkingDelta("Hm.", summary=True),
    ThinkingSigned(encrypted="proof", id="rs_1"),
    PartEnded(),
    TextDelta("Hello"),
    ToolStarted(0, "call_1", "my_other"),
    ToolDelta(0, "{}"),
    UsageTold(Usage(fresh=3, output=2)),
    Finished("tool_calls"),
    Ended(),
]


class Cell(NamedTuple):
    """`differences`: what is otherwise upstream because of the feature. `lost`: the paths that the gateway says are lost. `error`: its refusal.

    `kept`: perhaps in the other API's words. `changed`: with another number, or not all of it. `silent`: something of the client's own is neither
    there nor told to be lost; that is a mistake of ours.
    """

    state: State
    differences: tuple[Difference, ...] = ()
    lost: tuple[str, ...] = ()
    error: str = ""


class _Sent(NamedTuple):
    """`seen`: all that the upstream is told. `answer`: what the client is told of one and the same answer."""

    seen: Json
    lost: tuple[str, ...]
    answer: str


def cell(probe: Probe, client: str, upstream: str) -> Cell:
    """What becomes of a feature of a request."""
    try:
        after = _sent(probe, client, upstream, {**PLAIN[client], **probe.with_it}, probe.headers)
    except ClientError as error:
        return Cell("refused", error=f"{error.status} {error.param}")
    before = _sent(probe, client, upstream, {**PLAIN[client], **probe.without_it}, {})
    lost = tuple(each for each in after.lost if each not in before.lost)
    found = tuple(differences(before.seen, after.seen))
    asked = [*differences({**PLAIN[client], **probe.without_it}, {**PLAIN[client], **probe.with_it})]
    asked += [Difference(f"{name}[0]", value) for name, value in probe.headers.items()]
    if not found and not lost:
        if all(_covered(each.path, after.lost) for each in asked):  # it is part of what is lost anyway
            return Cell("lost", lost=after.lost)
        return Cell("kept" if before.answer != after.answer else "silent")
    missing = [(path, value) for each in asked for path, value in leaves(each.value, each.path)]
    missing = [(path, value) for path, value in missing if _is_own(value) and not _stands_in(value, after)]
    told = (*lost, *(each.path for each in asked if probe.called and _covered(probe.called, lost)))
    if any(isinstance(value, str) and not _covered(path, told) for path, value in missing):
        return Cell("silent", found, lost)
    return Cell(("changed" if missing or lost else "kept") if found else "lost", found, lost)


def answer_cell(probe: Probe, upstream: str, client: str) -> Cell:
    """What becomes of a feature of an answer, which the gateway can only tell by a word of what it leaves out."""
    plain: Json = json.loads(whole(DIALECT_OF[upstream], Say(NATURAL[DIALECT_OF[upstream]])))
    before, after = plain | probe.without_it, plain | probe.with_it
    told, lost = _told(before, upstream, client)
    told_after, lost_after = _told(after, upstream, client)
    new = tuple(each for each in lost_after if each not in lost)
    found = tuple(differences(told, told_after))
    asked = [value for each in differences(before, after) for _, value in leaves(each.value)]
    missing = [value for value in asked if _is_own(value) and not _stands_in(value, _Sent(told_after, (), ""))]
    if not new and (not found or any(isinstance(value, str) for value in missing)):
        return Cell("silent", found)
    return Cell(("changed" if missing or new else "kept") if found else "lost", found, new)


def _told(body: Json, upstream: str, client: str) -> tuple[Json, tuple[str, ...]]:
    """What a client that has offered tools and wants to hear everything is told of an answer."""
    call = _call(_ASKING[client], client, {})
    leg = _leg(client, upstream, MODELS[upstream][1], stream=False)
    envelope = _envelope(call, leg)
    if upstream == client:
        return body, ()
    answer = fold(leg.dialect.upstream.read_answer(json.dumps(body).encode(), envelope))
    return json.loads(call.client.write_answer(answer, envelope)), tuple(envelope.lost)


def _is_own(value: Any) -> bool:
    """Whether it must arrive as it is. All else are words, for which the other API may have its own."""
    return bool(_OWN.search(value)) if isinstance(value, str) else not isinstance(value, bool)


def _stands_in(value: Any, sent: "_Sent") -> bool:
    """Texts may be part of longer ones, JSON may have been a text before or become one, data may have come out of a URL.

    What the client is told in the answer, such as the group that a tool is in, need not go upstream.
    """
    there = [each for _, each in leaves(sent.seen)]
    if not isinstance(value, str):
        return any(type(each) is type(value) and each == value for each in there)
    forms = (value.partition("base64,")[2] or value, b64encode(value.encode()).decode())
    texts = [sent.answer, *(each for each in there if isinstance(each, str))]
    if any(form in each for each in texts for form in forms):
        return True
    told = _json(value)
    return isinstance(told, dict) and all(_stands_in(each, sent) for _, each in leaves(told))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _covered(path: str, lost: tuple[str, ...]) -> bool:
    """What is lost may be followed by a word that says what of it, or why."""
    told = [each.partition(" ")[0] for each in lost]
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in told)


def _sent(probe: Probe, client: str, upstream: str, body: Json, headers: dict[str, str]) -> _Sent:
    call = _call(body, client, headers)
    leg = _leg(client, upstream, MODELS[upstream][probe.thinks], stream=call.head.stream)
    written = leg.write(call)
    seen: Json = json.loads(written.body) | {"(path)": leg.address(call)}
    seen |= {name.decode(): value.decode() for name, value in leg.headers(call) if name.decode() in headers}
    return _Sent(seen, written.lost, str(call.head.include_usage) if leg.same else _answer(call, leg))


def _call(body: Json, client: str, headers: dict[str, str]) -> Call:
    dialect = DIALECTS[DIALECT_OF[client]]
    assert dialect.client is not None
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Call(json.dumps(body).encode(), Headers(pairs), "", dialect, dialect.client, "req_1")


def _answer(call: Call, leg: Leg) -> str:
    """What the client is told of an answer."""
    envelope = _envelope(call, leg)
    answer = call.client.write_answer(fold(_ANSWER), envelope)
    return (answer + call.client.stream_writer(envelope).write(_ANSWER)).decode()


def _envelope(call: Call, leg: Leg) -> Envelope:
    """What answers repeat of a request says nothing of whether it was heard: here they repeat nothing."""
    asked = structs.replace(call.conversation, messages=())
    name = leg.target.provider.name
    return Envelope("0" * 32, 1, "m", include_usage=call.head.include_usage, request=asked, issuer=name)


@cache
def _leg(client: str, upstream: str, model: str, *, stream: bool) -> Leg:
    entry = f"{{model: '{model}', access_key: ours{_MORE.get(upstream, '')}}}"
    listener = "{type: model, name: test, address: 127.0.0.1, port: 12000}"
    config = load(f"version: v0.4.0\nlisteners: [{listener}]\nmodel_providers: [{entry}]\n", {}).config
    target = target_of(config.model_providers[0])
    bound = limits(config.listeners[0], target.entry, config.overrides, stream=stream)
    return leg_to(target, DIALECT_OF[client], bound, stream=stream)
