"""What the simulated Bedrock says of the blocks and settings of a Converse request."""

from typing import Any

import msgspec
import pytest

from planoai.simulate.ask import Ask
from planoai.simulate.ids import signature
from planoai.simulate.problem import Problem, Refused
from planoai.simulate.reading import Received
from planoai.simulate.routes import CONVERSE
from tests.simulate.requests import CONVERSE_BODY, changed

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
IMAGE = {"image": {"format": "png", "source": {"bytes": "iVBORw=="}}}
DOCUMENT = {"document": {"format": "pdf", "name": "Report (1)", "source": {"bytes": "JVBERi0="}}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": signature("Hmm.")}}}
REDACTED = {"reasoningContent": {"redactedContent": "c2Vj"}}
POINT = {"cachePoint": {"type": "default", "ttl": "1h"}}


def read(changes: dict[str, Any], model: str = CLAUDE) -> Ask:
    return CONVERSE.read(Received(msgspec.json.encode(changed(CONVERSE_BODY, changes)), model))


def refusal(changes: dict[str, Any], model: str = CLAUDE) -> Problem:
    with pytest.raises(Refused) as caught:
        read(changes, model)
    return caught.value.problem


def user(*blocks: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def asked(thought: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": [{"text": "Hi"}]},
            {"role": "assistant", "content": [thought, {"text": "Hello"}]},
            {"role": "user", "content": [{"text": "On"}]},
        ]
    }


@pytest.mark.parametrize(
    "changes",
    [
        user({"text": "Look"}, IMAGE, DOCUMENT, POINT),
        {"messages.2.content.0.toolResult.content": [IMAGE, DOCUMENT, {"json": {"a": 1}}, {"text": "x"}]},
        {"messages.2.content.0.toolResult.status": "error"},
        {"system": [{"text": "Be brief."}, POINT]},
        {"toolConfig.tools": [*CONVERSE_BODY["toolConfig"]["tools"], POINT]},
        {"toolConfig.toolChoice": {"tool": {"name": "get_time"}}},
        asked(THOUGHT),
        asked(REDACTED),
        {"serviceTier": {"type": "flex"}, "requestMetadata": {"team": "blue"}},
        {"additionalModelRequestFields": {"anthropic_beta": ["interleaved-thinking-2025-05-14"], "top_k": 5}},
        {"messages": [*user({"text": "Hi"})["messages"], {"role": "assistant", "content": [{"text": "Well"}]}]},
    ],
)
def test_what_the_service_takes_is_taken(changes: dict[str, Any]) -> None:
    assert read(changes).model == CLAUDE


def test_a_schema_of_the_answer_is_read_from_its_text() -> None:
    structure = {"jsonSchema": {"schema": '{"type":"object"}', "name": "thing"}}
    ask = read({"outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}, "effort": "low"}})
    assert ask.schema == {"type": "object"}


def test_claude_can_be_kept_from_calling_several_tools_at_once() -> None:
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    one_call = {"toolConfig.toolChoice": ..., "additionalModelRequestFields": {"tool_choice": choice}}
    assert read({}).parallel
    assert not read(one_call).parallel
    assert read(one_call, "m").parallel


def image(**changes: Any) -> dict[str, Any]:
    return {"image": IMAGE["image"] | changes}


def document(**changes: Any) -> dict[str, Any]:
    return {"document": DOCUMENT["document"] | changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (user({}), "The ContentBlock object at messages.0.content.0 must set one of the following keys: text, image,"),
        (user({"text": "x", **IMAGE}), "messages.0.content.0 must set one of the following keys"),
        (user({"hologram": {}}), "messages.0.content.0 must set one of the following keys"),
        (user(image(format="tiff")), "Value 'tiff' at 'messages.1.member.content.1.member.image.format'"),
        (user(image(source={"bytes": "no base64!"})), "Could not decode a blob"),
        (user(image(source={"bytes": ""})), "length greater than or equal to 1"),
        (user(DOCUMENT), "has a document and no text"),
        (user({"text": "x"}, document(name="a.pdf")), "The document file name can only contain"),
        (user({"text": "x"}, document(name="a  b")), "The document file name can only contain"),
        (user({"text": "x"}, document(format="zip")), "Member must satisfy enum value set: [csv,"),
        (user({"text": "x"}, document(source={})), "must set one of the following keys: bytes, text,"),
        (user({"text": "x"}, DOCUMENT, DOCUMENT), "used more than once"),
        (user({"text": "x"}, THOUGHT), "User messages cannot contain reasoning content"),
        (
            asked({"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": "x"}}}),
            "Invalid `signature` in `thinking` block",
        ),
        (asked({"reasoningContent": {"reasoningText": {"text": "Hmm."}}}), "Invalid `signature` in `thinking` block"),
        (asked({"reasoningContent": {"redactedContent": "?"}}), "Could not decode a blob"),
        (asked({"reasoningContent": {}}), "must set one of the following keys: reasoningText, redactedContent"),
        (user({"text": "x"}, {"cachePoint": {"type": "ephemeral"}}), "Member must satisfy enum value set: [default]"),
        (user({"text": "x"}, {"cachePoint": {"type": "default", "ttl": "2h"}}), "enum value set: [1h, 5m]"),
        ({"system": [{}]}, "The SystemContentBlock object at system.0 must set one"),
        ({"toolConfig.tools.0": {}}, "The Tool object at toolConfig.tools.0 must set one"),
        ({"toolConfig.toolChoice": {}}, "The ToolChoice object at toolConfig.toolChoice must set one"),
        ({"messages.2.content.0.toolResult.content": [{}]}, "messages.2.content.0.toolResult.content.0 must set one"),
        ({"messages.2.content.0.toolResult.status": "bad"}, "Member must satisfy enum value set: [error, success]"),
        ({"inferenceConfig.stopSequences": [""]}, "inferenceConfig.stopSequences"),
        ({"serviceTier": {"type": "gold"}}, "Value 'gold' at 'serviceTier.type'"),
        ({"requestMetadata": {}}, "length between 1 and 16"),
        ({"requestMetadata": {"a": "b;c"}}, "regular expression pattern"),
        ({"additionalModelRequestFields": {"anthropic_beta": ["new"]}}, "invalid beta flag"),
        ({"additionalModelRequestFields": {"tool_choice": {"type": "auto"}}}, "conflicts with an existing field"),
        (
            {"toolConfig.toolChoice": ..., "additionalModelRequestFields": {"tool_choice": {}}},
            "tool_choice.type: Field required",
        ),
        (
            {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "["}}}}},
            "is no JSON schema",
        ),
        (
            {"messages": [*user({"text": "Hi"})["messages"], {"role": "assistant", "content": [{"text": "Well "}]}]},
            "cannot end with trailing whitespace",
        ),
    ],
)
def test_what_the_service_refuses_is_refused(changes: dict[str, Any], words: str) -> None:
    problem = refusal(changes)
    assert problem.status == 400
    assert words in problem.message


def test_only_claude_goes_on_with_what_an_assistant_began() -> None:
    begun = [*user({"text": "Hi"})["messages"], {"role": "assistant", "content": [{"text": "Well"}]}]
    assert "must end with a user message" in refusal({"messages": begun}, "us.amazon.nova-pro-v1:0").message
