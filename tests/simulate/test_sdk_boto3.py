"""AWS's official client reads Converse, whole and streamed, of the simulated provider."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from tests.simulate.requests import CONVERSE_BODY, CONVERSE_TOOLS

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
Json = dict[str, Any]


@pytest.fixture
def bedrock(url: str) -> Iterator[Any]:
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20, proxies={}),
    )
    yield client
    client.close()


def ask(text: str, **more: Any) -> Json:
    messages = [{"role": "user", "content": [{"text": text}]}]
    return {"modelId": CLAUDE, "messages": messages, "toolConfig": {"tools": CONVERSE_TOOLS}, **more}


async def called(method: Callable[..., Json], request: Json) -> Json:
    return await asyncio.to_thread(method, **request)


async def events(client: Any, request: Json) -> list[Json]:
    def read() -> list[Json]:
        with closing(client.converse_stream(**request)["stream"]) as stream:  # it does not close what it fails on
            return list(stream)

    return await asyncio.to_thread(read)


def folded(told: list[Json]) -> tuple[list[Json], str, Json]:
    """The blocks, the reason and the usage that events add up to."""
    blocks: dict[int, Json] = {}
    reason, usage = "", {}
    for each in told:
        [(kind, payload)] = each.items()
        if kind == "contentBlockStart":
            blocks[payload["contentBlockIndex"]] = {"toolUse": dict(payload["start"]["toolUse"], input="")}
        elif kind == "contentBlockDelta":
            block = blocks.setdefault(payload["contentBlockIndex"], {})
            _add(block, payload["delta"])
        elif kind == "messageStop":
            reason = payload["stopReason"]
        elif kind == "metadata":
            usage = payload["usage"]
    return list(blocks.values()), reason, usage


def _add(block: Json, delta: Json) -> None:
    for name, piece in delta.items():
        if isinstance(piece, str):
            block[name] = block.get(name, "") + piece
        else:
            _add(block.setdefault(name, {}), piece)


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "[simulate thinking=Hm text=Sure.]",
        "[simulate tools=2]",
        "[simulate tools=2 one_chunk thinking=Hm text=Sure.]",
        "[simulate words=50 chunk=3 input=100 cached=30 written=20 output=77]",
        "[simulate stop=filter]",
    ],
)
async def test_a_stream_adds_up_to_the_plain_answer(bedrock: Any, text: str) -> None:
    plain = await called(bedrock.converse, ask(text))
    blocks, reason, usage = folded(await events(bedrock, ask(text)))
    assert (reason, usage) == (plain["stopReason"], plain["usage"])
    assert [sorted(block) for block in blocks] == [sorted(block) for block in plain["output"]["message"]["content"]]
    for streamed, whole in zip(blocks, plain["output"]["message"]["content"], strict=True):
        if "text" in whole:
            assert streamed["text"] == whole["text"]
        elif "toolUse" in whole:
            assert streamed["toolUse"]["name"] == whole["toolUse"]["name"]
        else:
            assert streamed["reasoningContent"] == whole["reasoningContent"]["reasoningText"]


async def test_a_turn_with_its_thought_and_a_picture_can_be_sent_back(bedrock: Any) -> None:
    request = ask("Hi [simulate tools=1]", additionalModelRequestFields={"thinking": {"type": "adaptive"}})
    first = await called(bedrock.converse, request)
    message = first["output"]["message"]
    assert "reasoningContent" in message["content"][0]
    call = message["content"][-1]["toolUse"]
    seen = [{"text": "sunny"}, {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}]
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": seen, "status": "success"}}

    second = await called(
        bedrock.converse,
        request | {"messages": [*request["messages"], message, {"role": "user", "content": [result]}]},
    )

    assert second["stopReason"] == "end_turn"


async def test_a_request_that_uses_everything_is_read(bedrock: Any) -> None:
    answer = await called(bedrock.converse, {**CONVERSE_BODY, "modelId": CLAUDE})
    assert answer["output"]["message"]["content"]


async def test_a_refusal_is_an_exception_of_its_kind(bedrock: Any) -> None:
    with pytest.raises(ClientError) as refused:
        await called(bedrock.converse, ask("Hi", messages=[{"role": "assistant", "content": [{"text": "Hi"}]}]))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(bedrock.exceptions.ThrottlingException):
        await called(bedrock.converse, ask("[simulate error=429]"))


async def test_an_error_in_a_stream_is_an_exception_of_its_kind(bedrock: Any) -> None:
    with pytest.raises(EventStreamError, match="throttlingException"):
        await events(bedrock, ask("[simulate error=429 error_after=1]"))
