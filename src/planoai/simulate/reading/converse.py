"""A Converse request, checked as Bedrock checks it.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and the service's own messages.
"""

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from planoai.simulate.ask import Ask, Choice, Result, Tool
from planoai.simulate.problem import Refused, invalid
from planoai.simulate.reading.received import Received
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import bedrock

_NAME = "[a-zA-Z0-9_-]+"
_ID = "[a-zA-Z0-9_.:-]+"


class ToolUse(Struct):
    toolUseId: str  # noqa: N815  # the service's own names, here and below
    name: str
    input: Any = None


class Inner(Struct):
    text: str | None = None
    json: Any = None


class ToolResult(Struct):
    toolUseId: str  # noqa: N815
    content: list[Inner]
    status: str | None = None


class Block(Struct):
    text: str | None = None
    toolUse: ToolUse | None = None  # noqa: N815
    toolResult: ToolResult | None = None  # noqa: N815


class Message(Struct):
    role: str
    content: list[Block]


class InputSchema(Struct):
    json: Any = None


class ToolSpec(Struct):
    name: str
    inputSchema: InputSchema  # noqa: N815
    description: str | None = None


class Offered(Struct):
    toolSpec: ToolSpec | None = None  # noqa: N815


class ToolConfig(Struct):
    tools: list[Offered]
    toolChoice: dict[str, Any] | None = None  # noqa: N815


class InferenceConfig(Struct):
    maxTokens: int | None = None  # noqa: N815
    temperature: float | None = None
    topP: float | None = None  # noqa: N815
    stopSequences: list[str] | None = None  # noqa: N815


class Body(Struct):
    messages: list[Message]
    system: list[dict[str, Any]] | None = None
    inferenceConfig: InferenceConfig | None = None  # noqa: N815
    toolConfig: ToolConfig | None = None  # noqa: N815
    additionalModelRequestFields: dict[str, Any] | None = None  # noqa: N815
    additionalModelResponseFieldPaths: list[str] | None = None  # noqa: N815


def read(received: Received) -> Ask:
    """Raises Refused."""
    raw = bedrock.parsed(received.body)
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise bedrock.misshapen(found) from None
    settings = body.inferenceConfig or InferenceConfig()
    _check_settings(settings)
    _check_tools(body)
    _check_messages(body)
    choice, forced = _choice(body.toolConfig)
    thinking = (body.additionalModelRequestFields or {}).get("thinking")
    return Ask(
        model=received.model,
        said=_said(body.messages),
        results=_results(body.messages),
        tools=_tools(body.toolConfig),
        choice=choice,
        forced=forced,
        most=settings.maxTokens,
        stops=tuple(settings.stopSequences or ()),
        thinks=isinstance(thinking, dict) and thinking.get("type") == "enabled",
        characters=characters([raw["messages"], raw.get("system"), raw.get("toolConfig")]),
        wants=frozenset(
            {"stop_sequence"} if "/stop_sequence" in (body.additionalModelResponseFieldPaths or ()) else ()
        ),
    )


def read_stream(received: Received) -> Ask:
    """The same for `converse-stream`. Raises Refused."""
    return replace(read(received), stream=True)


def _check_settings(settings: InferenceConfig) -> None:
    if settings.maxTokens is not None and settings.maxTokens < 1:
        raise bedrock.failed(
            f"Value '{settings.maxTokens}' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1"
        )
    for name, value in (("temperature", settings.temperature), ("topP", settings.topP)):
        if value is not None and not 0 <= value <= 1:
            side = "less than or equal to 1" if value > 1 else "greater than or equal to 0"
            raise bedrock.failed(
                f"Value '{value:g}' at 'inferenceConfig.{name}' failed to satisfy constraint: Member must have value {side}"
            )


def _check_tools(body: Body) -> None:
    config = body.toolConfig
    if config is None:
        if any(block.toolUse or block.toolResult for message in body.messages for block in message.content):
            raise invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
        return
    if not config.tools:
        raise bedrock.failed(
            "Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1"
        )
    for place, tool in enumerate(config.tools):
        where = bedrock.member(("toolConfig", "tools", place, "toolSpec"))
        if tool.toolSpec is not None and tool.toolSpec.description == "":
            raise bedrock.failed(
                f"Value at '{where}.description' failed to satisfy constraint: Member must have length greater than or equal to 1"
            )
        if tool.toolSpec is not None:
            _check_pattern(f"{where}.name", tool.toolSpec.name, _NAME)
            if (
                not isinstance(tool.toolSpec.inputSchema.json, dict)
                or tool.toolSpec.inputSchema.json.get("type") != "object"
            ):
                raise invalid(
                    f"The value at toolConfig.tools.{place}.toolSpec.inputSchema.json.type must be one of the following: object."
                )
    _, forced = _choice(config)
    if forced is not None and forced not in {tool.name for tool in _tools(config)}:
        raise invalid(f"The tool name {forced} in toolChoice was not found in the tools of toolConfig.")


def _check_pattern(where: str, value: str, pattern: str) -> None:
    """Raises Refused."""
    if not re.fullmatch(pattern, value):
        constraint = f"Member must satisfy regular expression pattern: {pattern}"
        raise bedrock.failed(f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}")
    if len(value) > 64:
        constraint = "Member must have length less than or equal to 64"
        raise bedrock.failed(f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}")


def _check_messages(body: Body) -> None:
    for place, block in enumerate(body.system or []):
        if "text" in block and not str(block["text"]).strip():
            raise invalid(
                f"The text field in the SystemContentBlock object at system.{place} is blank. Add text to the text field, and try again."
            )
    for place, message in enumerate(body.messages):
        if message.role not in ("user", "assistant"):
            where = bedrock.member(("messages", place, "role"))
            raise bedrock.failed(
                f"Value '{message.role}' at '{where}' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]"
            )
        _check_content(place, message)
    if not body.messages or body.messages[0].role != "user":
        raise invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message."
        )
    for before, after in zip(body.messages, body.messages[1:], strict=False):
        if before.role == after.role:
            raise invalid(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
                "between user and assistant roles and try again."
            )
    _check_pairs(body.messages)


def _check_content(place: int, message: Message) -> None:
    where = f"messages.{place}"
    if not message.content:
        raise invalid(
            f"The content field in the Message object at {where} is empty. Add a ContentBlock object to the content field and try again."
        )
    for index, block in enumerate(message.content):
        problem = _wrong(f"{where}.content.{index}", bedrock.member(("messages", place, "content", index)), block)
        if problem is not None:
            raise problem


def _wrong(where: str, member: str, block: Block) -> Refused | None:
    if block.text is not None and not block.text.strip():
        return invalid(
            f"The text field in the ContentBlock object at {where} is blank. Add text to the text field, and try again."
        )
    if block.toolUse is not None:
        _check_pattern(f"{member}.toolUse.toolUseId", block.toolUse.toolUseId, _ID)
        if not isinstance(block.toolUse.input, dict):
            return invalid(
                f"The format of the value at {where}.toolUse.input is invalid. Provide a json object for the field and try again."
            )
    if block.toolResult is not None:
        _check_pattern(f"{member}.toolResult.toolUseId", block.toolResult.toolUseId, _ID)
        if any(inner.text is not None and not inner.text.strip() for inner in block.toolResult.content):
            return invalid(
                f"The text field in the ToolResultContentBlock object at {where}.toolResult.content is blank. Add text to the text field, and try again."
            )
    return None


def _check_pairs(messages: list[Message]) -> None:
    called: list[str] = []
    for place, message in enumerate(messages):
        answered = [block.toolResult.toolUseId for block in message.content if block.toolResult is not None]
        if len(answered) > len(called) or any(each not in called for each in answered):
            raise invalid(
                f"The number of toolResult blocks at messages.{place}.content exceeds the number of toolUse blocks of previous turn."
            )
        waiting = [each for each in called if each not in answered]
        if waiting:
            raise invalid(
                f"Expected toolResult blocks at messages.{place}.content for the following Ids: {', '.join(waiting)}"
            )
        called = [block.toolUse.toolUseId for block in message.content if block.toolUse is not None]
    if called:
        raise invalid(
            f"Expected toolResult blocks at messages.{len(messages)}.content for the following Ids: {', '.join(called)}"
        )


def _tools(config: ToolConfig | None) -> tuple[Tool, ...]:
    specs = (tool.toolSpec for tool in (config.tools if config else []))
    return tuple(Tool(spec.name, spec.inputSchema.json or {}) for spec in specs if spec is not None)


def _choice(config: ToolConfig | None) -> tuple[Choice, str | None]:
    given = (config.toolChoice if config else None) or {}
    if isinstance(given.get("tool"), dict):
        return "any", str(given["tool"].get("name"))
    return ("any" if "any" in given else "auto"), None


def _said(messages: list[Message]) -> str:
    texts = (
        "\n".join(block.text for block in message.content if block.text)
        for message in reversed(messages)
        if message.role == "user"
    )
    return next((text for text in texts if text), "")


def _results(messages: list[Message]) -> tuple[Result, ...]:
    """The tool results of the last message, with the names of the calls they answer."""
    names = {
        block.toolUse.toolUseId: block.toolUse.name
        for message in messages
        for block in message.content
        if block.toolUse is not None
    }
    results = [block.toolResult for block in messages[-1].content if block.toolResult is not None]
    return tuple(
        Result(names.get(each.toolUseId, "tool"), "\n".join(inner.text or str(inner.json) for inner in each.content))
        for each in results
    )
