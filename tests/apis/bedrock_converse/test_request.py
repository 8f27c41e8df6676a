"""Requests of Converse: what AWS's own library and the simulated service say of those that are written."""

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, structs

from planoai.apis import DIALECTS
from planoai.apis.bedrock_converse import DIALECT
from planoai.apis.bedrock_converse.content_write import NOTHING
from planoai.apis.bedrock_converse.ids import fitting
from planoai.apis.dialect import Accepts
from planoai.apis.fields import read_fields
from planoai.conversation.message import (
    Base64,
    CacheMark,
    Document,
    Image,
    Message,
    Part,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from planoai.conversation.request import FunctionTool, JsonSchema, Reasoning, Request, Sampling, ToolChoice
from planoai.errors import UpstreamUnreadable
from planoai.simulate.ids import signature
from planoai.simulate.reading import Received
from planoai.simulate.routes import CONVERSE
from tests.apis import golden

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-pro-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
Json = dict[str, Any]

CASES = [path for path in golden.cases("requests") if path.parent.name.endswith("_to_bedrock_converse")]
WRITTEN = [path for path in CASES if "expected" in json.loads(path.read_text())]

SERVICE = Session().get_service_model("bedrock-runtime")
COUNTING = DIALECT.upstream.counting


def case(path: Path) -> Json:
    found: Json = json.loads(path.read_text())
    return found


def written(request: Request, accepts: Accepts = Accepts()) -> Json:  # noqa: B008  # it never changes
    body: Json = json.loads(DIALECT.upstream.write_request(request, accepts).body)
    return body


def asked(*messages: Message, model: str = CLAUDE, **more: Any) -> Request:
    return Request(model, messages, "openai_chat", **more)


def problems(operation: str, body: Json) -> str:
    """What AWS's library would say before it sends the request: bytes are base64 on the wire only."""
    shape = SERVICE.operation_model(operation).input_shape
    report = ParamValidator().validate(_decoded(body, shape), shape)
    return str(report.generate_report())


def _decoded(value: Any, shape: Any) -> Any:
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "list":
        return [_decoded(each, shape.member) for each in value]
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        return {
            name: _decoded(each, shape.members[name]) if name in shape.members else each for name, each in value.items()
        }
    return value


@pytest.mark.parametrize("path", WRITTEN, ids=golden.name)
def test_aws_takes_every_request(path: Path) -> None:
    body = case(path)["expected"]
    for operation in ("Converse", "ConverseStream"):
        assert problems(operation, {"modelId": case(path)["request"]["model"], **body}) == ""


@pytest.mark.parametrize("path", WRITTEN, ids=golden.name)
def test_the_simulated_service_takes_every_request(path: Path) -> None:
    ask = CONVERSE.read(Received(golden.compact(_signed(case(path)["expected"])), case(path)["request"]["model"]))
    assert ask.model == case(path)["request"]["model"]


def _signed(body: Json) -> Json:
    """With signatures that the service could have made."""
    body = copy.deepcopy(body)
    for message in body["messages"]:
        for block in message["content"]:
            thought = block.get("reasoningContent", {}).get("reasoningText")
            if thought is not None:
                thought["signature"] = signature(thought["text"])
    return body


@pytest.mark.parametrize("path", WRITTEN, ids=golden.name)
def test_a_count_is_asked_of_the_same_conversation(path: Path) -> None:
    given = case(path)
    client = DIALECTS[path.parent.name.partition("_to_")[0]].client
    assert client is not None
    assert COUNTING is not None
    accepts = Accepts(proofs=tuple(given.get("accepts", {}).get("proofs", ())))
    request = client.read_request(read_fields(golden.compact(given["request"])))

    counted = json.loads(COUNTING.write(request, accepts).body)

    assert problems("CountTokens", {"modelId": given["request"]["model"], **counted}) == ""
    for name in ("messages", "system", "toolConfig", "additionalModelRequestFields"):
        assert counted["input"]["converse"].get(name) == given["expected"].get(name)


def test_a_count_is_read() -> None:
    assert COUNTING is not None
    assert COUNTING.read(b'{"inputTokens": 14, "more": 1}') == 14
    for body in (b"", b"{}", b"[]", b'{"inputTokens": "x"}'):
        with pytest.raises(UpstreamUnreadable):
            COUNTING.read(body)


def test_claude_is_asked_for_the_features_in_trial_that_bedrock_knows() -> None:
    request = asked(Message("user", (Text("Hi"),)))
    betas = ("claude-code-20250219", "interleaved-thinking-2025-05-14", "context-1m-2025-08-07", "new-2027-01-01")
    sent = DIALECT.upstream.write_request(structs.replace(request, betas=betas), Accepts())
    assert json.loads(sent.body)["additionalModelRequestFields"] == {"anthropic_beta": list(betas[1:3])}
    assert sent.lost == ("anthropic-beta[0]", "anthropic-beta[3]")

    sent = DIALECT.upstream.write_request(structs.replace(request, model=NOVA, betas=betas[1:2]), Accepts())
    assert "additionalModelRequestFields" not in json.loads(sent.body)
    assert sent.lost == ("anthropic-beta[0]",)


HI = Message("user", (Text("Hi"),))
PDF = Document(Base64("application/pdf", "JVBERi0="))
CALLED = Message("assistant", (ToolCall("c", "f", "{}"),))


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (asked(Message("assistant", (Text("Hi"),)), HI), lambda body: body["messages"][0]["content"]),
        (asked(Message("system", (Text("Joke."),))), lambda body: body["messages"][0]["content"]),
        (asked(Message("user", (Text(" "),))), lambda body: body["messages"][0]["content"]),
        (asked(HI, Message("assistant", (Text("Well"),)), model=LLAMA), lambda body: body["messages"][2]["content"]),
        (asked(Message("user", (PDF,))), lambda body: body["messages"][0]["content"][1:]),
        (
            asked(HI, CALLED, Message("tool", (ToolResult("c", (Text(""),)),))),
            lambda body: body["messages"][2]["content"][0]["toolResult"]["content"],
        ),
    ],
    ids=["assistant first", "only a system", "blank user", "assistant last", "document alone", "blank result"],
)
def test_where_a_block_is_demanded_one_is_there(request_: Request, place: Any) -> None:
    assert place(written(request_)) == [{"text": NOTHING}]


def test_words_for_nothing_stand_nowhere_else() -> None:
    blank = Message("assistant", (Text(""),))
    request = asked(Message("system", (Text(" "),)), HI, blank, HI, blank, Message("user", (Text("\n"),)))
    assert NOTHING not in json.dumps(written(request))


ROLES: tuple[Role, ...] = ("system", "user", "assistant")

texts = st.builds(Text, st.text(" ab\n", max_size=3))
images = st.just(Image(Base64("image/png", "iVBORw==")))
names = st.one_of(st.none(), st.text("a./- ", max_size=5))
documents = st.builds(Document, st.just(Base64("application/pdf", "JVBERi0=")), names)
said = st.lists(st.one_of(texts, images, documents), max_size=3).map(tuple)
ids = st.text("abc.:_- é", min_size=1, max_size=80)
results = st.lists(st.one_of(texts, images, documents), max_size=2).map(tuple)


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """Turns of any roles in any order, in which every call has its result before the next answer."""
    messages: list[Message] = []
    for _ in range(draw(st.integers(0, 5))):
        role = draw(st.sampled_from(ROLES))
        if role != "assistant":
            messages.append(Message(role, draw(said)))
            continue
        calls = draw(st.lists(ids, max_size=3, unique=True))
        parts: tuple[Part, ...] = tuple(ToolCall(each, "f", draw(st.sampled_from(("", "{}", "no")))) for each in calls)
        messages.append(Message("assistant", (draw(texts), *parts)))
        if not parts:
            continue
        answers = [Message("tool", (ToolResult(each, draw(results)),)) for each in calls]
        messages += draw(st.permutations([*answers, Message("user", draw(said))]))
    return messages


@pytest.mark.no_cover
@given(turns(), st.sampled_from((CLAUDE, NOVA, LLAMA)), st.booleans())
def test_the_service_takes_any_conversation(messages: list[Message], model: str, offered: bool) -> None:
    tools = (FunctionTool("f"),) if offered else ()
    body = written(asked(*messages, model=model, tools=tools))

    assert problems("Converse", {"modelId": model, **body}) == ""
    assert CONVERSE.read(Received(golden.compact(body), model)).model == model
    assert _texts(body["messages"]) == _texts_of(messages)


def _texts(turns: list[Json]) -> list[str]:
    """What was said, in its order; results stand before it in their turn."""
    blocks = [block for turn in turns for block in turn["content"]]
    return [block["text"].rstrip() for block in blocks if "text" in block and block["text"] != NOTHING]


def _texts_of(messages: list[Message]) -> list[str]:
    said = (part for message in messages if message.role in ("user", "assistant") for part in message.parts)
    return [part.text.rstrip() for part in said if isinstance(part, Text) and part.text.strip()]


@given(st.lists(st.text(max_size=100), unique=True, max_size=20))
def test_what_had_to_be_changed_stays_apart(told: list[str]) -> None:
    assert len({fitting(each) for each in told}) == len(told)
    for each in told:
        assert 0 < len(fitting(each)) <= 64
        assert fitting(fitting(each)) == fitting(each)


def test_a_limit_is_never_less_than_one() -> None:
    body = written(asked(HI, sampling=Sampling(max_tokens=0, temperature=-1)))
    assert body["inferenceConfig"] == {"temperature": 0}


MANY = 40_000
CROWDS = {
    "turns that come to nothing": asked(*(HI, Message("assistant", (Text(" "),))) * MANY),
    "documents of one name": asked(Message("user", (Document(Base64("application/pdf", "AAAA"), "a"),) * MANY)),
    "tools to choose among": asked(
        HI,
        tools=tuple(FunctionTool(f"f{place}") for place in range(2 * MANY)),
        tool_choice=ToolChoice("auto", allowed=tuple(f"f{place}" for place in range(2 * MANY))),
    ),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("request_", CROWDS.values(), ids=CROWDS)
@pytest.mark.timeout(60)
def test_work_grows_no_faster_than_what_is_sent(request_: Request) -> None:
    """Each took minutes when it grew with the square of it."""
    assert written(request_)["messages"]


def test_what_stays_behind_is_told() -> None:
    form = JsonSchema(Raw(b'{"type":"object"}'), "weather", description="of one city")
    marked = Message("user", (Text("Hi"), Text(" ", cache=CacheMark())), path="messages[0]")
    requests = {
        "response_format (its name and description)": asked(
            HI, model=LLAMA, format=form, paths={"format": "response_format"}
        ),
        "max_tokens": asked(HI, sampling=Sampling(max_tokens=0), paths={"max_tokens": "max_tokens"}),
        "reasoning": asked(HI, model=LLAMA, reasoning=Reasoning(summary="auto")),
        "messages[0] (cache_control)": asked(marked),
    }
    assert {path: DIALECT.upstream.write_request(request, Accepts()).lost for path, request in requests.items()} == {
        path: (path,) for path in requests
    }
