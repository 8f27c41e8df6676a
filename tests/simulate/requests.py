"""One conversation in each API: a question, two tool calls, their results. Tests change it in places."""

from copy import deepcopy
from typing import Any

from planoai.simulate.ids import signature

Json = dict[str, Any]

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
TIME = {"type": "object", "properties": {"zone": {"type": "string", "enum": ["UTC", "CET"]}}}
SCHEMAS = {"get_weather": WEATHER, "get_time": TIME}


def changed(body: Json, changes: dict[str, Any]) -> Json:
    """A copy of `body` with the value at each dotted path replaced, appended, or removed where it is `...`."""
    body = deepcopy(body)
    for path, value in changes.items():
        *steps, last = path.split(".")
        target: Any = body
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if isinstance(target, list) and int(last) == len(target):
            target.append(value)
        elif value is ...:
            del target[int(last) if isinstance(target, list) else last]
        else:
            target[int(last) if isinstance(target, list) else last] = value
    return body


CHAT_TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": schema}} for name, schema in SCHEMAS.items()
]
MESSAGES_TOOLS = [{"name": name, "input_schema": schema} for name, schema in SCHEMAS.items()]
RESPONSES_TOOLS = [
    {"type": "function", "name": name, "strict": False, "parameters": schema} for name, schema in SCHEMAS.items()
]
CONVERSE_TOOLS = [
    {"toolSpec": {"name": name, "description": name, "inputSchema": {"json": schema}}}
    for name, schema in SCHEMAS.items()
]

CHAT_BODY: Json = {
    "model": "gpt-5",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is the weather?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'},
                },
                {"id": "call_2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "noon"}]},
    ],
    "tools": CHAT_TOOLS,
    "tool_choice": "auto",
}

MESSAGES_BODY: Json = {
    "model": "claude-simulated",
    "max_tokens": 4096,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "What is the weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I should ask.", "signature": signature("I should ask.")},
                {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}},
                {"type": "tool_use", "id": "toolu_2", "name": "get_time", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"},
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": [{"type": "text", "text": "noon"}]},
            ],
        },
    ],
    "tools": MESSAGES_TOOLS,
    "tool_choice": {"type": "auto"},
}

RESPONSES_BODY: Json = {
    "model": "gpt-5",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "What is the weather?"}]},
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "get_weather",
            "arguments": '{"city":"Paris"}',
        },
        {"type": "function_call", "id": "fc_2", "call_id": "call_2", "name": "get_time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
        {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "noon"}]},
    ],
    "tools": RESPONSES_TOOLS,
    "tool_choice": "auto",
}

CONVERSE_BODY: Json = {
    "system": [{"text": "Be brief."}],
    "messages": [
        {"role": "user", "content": [{"text": "What is the weather?"}]},
        {
            "role": "assistant",
            "content": [
                {"toolUse": {"toolUseId": "tooluse_1", "name": "get_weather", "input": {"city": "Paris"}}},
                {"toolUse": {"toolUseId": "tooluse_2", "name": "get_time", "input": {}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "sunny"}]}},
                {"toolResult": {"toolUseId": "tooluse_2", "content": [{"text": "noon"}]}},
            ],
        },
    ],
    "toolConfig": {"tools": CONVERSE_TOOLS, "toolChoice": {"auto": {}}},
    "inferenceConfig": {"maxTokens": 4096},
}
