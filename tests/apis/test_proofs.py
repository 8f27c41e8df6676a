"""A conversation that models of four providers answered in turn, on its way to each of them: whoever issued a proof of thinking gets it back as
it was issued, nobody else gets it, and what stays behind is told by its path.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from planoai.apis import DIALECTS
from planoai.apis.dialect import Accepts, Envelope
from planoai.apis.fields import read_fields
from planoai.apis.seal import TRACE
from planoai.conversation.event import (
    Ended,
    Event,
    Finished,
    PartAdded,
    PartEnded,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
)
from planoai.conversation.fold import fold
from planoai.conversation.message import RedactedThinking
from planoai.conversation.request import Request
from tests.apis import golden

Json = dict[str, Any]
Written = tuple[bytes, tuple[str, ...]]


def proof(issuer: str, kind: str) -> str:
    return base64.b64encode(f"{kind} by {issuer}".encode()).decode()


PROOFS = {
    "anthropic": (proof("anthropic", "signed"), proof("anthropic", "hidden")),
    "amazon_bedrock": (proof("amazon_bedrock", "signed"), proof("amazon_bedrock", "hidden")),
    "openai": (proof("openai", "encrypted"),),
    "deepseek": (),
}
UPSTREAMS = {
    "anthropic": ("anthropic_messages", "claude-sonnet-4-5", Accepts(proofs=("anthropic",))),
    "amazon_bedrock": (
        "bedrock_converse",
        "us.anthropic.claude-sonnet-4-5-v1:0",
        Accepts(proofs=("amazon_bedrock",)),
    ),
    "openai": ("openai_responses", "gpt-5.2", Accepts(proofs=("openai",))),
    "deepseek": ("openai_chat", "deepseek-reasoner", Accepts(proofs=("deepseek",), reasoning_back=True)),
}
CLIENTS = [name for name, dialect in DIALECTS.items() if dialect.client is not None]


def thought(issuer: str) -> list[Event]:
    """As the reader of the issuer's API tells it."""
    proven: list[Event] = []
    match issuer:
        case "openai":
            proven = [ThinkingSigned(encrypted=PROOFS[issuer][0], id="rs_1", issuer=issuer), PartEnded()]
        case "anthropic" | "amazon_bedrock":
            signature, data = PROOFS[issuer]
            half = len(signature) // 2
            proven = [
                ThinkingSigned(signature[:half], issuer=issuer),
                ThinkingSigned(signature[half:], issuer=issuer),
                PartEnded(),
                PartAdded(RedactedThinking(data, issuer)),
            ]
        case _:
            pass
    return [
        Started("id", "m"),
        ThinkingDelta(f"{issuer} thinks", summary=issuer == "openai"),
        *proven,
        TextDelta(f"{issuer} says"),
        Finished("stop"),
        Ended(),
    ]


def envelope() -> Envelope:
    wanting = Request("m", (), "openai_responses", include=("reasoning.encrypted_content",))
    return structs.replace(golden.envelope(), request=wanting)


def told_whole(client: str, events: list[Event]) -> Json:
    found: Json = json.loads(golden.client_side(client).write_answer(fold(events), envelope()))
    return found


def told_in_a_stream(client: str, events: list[Event]) -> Json:
    writer = golden.client_side(client).stream_writer(envelope())
    stream = b"".join(writer.write([event]) for event in events)
    reform = DIALECTS[client].reform
    assert reform is not None
    found: Json = json.loads(reform.as_whole(stream, golden.envelope()))
    return found


def asked(client: str, tell: Callable[[str, list[Event]], Json]) -> bytes:
    """What a client sends that was answered four times."""
    said: list[Json] = [{"role": "user", "content": "hi"}]
    for issuer in PROOFS:
        answer = tell(client, thought(issuer))
        match client:
            case "openai_chat":
                said.append(answer["choices"][0]["message"])
            case "anthropic_messages":
                said.append({"role": "assistant", "content": answer["content"]})
            case _:
                said += answer["output"]
        said.append({"role": "user", "content": "go on"})
    if client == "openai_responses":
        return golden.compact({"model": "m", "input": said, "include": ["reasoning.encrypted_content"]})
    return golden.compact({"model": "m", "max_tokens": 99, "messages": said})


def sent(client: str, to: str, body: bytes) -> Written:
    dialect, model, accepts = UPSTREAMS[to]
    fields = read_fields(body)
    upstream = DIALECTS[dialect].upstream
    if dialect == client:
        adapted = upstream.adapt(fields, golden.client_side(client).inspect(fields), accepts)
        return msgspec.json.encode(adapted.fields), adapted.lost
    request = structs.replace(golden.client_side(client).read_request(fields), model=model)
    written = upstream.write_request(request, accepts)
    return written.body, written.lost


def unmarked(client: str, to: str) -> frozenset[str]:
    """Whose proofs a client was given as they were issued: Anthropic's, in the fields of Anthropic's own API.

    They go wherever there is a place for them, for they may come from any server of the client's API. Bedrock has the same models as Anthropic.
    """
    return frozenset({"anthropic"} if client == "anthropic_messages" and to == "amazon_bedrock" else ())


@pytest.mark.parametrize("tell", [told_whole, told_in_a_stream])
@pytest.mark.parametrize("to", [name for name, (dialect, *_) in UPSTREAMS.items() if dialect in DIALECTS])
@pytest.mark.parametrize("client", CLIENTS)
def test_each_provider_gets_its_own_proofs_back_and_nobody_elses(
    client: str, to: str, tell: Callable[[str, list[Event]], Json]
) -> None:
    body, lost = sent(client, to, asked(client, tell))
    welcome = unmarked(client, to) | {to}

    assert TRACE not in body
    for issuer, proofs in PROOFS.items():
        for each in proofs:
            assert (each.encode() in body) == (issuer in welcome), (issuer, lost)
    staying = [issuer for issuer, proofs in PROOFS.items() if issuer not in welcome for _ in proofs]
    assert sum("thinking" in path or "reasoning" in path for path in lost) >= len(staying), lost
    for issuer in PROOFS:
        assert f"{issuer} says".encode() in body


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_told_all_thoughts_and_the_same_proofs_either_way(client: str) -> None:
    whole, streamed = asked(client, told_whole), asked(client, told_in_a_stream)

    for body in (whole, streamed):
        for issuer, proofs in PROOFS.items():
            assert f"{issuer} thinks".encode() in body
            assert all(each.encode() in body for each in proofs)
        assert body.count(TRACE) == (3 if client == "anthropic_messages" else 5)
