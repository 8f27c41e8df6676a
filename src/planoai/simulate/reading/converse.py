"""A Converse request, checked as Bedrock checks it.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and the service's own messages.
"""

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from planoai.simulate.ask import Ask, Choice, Result, Tool
from planoai.simulate.problem import invalid
from planoai.simulate.reading import converse_content as content
from planoai.simulate.reading.converse_content import (
    CachePoint,
    Message,
    check_among,
    check_one,
    check_pattern,
    check_point,
)
from planoai.simulate.reading.received import Received
from planoai.simulate.shape import Misshapen, NotJson, characters, loads, shaped
from planoai.simulate.vendors import bedrock

_NAME = "[a-zA-Z0-9_-]+"
_ROLES = ("user", "assistant")
_TIERS = ("priority", "default", "flex", "reserved")
_METADATA = r"[a-zA-Z0-9\s:_@$#=/+,.-]"
_BETAS = frozenset(
    (
        "computer-use-2025-01-24",
        "context-1m-2025-08-07",
        "effort-2025-11-24",
        "interleaved-thinking-2025-05-14",
        "output-128k-2025-02-19",
        "token-efficient-tools-2025-02-19",
    )
)


class InputSchema(Struct):
    json: Any = None


class ToolSpec(Struct):
    name: str
    inputSchema: InputSchema  # noqa: N815  # the service's own names, here and below
    description: str | None = None
    strict: bool | None = None


class ToolName(Struct):
    name: str


class Offered(Struct):
    toolSpec: ToolSpec | None = None  # noqa: N815
    systemTool: dict[str, Any] | None = None  # noqa: N815
    cachePoint: CachePoint | None = None  # noqa: N815


class System(Struct):
    text: str | None = None
    guardContent: dict[str, Any] | None = None  # noqa: N815
    cachePoint: CachePoint | None = None  # noqa: N815


class Chosen(Struct):
    auto: dict[str, Any] | None = None
    any: dict[str, Any] | None = None
    tool: ToolName | None = None


class ToolConfig(Struct):
    tools: list[Offered]
    toolChoice: Chosen | None = None  # noqa: N815


class InferenceConfig(Struct):
    maxTokens: int | None = None  # noqa: N815
    temperature: float | None = None
    topP: float | None = None  # noqa: N815
    stopSequences: list[str] | None = None  # noqa: N815


class JsonSchema(Struct):
    schema: str
    name: str | None = None
    description: str | None = None


class Structure(Struct):
    jsonSchema: JsonSchema | None = None  # noqa: N815


class TextFormat(Struct):
    type: str
    structure: Structure


class OutputConfig(Struct):
    textFormat: TextFormat | None = None  # noqa: N815
    effort: str | None = None


class ServiceTier(Struct):
    type: str


class Body(Struct):
    messages: list[Message]
    system: list[System] | None = None
    inferenceConfig: InferenceConfig | None = None  # noqa: N815
    toolConfig: ToolConfig | None = None  # noqa: N815
    additionalModelRequestFields: dict[str, Any] | None = None  # noqa: N815
    additionalModelResponseFieldPaths: list[str] | None = None  # noqa: N815
    outputConfig: OutputConfig | None = None  # noqa: N815
    serviceTier: ServiceTier | None = None  # noqa: N815
    requestMetadata: dict[str, str] | None = None  # noqa: N815


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
    _check_messages(body, received.model)
    _check_account(body)
    choice, forced = _choice(body.toolConfig)
    additional = body.additionalModelRequestFields or {}
    _check_additional(additional, received.model)
    thinking = additional.get("thinking")
    return Ask(
        model=received.model,
        said=_said(body.messages),
        results=_results(body.messages),
        tools=_tools(body.toolConfig),
        choice=choice,
        forced=forced,
        parallel=not _one_call(body, additional, received.model),
        most=settings.maxTokens,
        stops=tuple(settings.stopSequences or ()),
        thinks=isinstance(thinking, dict) and thinking.get("type") in ("enabled", "adaptive"),
        schema=_schema(body.outputConfig),
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
    if "" in (settings.stopSequences or ()):
        raise bedrock.failed(
            "Value at 'inferenceConfig.stopSequences' failed to satisfy constraint: Member must have length greater than or equal to 1"
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
        check_one("Tool", f"toolConfig.tools.{place}", {name: getattr(tool, name) for name in tool.__struct_fields__})
        if tool.cachePoint is not None:
            check_point(bedrock.member(("toolConfig", "tools", place)), tool.cachePoint)
        where = bedrock.member(("toolConfig", "tools", place, "toolSpec"))
        if tool.toolSpec is not None and tool.toolSpec.description == "":
            raise bedrock.failed(
                f"Value at '{where}.description' failed to satisfy constraint: Member must have length greater than or equal to 1"
            )
        if tool.toolSpec is not None:
            check_pattern(f"{where}.name", tool.toolSpec.name, _NAME)
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


def _check_messages(body: Body, model: str) -> None:
    for place, block in enumerate(body.system or []):
        check_one(
            "SystemContentBlock", f"system.{place}", {name: getattr(block, name) for name in block.__struct_fields__}
        )
        if block.text is not None and not block.text.strip():
            raise invalid(
                f"The text field in the SystemContentBlock object at system.{place} is blank. Add text to the text field, and try again."
            )
        if block.cachePoint is not None:
            check_point(bedrock.member(("system", place)), block.cachePoint)
    for place, message in enumerate(body.messages):
        if message.role not in _ROLES:
            check_among(bedrock.member(("messages", place, "role")), message.role, _ROLES)
        content.check(place, message)
    content.check_names(body.messages)
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
    _check_last(body.messages[-1], model)


def _check_last(message: Message, model: str) -> None:
    """Only Claude goes on with what an assistant began."""
    if message.role != "assistant":
        return
    if "claude" not in model:
        raise invalid(
            "A conversation must end with a user message. Try again with a conversation that ends with a user message."
        )
    text = message.content[-1].text
    if text is not None and text != text.rstrip():
        raise invalid(
            "The model returned the following errors: messages: final assistant content cannot end with trailing whitespace"
        )


def _check_account(body: Body) -> None:
    if body.serviceTier is not None:
        check_among("serviceTier.type", body.serviceTier.type, _TIERS)
    metadata = body.requestMetadata
    if metadata is not None and not 1 <= len(metadata) <= 16:
        raise bedrock.failed(
            "Value at 'requestMetadata' failed to satisfy constraint: Member must have length between 1 and 16"
        )
    for key, value in (metadata or {}).items():
        if not re.fullmatch(_METADATA + "{1,256}", key) or not re.fullmatch(_METADATA + "{0,256}", value):
            constraint = f"[Member must satisfy regular expression pattern: {_METADATA}]"
            raise bedrock.failed(
                f"Value at 'requestMetadata' failed to satisfy constraint: Map must satisfy constraint: {constraint}"
            )


def _check_additional(additional: dict[str, Any], model: str) -> None:
    """Claude's own fields."""
    if "claude" not in model:
        return
    betas = additional.get("anthropic_beta", [])
    if not isinstance(betas, list) or not _BETAS.issuperset(map(str, betas)):
        raise invalid("The model returned the following errors: invalid beta flag")


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
    given = (config.toolChoice if config else None) or Chosen(auto={})
    check_one("ToolChoice", "toolConfig.toolChoice", {name: getattr(given, name) for name in given.__struct_fields__})
    if given.tool is not None:
        return "any", given.tool.name
    return ("any" if given.any is not None else "auto"), None


def _one_call(body: Body, additional: dict[str, Any], model: str) -> bool:
    """Claude's own words for a choice, in place of the service's. Raises Refused."""
    choice = additional.get("tool_choice") if "claude" in model else None
    if choice is None:
        return False
    if body.toolConfig is not None and body.toolConfig.toolChoice is not None:
        raise invalid("The additional field tool_choice conflicts with an existing field.")
    if not isinstance(choice, dict) or choice.get("type") not in ("auto", "any", "tool"):
        raise invalid("The model returned the following errors: tool_choice.type: Field required")
    return choice.get("disable_parallel_tool_use") is True


def _schema(config: OutputConfig | None) -> dict[str, Any] | None:
    """Here a schema is text. Raises Refused."""
    wanted = config.textFormat if config is not None else None
    if wanted is None:
        return None
    check_among("outputConfig.textFormat.type", wanted.type, ("json_schema",))
    try:
        schema = loads(wanted.structure.jsonSchema.schema.encode() if wanted.structure.jsonSchema is not None else b"")
    except NotJson:
        schema = None
    if not isinstance(schema, dict):
        raise invalid("The value at outputConfig.textFormat.structure.jsonSchema.schema is no JSON schema.")
    return schema


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
