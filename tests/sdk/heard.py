"""What an upstream was asked, read from the words of its API into words that no API has to itself.

Nothing of `planoai` is used, so that no mistake of ours is made twice.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]


class Said(NamedTuple):
    """`kind` and what its `value` is: text, thinking: the text; image: a URL, of data or of a place; file: its data; call: Called; result: Answered."""

    role: str
    kind: str
    value: Any


class Called(NamedTuple):
    id: str
    name: str
    arguments: Any


class Answered(NamedTuple):
    """`parts` are (kind, value) as in Said."""

    id: str
    parts: tuple[tuple[str, Any], ...]
    failed: bool


def conversation(api: str, body: Json) -> list[Said]:
    """All that was said, in order; system prompts have the role `system`, whatever the API calls it."""
    return list(_READERS[api](body))


def said(api: str, body: Json, kind: str) -> list[Any]:
    return [each.value for each in conversation(api, body) if each.kind == kind]


def system(api: str, body: Json) -> str:
    return "\n".join(each.value for each in conversation(api, body) if each.role == "system" and each.kind == "text")


def functions(api: str, body: Json) -> dict[str, Json]:
    """The tools that the client runs, in order: name -> schema."""
    match api:
        case "chat":
            return {each["function"]["name"]: each["function"].get("parameters") for each in body.get("tools", ())}
        case "messages":
            return {each["name"]: each["input_schema"] for each in body.get("tools", ()) if "input_schema" in each}
        case "responses":
            return {each["name"]: each["parameters"] for each in _flat(body.get("tools", ())) if "parameters" in each}
        case _:
            specs = [each.get("toolSpec") for each in body.get("toolConfig", {}).get("tools", ())]
            return {each["name"]: each["inputSchema"]["json"] for each in specs if each is not None}


def _flat(tools: list[Json]) -> Iterator[Json]:
    for tool in tools:
        yield from _flat(tool["tools"]) if tool["type"] == "namespace" else (tool,)


def choice(api: str, body: Json) -> str | None:
    """`auto`, `any`, `none`, or the name of the one tool that must be called."""
    match api, body.get("tool_choice"):
        case "chat" | "responses", str(word):
            return "any" if word == "required" else word
        case "chat", chosen if chosen is not None:
            return str(chosen["function"]["name"])
        case "responses", chosen if chosen is not None:
            return str(chosen["name"])
        case "messages", chosen if chosen is not None:
            return str(chosen.get("name", chosen["type"]))
        case "converse", _:
            chosen = body.get("toolConfig", {}).get("toolChoice") or {}
            return str(chosen["tool"]["name"]) if "tool" in chosen else next(iter(chosen), None)
        case _:
            return None


def limit(api: str, body: Json) -> int | None:
    """The most tokens that the answer may have."""
    found = body.get("inferenceConfig", {}).get("maxTokens") if api == "converse" else None
    names = ("max_completion_tokens", "max_tokens", "max_output_tokens")
    return found or next((body[name] for name in names if name in body), None)


def shape(api: str, body: Json) -> Json | None:
    """The JSON schema that the answer has to fit, where the API has a place for one."""
    found: Any
    match api:
        case "chat":
            found = body.get("response_format", {}).get("json_schema", {}).get("schema")
        case "messages":
            found = body.get("output_config", {}).get("format", {}).get("schema")
        case "responses":
            found = body.get("text", {}).get("format", {}).get("schema")
        case _:
            text = body.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema", {})
            found = json.loads(text["schema"]) if text else None
    return found  # type: ignore[no-any-return]


def user(api: str, body: Json) -> str | None:
    """Who the end user is."""
    return body.get("metadata", {}).get("user_id") if api == "messages" else body.get("user")


def _chat(body: Json) -> Iterator[Said]:
    for message in body["messages"]:
        role, content = message["role"], message.get("content")
        if role == "tool":
            yield Said(role, "result", Answered(message["tool_call_id"], _parts("chat", content), failed=False))
            continue
        spoken = "system" if role == "developer" else role
        yield from (Said(spoken, "thinking", text) for text in [message.get("reasoning_content")] if text)
        yield from (Said(spoken, *part) for part in _parts("chat", content))
        for call in message.get("tool_calls") or ():
            function = call["function"]
            yield Said(role, "call", Called(call["id"], function["name"], json.loads(function["arguments"])))


def _messages(body: Json) -> Iterator[Said]:
    yield from (Said("system", *part) for part in _parts("messages", body.get("system")))
    for message in body["messages"]:
        content = message["content"]
        blocks: list[Json] = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if block["type"] == "tool_use":
                yield Said(message["role"], "call", Called(block["id"], block["name"], block["input"]))
            elif block["type"] == "tool_result":
                parts = _parts("messages", block.get("content"))
                failed = block.get("is_error") is True
                yield Said("tool", "result", Answered(block["tool_use_id"], parts, failed))
            else:
                yield from (Said(message["role"], *part) for part in _parts("messages", [block]))


def _responses(body: Json) -> Iterator[Said]:
    if body.get("instructions"):
        yield Said("system", "text", body["instructions"])
    given = body["input"]
    items: list[Json] = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for item in items:
        match item.get("type", "message"):
            case "message":
                role = "system" if item["role"] == "developer" else item["role"]
                yield from (Said(role, *part) for part in _parts("responses", item["content"]))
            case "reasoning":
                yield Said("assistant", "thinking", "\n\n".join(each["text"] for each in item["summary"]))
            case "function_call":
                arguments = json.loads(item["arguments"])
                yield Said("assistant", "call", Called(item["call_id"], item["name"], arguments))
            case "function_call_output":
                parts = _parts("responses", item["output"])
                yield Said("tool", "result", Answered(item["call_id"], parts, failed=False))
            case other:
                raise AssertionError(f"an item of type {other}")


def _converse(body: Json) -> Iterator[Said]:
    yield from (Said("system", *part) for part in _parts("converse", body.get("system")))
    for message in body["messages"]:
        for block in message["content"]:
            if "toolUse" in block:
                use = block["toolUse"]
                yield Said(message["role"], "call", Called(use["toolUseId"], use["name"], use["input"]))
            elif "toolResult" in block:
                result = block["toolResult"]
                parts = _parts("converse", result["content"])
                yield Said("tool", "result", Answered(result["toolUseId"], parts, result.get("status") == "error"))
            else:
                yield from (Said(message["role"], *part) for part in _parts("converse", [block]))


_READERS = {"chat": _chat, "messages": _messages, "responses": _responses, "converse": _converse}


def _parts(api: str, content: str | list[Json] | None) -> tuple[tuple[str, Any], ...]:
    if isinstance(content, str):
        return (("text", content),)
    return tuple(found for part in content or () if (found := _part(api, part)) is not None)


def _part(api: str, part: Json) -> tuple[str, Any] | None:
    """None for what is no part of what was said: a mark for the cache."""
    kind = part["type"] if api != "converse" else next(iter(part))
    inner: Any = part.get(kind, part)
    match api, kind:
        case _, "text" | "input_text" | "output_text":
            return "text", part["text"]
        case "chat", "image_url":
            return "image", inner["url"]
        case "chat", "file":
            return "file", _data(inner["file_data"])
        case "responses", "input_image":
            return "image", part["image_url"]
        case "responses", "input_file":
            return "file", _data(part["file_data"])
        case "messages", "image":
            return "image", _url(part["source"])
        case "messages", "document":
            return "file", part["source"]["data"]
        case "messages", "thinking" | "redacted_thinking":
            return "thinking", part.get("thinking", "")
        case "converse", "image":
            return "image", f"data:image/{inner['format']};base64,{inner['source']['bytes']}"
        case "converse", "document":
            return "file", inner["source"].get("bytes") or inner["source"]["text"]
        case "converse", "reasoningContent":
            return "thinking", inner.get("reasoningText", {}).get("text", "")
        case "converse", "cachePoint":
            return None
        case _:
            raise AssertionError(f"a part of {api} of kind {kind}")


def _data(url: str) -> str:
    return url.partition("base64,")[2]


def _url(source: Mapping[str, str]) -> str:
    return source.get("url") or f"data:{source['media_type']};base64,{source['data']}"
