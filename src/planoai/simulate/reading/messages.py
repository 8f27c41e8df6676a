"""A Messages request, or one to count its tokens, checked as Anthropic checks it. Source: https://docs.anthropic.com/en/api/messages."""

import re
from typing import Any

from msgspec import Struct

from planoai.simulate.ask import Ask, Choice, Result, Tool
from planoai.simulate.problem import invalid
from planoai.simulate.reading.received import Received
from planoai.simulate.reading.turns import Block, Message, check_thought_kept, check_turns
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import anthropic

# Those that beta versions of the API take are among them.
_PARAMETERS = """
    cache_control compaction container context_management diagnostics fallback_credit_token fallbacks inference_geo
    max_tokens mcp_servers messages metadata model output_config output_format service_tier speed stop_sequences stream
    system temperature thinking thread tool_choice tools top_k top_p user_profile_id workspace_id
"""
PARAMETERS = frozenset(_PARAMETERS.split())
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")


class Offered(Struct):
    """A tool with an `input_schema` is the client's; those of other types run on the server."""

    name: str = ""
    type: str | None = None
    input_schema: dict[str, Any] | None = None
    cache_control: dict[str, Any] | None = None


class ToolChoice(Struct):
    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(Struct):
    type: str
    budget_tokens: int | None = None


class OutputFormat(Struct):
    type: str
    schema: dict[str, Any] | None = None


class OutputConfig(Struct):
    format: OutputFormat | None = None


class Body(Struct):
    model: str
    messages: list[Message]
    max_tokens: int | None = None
    system: str | list[Block] | None = None
    stream: bool | None = None
    tools: list[Offered] | None = None
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    stop_sequences: list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    output_config: OutputConfig | None = None
    output_format: OutputFormat | None = None


def read(received: Received) -> Ask:
    """Raises Refused."""
    return _read(received, counting=False)


def read_count(received: Received) -> Ask:
    """The same for `count_tokens`, which takes no `max_tokens`. Raises Refused."""
    return _read(received, counting=True)


def _read(received: Received, *, counting: bool) -> Ask:
    raw = anthropic.parsed(received.body)
    if "anthropic-version" not in received.headers:
        raise invalid("anthropic-version: header is required")
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise anthropic.misshapen(found) from None
    if body.max_tokens is None and not counting:
        raise anthropic.misshapen(Misshapen(("max_tokens",), missing=True))
    if not received.lenient:
        anthropic.known_only(raw, PARAMETERS)
    _check_parameters(body)
    _check_thinking(body)
    _check_tools(body)
    _check_system(body)
    check_turns(body.messages, mid_system="mid-conversation-system" in received.headers.get("anthropic-beta", ""))
    if body.thinking is not None and body.thinking.type == "enabled":
        check_thought_kept(body.messages)
    choice, forced = _choice(body)
    return Ask(
        model=body.model,
        said=_said(body.messages),
        results=_results(body.messages),
        tools=tuple(Tool(tool.name, tool.input_schema) for tool in body.tools or [] if tool.input_schema is not None),
        choice=choice,
        forced=forced,
        parallel=not (body.tool_choice and body.tool_choice.disable_parallel_tool_use),
        most=body.max_tokens,
        stops=tuple(body.stop_sequences or ()),
        thinks=body.thinking is not None and body.thinking.type == "enabled",
        schema=_schema(body),
        characters=characters([raw["messages"], raw.get("system"), raw.get("tools")]),
        stream=bool(body.stream),
        wants=frozenset({"context_management"} if "context_management" in raw else ()),
    )


def _check_parameters(body: Body) -> None:
    if body.max_tokens is not None and body.max_tokens < 1:
        raise invalid("max_tokens: Input should be greater than or equal to 1")
    for name, value in (("temperature", body.temperature), ("top_p", body.top_p)):
        if value is not None and value > 1:
            raise invalid(f"{name}: Input should be less than or equal to 1")
        if value is not None and value < 0:
            raise invalid(f"{name}: Input should be greater than or equal to 0")
    if any(not stop.strip() for stop in body.stop_sequences or ()):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_thinking(body: Body) -> None:
    thinking = body.thinking
    if thinking is None:
        return
    if thinking.type not in ("enabled", "disabled", "adaptive", "between_tools"):
        raise invalid(
            f"thinking: Input tag '{thinking.type}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'"
        )
    if thinking.type != "enabled":
        return
    if thinking.budget_tokens is None:
        raise invalid("thinking.enabled.budget_tokens: Field required")
    if thinking.budget_tokens < 1024:
        raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if body.max_tokens is not None and body.max_tokens <= thinking.budget_tokens:
        raise invalid(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size"
        )
    if body.temperature not in (None, 1):
        raise invalid(
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking"
        )
    if body.tool_choice is not None and body.tool_choice.type in ("any", "tool"):
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")


def _check_tools(body: Body) -> None:
    names = [tool.name for tool in body.tools or []]
    for place, tool in enumerate(body.tools or []):
        if tool.type in (None, "custom"):
            if not _NAME.fullmatch(tool.name):
                raise invalid(f"tools.{place}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
            if tool.input_schema is None:
                raise invalid(f"tools.{place}.custom.input_schema: Field required")
            if tool.input_schema.get("type") != "object":
                raise invalid(f"tools.{place}.custom.input_schema.type: Input should be 'object'")
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    choice = body.tool_choice
    if choice is None:
        return
    if choice.type not in ("auto", "any", "none", "tool"):
        raise invalid(
            f"tool_choice: Input tag '{choice.type}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'"
        )
    if not body.tools:
        raise invalid("tool_choice may only be specified while providing tools.")
    if choice.type == "tool" and choice.name is None:
        raise invalid("tool_choice.tool.name: Field required")
    if choice.type == "tool" and choice.name not in names:
        raise invalid(f"Tool '{choice.name}' not found in provided tools")


def _check_system(body: Body) -> None:
    blocks = body.system if isinstance(body.system, list) else []
    for place, block in enumerate(blocks):
        if block.type != "text":
            raise invalid(f"system.{place}.type: Input should be 'text'")
        if not block.text:
            raise invalid("system: text content blocks must be non-empty")
    marks = sum(block.cache_control is not None for block in blocks) + sum(
        tool.cache_control is not None for tool in body.tools or []
    )
    for message in body.messages:
        if isinstance(message.content, list):
            marks += sum(block.cache_control is not None for block in message.content)
    if marks > 4:
        raise invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {marks}.")


def _choice(body: Body) -> tuple[Choice, str | None]:
    match body.tool_choice:
        case ToolChoice(type="tool", name=name):
            return "any", name
        case ToolChoice(type="any"):
            return "any", None
        case ToolChoice(type="none"):
            return "none", None
        case _:
            return "auto", None


def _said(messages: list[Message]) -> str:
    texts = (
        "\n".join(block.text or "" for block in message.blocks if block.type == "text")
        for message in reversed(messages)
        if message.role == "user"
    )
    return next((text for text in texts if text), "")


def _results(messages: list[Message]) -> tuple[Result, ...]:
    """The tool results of the last message, with the names of the calls they answer."""
    names = {
        block.id: block.name or "tool" for message in messages for block in message.blocks if block.type == "tool_use"
    }
    last = next((message for message in reversed(messages) if message.role != "system"), messages[-1])
    return tuple(
        Result(names.get(block.tool_use_id, "tool"), block.inner_text)
        for block in last.blocks
        if block.type == "tool_result"
    )


def _schema(body: Body) -> dict[str, Any] | None:
    form = (body.output_config.format if body.output_config else None) or body.output_format
    return form.schema if form is not None and form.type == "json_schema" else None
