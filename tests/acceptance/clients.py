"""One conversation as a client of each API sends it, and by hand what it shows."""

from collections.abc import Mapping
from typing import Any

PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}

ASKED = "Show me the weather in Oslo"
TOLD = "invalid json"
ANSWERED = "Which one?"
LAST = "No, I meant my recent orders"
TOOLS = ("get_weather", "get_orders")

_ARGUMENTS = '{"city":"Oslo"}'
_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
_CALL = {"id": "call_0", "type": "function", "function": {"name": "get_weather", "arguments": _ARGUMENTS}}


def body(client: str, model: str, *, streaming: bool) -> dict[str, Any]:
    """The user asks, a tool fails, the model asks back, and the user corrects it."""
    common = {"model": model, "temperature": 0.5, "stream": streaming}
    match client:
        case "chat":
            function = [
                {"type": "function", "function": {"name": name, "description": "It gets it.", "parameters": _SCHEMA}}
                for name in TOOLS
            ]
            return {
                **common,
                "max_tokens": 50,
                "tools": function,
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": ASKED},
                    {"role": "assistant", "content": None, "tool_calls": [_CALL]},
                    {"role": "tool", "tool_call_id": "call_0", "content": TOLD},
                    {"role": "assistant", "content": ANSWERED},
                    {"role": "user", "content": LAST},
                ],
            }
        case "messages":
            return {
                **common,
                "max_tokens": 50,
                "system": "Be brief.",
                "tools": [{"name": name, "description": "It gets it.", "input_schema": _SCHEMA} for name in TOOLS],
                "messages": [
                    {"role": "user", "content": ASKED},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "tool_use", "id": "call_0", "name": "get_weather", "input": {"city": "Oslo"}}
                        ],
                    },
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_0", "content": TOLD}]},
                    {"role": "assistant", "content": ANSWERED},
                    {"role": "user", "content": LAST},
                ],
            }
        case _:
            return {
                **common,
                "max_output_tokens": 50,
                "store": False,
                "instructions": "Be brief.",
                "tools": [
                    {
                        "type": "function",
                        "name": name,
                        "description": "It gets it.",
                        "parameters": _SCHEMA,
                        "strict": False,
                    }
                    for name in TOOLS
                ],
                "input": [
                    {"role": "user", "content": ASKED},
                    {"type": "function_call", "call_id": "call_0", "name": "get_weather", "arguments": _ARGUMENTS},
                    {"type": "function_call_output", "call_id": "call_0", "output": TOLD},
                    {"role": "assistant", "content": ANSWERED},
                    {"role": "user", "content": LAST},
                ],
            }


# One correction in two turns: 50 - 15 (misaligned in more than three of ten) - 8 (a failure) - 3 (exhaustion) = 24, and below 25 is severe.
SIGNALS: Mapping[str, object] = {
    "signals.quality": "severe",
    "signals.quality_score": 24.0,
    "signals.turn_count": 2,
    "signals.efficiency_score": 1.0,
    "signals.interaction.misalignment.count": 1,
    "signals.interaction.misalignment.severity": 1,
    "signals.execution.failure.count": 1,
    "signals.execution.failure.severity": 1,
    "signals.environment.exhaustion.count": 1,
    "signals.environment.exhaustion.severity": 1,
    "signals.follow_up.repair.count": 1,
    "signals.follow_up.repair.ratio": "0.500",
}

# Name, row, words. The rows: what was asked, the call, what it gave, the question, the correction.
EVENTS = (
    ("signal.interaction.misalignment.correction", 4, "no, i meant"),
    ("signal.execution.failure.invalid_args", 2, "invalid json"),
    ("signal.environment.exhaustion.malformed_response", 2, "invalid json"),
)
