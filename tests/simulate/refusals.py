"""What each vendor says to each mistake: API, what is changed in its request, message, param, code."""

from typing import Any

REFUSED: list[tuple[str, dict[str, Any], str, str | None, str | None]] = [
    ("chat", {"model": ...}, "you must provide a model parameter", None, None),
    ("chat", {"messages": ...}, "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"),
    (
        "chat",
        {"messages": []},
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        "messages",
        "empty_array",
    ),
    (
        "chat",
        {"messages.0.content": 7},
        "Invalid type for 'messages[0].content': expected one of a string or an array, but got an integer instead.",
        "messages[0].content",
        "invalid_type",
    ),
    (
        "chat",
        {"messages.0.role": "robot"},
        (
            "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and "
            "'developer'."
        ),
        "messages[0].role",
        "invalid_value",
    ),
    (
        "chat",
        {"messages.2.tool_calls": ..., "messages.2.content": "Sure."},
        ("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."),
        "messages.[3].role",
        None,
    ),
    (
        "chat",
        {"messages.4.tool_call_id": "call_1"},
        "Invalid parameter: 'tool_call_id' of 'call_1' not found in 'tool_calls' of previous message.",
        "messages.[4].tool_call_id",
        None,
    ),
    (
        "chat",
        {"messages.4": ...},
        (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. The following tool_call_ids did not have response messages: call_2"
        ),
        "messages",
        None,
    ),
    (
        "chat",
        {"messages.1.content": None},
        "Invalid value for 'content': expected a string, got null.",
        "messages.[1].content",
        None,
    ),
    ("chat", {"top_k": 5}, "Unrecognized request argument supplied: top_k", None, None),
    ("chat", {"thinking": {}, "top_k": 5}, "Unrecognized request arguments supplied: thinking, top_k", None, None),
    (
        "chat",
        {"temperature": 3},
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
        "temperature",
        "decimal_above_max_value",
    ),
    (
        "chat",
        {"tools": ...},
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
        "tool_choice",
        None,
    ),
    (
        "chat",
        {"stream_options": {"include_usage": True}},
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        "stream_options",
        None,
    ),
    (
        "chat",
        {"messages.2.tool_calls.0.id": "c" * 41},
        (
            "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but "
            "got a string with length 41 instead."
        ),
        "messages[2].tool_calls[0].id",
        "string_above_max_length",
    ),
    (
        "chat",
        {"tools.0.function.name": "get weather"},
        (
            "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the "
            "pattern '^[a-zA-Z0-9_-]+$'."
        ),
        "tools[0].function.name",
        "invalid_value",
    ),
    ("messages", {"max_tokens": ...}, "max_tokens: Field required", None, None),
    ("messages", {"model": ...}, "model: Field required", None, None),
    ("messages", {"messages": ...}, "messages: Field required", None, None),
    ("messages", {"messages": []}, "messages: at least one message is required", None, None),
    ("messages", {"messages.0.content": 7}, "messages.0.content: Input should be a valid string", None, None),
    ("messages", {"frequency_penalty": 1}, "frequency_penalty: Extra inputs are not permitted", None, None),
    ("messages", {"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1", None, None),
    ("messages", {"messages.0.role": "robot"}, "messages.0.role: Input should be 'user' or 'assistant'", None, None),
    (
        "messages",
        {"messages.0.role": "system"},
        (
            'messages.0: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
            '"system" as an input message role.'
        ),
        None,
        None,
    ),
    (
        "messages",
        {"messages.0.content": [{"type": "text", "text": ""}]},
        "messages: text content blocks must be non-empty",
        None,
        None,
    ),
    (
        "messages",
        {"system": [{"type": "text", "text": ""}]},
        "system: text content blocks must be non-empty",
        None,
        None,
    ),
    (
        "messages",
        {"messages.0.content": " \n"},
        "messages: text content blocks must contain non-whitespace text",
        None,
        None,
    ),
    (
        "messages",
        {"messages.2.content.1.tool_use_id": "toolu_9"},
        (
            "messages.2.content.1: unexpected `tool_use_id` found in `tool_result` blocks: toolu_9. Each "
            "`tool_result` block must have a corresponding `tool_use` block in the previous message."
        ),
        None,
        None,
    ),
    (
        "messages",
        {"messages.2.content.1": ...},
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_2. Each "
            "`tool_use` block must have a corresponding `tool_result` block in the next message."
        ),
        None,
        None,
    ),
    (
        "messages",
        {"messages.1.content.0.signature": "made up"},
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        None,
        None,
    ),
    (
        "messages",
        {"messages.1.content.0.thinking": "something else"},
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        None,
        None,
    ),
    (
        "messages",
        {"thinking": {"type": "enabled", "budget_tokens": 100}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        None,
        None,
    ),
    ("messages", {"tools": ...}, "tool_choice may only be specified while providing tools.", None, None),
    ("messages", {"tools.1.name": "get_weather"}, "tools: Tool names must be unique.", None, None),
    ("responses", {"model": ...}, "Missing required parameter: 'model'.", "model", "missing_required_parameter"),
    (
        "responses",
        {"input": ...},
        "One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided.",
        None,
        "missing_required_parameter",
    ),
    ("responses", {"max_tokens": 5}, "Unknown parameter: 'max_tokens'.", "max_tokens", "unknown_parameter"),
    (
        "responses",
        {"input.0.role": "robot"},
        "Invalid value: 'robot'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
        "input[0].role",
        "invalid_value",
    ),
    (
        "responses",
        {"input.1": {"role": "assistant", "content": [{"type": "input_text", "text": "hm"}]}},
        "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
        "input[1].content[0]",
        "invalid_value",
    ),
    ("responses", {"input.1": ...}, "No tool call found for function call output with call_id call_1.", "input", None),
    ("responses", {"input.4": ...}, "No tool output found for function call call_2.", "input", None),
    (
        "responses",
        {"input.1.id": "call_1"},
        "Invalid 'input[1].id': 'call_1'. Expected an ID that begins with 'fc'.",
        "input[1].id",
        "invalid_value",
    ),
    (
        "responses",
        {"previous_response_id": "resp_1"},
        "Previous response with id 'resp_1' not found.",
        "previous_response_id",
        "previous_response_not_found",
    ),
    (
        "responses",
        {"max_output_tokens": 3},
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 3 instead.",
        "max_output_tokens",
        "integer_below_min_value",
    ),
    (
        "converse",
        {"messages": ...},
        "1 validation error detected: Value at 'messages' failed to satisfy constraint: Member must not be null",
        None,
        None,
    ),
    (
        "converse",
        {"messages": []},
        (
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.1.role": "user"},
        (
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
            "between user and assistant roles and try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.0.role": "system"},
        (
            "1 validation error detected: Value 'system' at 'messages.1.member.role' failed to satisfy constraint: "
            "Member must satisfy enum value set: [user, assistant]"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.0.content.0.text": " "},
        (
            "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, "
            "and try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.2.content.1": ...},
        "Expected toolResult blocks at messages.2.content for the following Ids: tooluse_2",
        None,
        None,
    ),
    (
        "converse",
        {"messages.1.content": [{"text": "Hm."}]},
        (
            "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous "
            "turn."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"toolConfig": ...},
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        None,
        None,
    ),
    (
        "converse",
        {"messages.1.content.0.toolUse.input": "{}"},
        (
            "The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the "
            "field and try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"toolConfig.tools.0.toolSpec.description": ""},
        (
            "1 validation error detected: Value at 'toolConfig.tools.1.member.toolSpec.description' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1"
        ),
        None,
        None,
    ),
    (
        "chat",
        {"messages.3.tool_call_id": ...},
        "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
        "messages[3].tool_call_id",
        None,
    ),
    (
        "chat",
        {"messages.3.content": None},
        "Invalid value for 'content': expected a string, got null.",
        "messages.[3].content",
        None,
    ),
    (
        "chat",
        {"messages.2.tool_calls": []},
        (
            "Invalid 'messages[2].tool_calls': empty array. Expected an array with minimum length 1, but got an empty "
            "array instead."
        ),
        "messages[2].tool_calls",
        "empty_array",
    ),
    (
        "chat",
        {"messages.2.tool_calls.0.function": ...},
        "Missing required parameter: 'messages[2].tool_calls[0].function'.",
        "messages[2].tool_calls[0].function",
        "missing_required_parameter",
    ),
    (
        "chat",
        {"messages.1.content": []},
        (
            "Invalid 'messages[1].content': empty array. Expected an array with minimum length 1, but got an empty "
            "array instead."
        ),
        "messages[1].content",
        "empty_array",
    ),
    (
        "chat",
        {"messages.1.content.0": {"type": "input_text", "text": "x"}},
        (
            "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', "
            "'audio', and 'file'."
        ),
        "messages[1].content[0].type",
        "invalid_value",
    ),
    (
        "chat",
        {"messages.1.content.0.text": ...},
        "Missing required parameter: 'messages[1].content[0].text'.",
        "messages[1].content[0].text",
        "missing_required_parameter",
    ),
    (
        "chat",
        {"max_tokens": 5, "max_completion_tokens": 5},
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        None,
        "invalid_parameter_combination",
    ),
    (
        "chat",
        {"stop": list("abcde")},
        (
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 "
            "instead."
        ),
        "stop",
        "array_above_max_length",
    ),
    (
        "chat",
        {"temperature": -1},
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
        "temperature",
        "decimal_below_min_value",
    ),
    (
        "chat",
        {"tools": [], "tool_choice": ...},
        "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        "tools",
        "empty_array",
    ),
    (
        "chat",
        {"tools": ..., "tool_choice": ..., "parallel_tool_calls": True},
        ("Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."),
        "parallel_tool_calls",
        None,
    ),
    (
        "chat",
        {"tools.0.type": "web_search"},
        "Invalid value: 'web_search'. Supported values are: 'function' and 'custom'.",
        "tools[0].type",
        "invalid_value",
    ),
    (
        "chat",
        {"tools.0.function": ...},
        "Missing required parameter: 'tools[0].function'.",
        "tools[0].function",
        "missing_required_parameter",
    ),
    (
        "chat",
        {"tools.0.function.name": "n" * 65},
        (
            "Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64, but got a "
            "string with length 65 instead."
        ),
        "tools[0].function.name",
        "string_above_max_length",
    ),
    (
        "chat",
        {"tool_choice": "any"},
        "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
        "tool_choice",
        "invalid_value",
    ),
    (
        "chat",
        {"tool_choice": {"type": "function", "function": {"name": "other"}}},
        "Tool choice 'other' not found in 'tools' parameter.",
        "tool_choice",
        None,
    ),
    ("messages", {"temperature": 2}, "temperature: Input should be less than or equal to 1", None, None),
    ("messages", {"top_p": -1}, "top_p: Input should be greater than or equal to 0", None, None),
    (
        "messages",
        {"stop_sequences": [" "]},
        "stop_sequences: each stop sequence must contain non-whitespace",
        None,
        None,
    ),
    (
        "messages",
        {"thinking": {"type": "on"}},
        (
            "thinking: Input tag 'on' found using 'type' does not match any of the expected tags: 'adaptive', "
            "'disabled', 'enabled'"
        ),
        None,
        None,
    ),
    ("messages", {"thinking": {"type": "enabled"}}, "thinking.enabled.budget_tokens: Field required", None, None),
    (
        "messages",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}, "tool_choice": {"type": "any"}},
        "Thinking may not be enabled when tool_choice forces tool use.",
        None,
        None,
    ),
    (
        "messages",
        {"tools.0.name": "get weather"},
        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        None,
        None,
    ),
    ("messages", {"tools.0.input_schema": ...}, "tools.0.custom.input_schema: Field required", None, None),
    (
        "messages",
        {"tools.0.input_schema.type": "array"},
        "tools.0.custom.input_schema.type: Input should be 'object'",
        None,
        None,
    ),
    (
        "messages",
        {"tool_choice": {"type": "required"}},
        (
            "tool_choice: Input tag 'required' found using 'type' does not match any of the expected tags: 'auto', "
            "'any', 'tool', 'none'"
        ),
        None,
        None,
    ),
    ("messages", {"tool_choice": {"type": "tool"}}, "tool_choice.tool.name: Field required", None, None),
    (
        "messages",
        {"tool_choice": {"type": "tool", "name": "other"}},
        "Tool 'other' not found in provided tools",
        None,
        None,
    ),
    ("messages", {"system": [{"type": "image"}]}, "system.0.type: Input should be 'text'", None, None),
    (
        "messages",
        {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        None,
        None,
    ),
    (
        "messages",
        {"messages.0.content": ""},
        "messages.0: all messages must have non-empty content except for the optional final assistant message",
        None,
        None,
    ),
    ("messages", {"messages.0.role": "assistant"}, 'messages: first message must use the "user" role', None, None),
    (
        "messages",
        {"messages.1.content.1.id": "a b"},
        "messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
        None,
        None,
    ),
    ("messages", {"messages.1.content.1.name": ...}, "messages.1.content.1.tool_use.name: Field required", None, None),
    (
        "messages",
        {"messages.1.content.1.input": "{}"},
        "messages.1.content.1.tool_use.input: Input should be a valid dictionary",
        None,
        None,
    ),
    (
        "messages",
        {"messages.1.content.0.signature": ...},
        "messages.1.content.0.thinking.signature: Field required",
        None,
        None,
    ),
    (
        "messages",
        {"messages.2.content.0.tool_use_id": ...},
        "messages.2.content.0.tool_result.tool_use_id: Field required",
        None,
        None,
    ),
    (
        "messages",
        {"messages.2.content.1.content": [{"type": "text", "text": ""}]},
        "messages: text content blocks must be non-empty",
        None,
        None,
    ),
    (
        "messages",
        {"messages.1.role": "user"},
        "messages.1.content.1: `tool_use` blocks can only be in `assistant` messages",
        None,
        None,
    ),
    (
        "messages",
        {"messages.2.role": "assistant"},
        "messages.2.content.0: `tool_result` blocks can only be in `user` messages",
        None,
        None,
    ),
    (
        "messages",
        {"messages.2": ...},
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1, toolu_2. "
            "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        ),
        None,
        None,
    ),
    (
        "messages",
        {
            "messages.2.content": [
                {"type": "text", "text": "Here:"},
                {"type": "tool_result", "tool_use_id": "toolu_1"},
                {"type": "tool_result", "tool_use_id": "toolu_2"},
            ]
        },
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1, toolu_2. "
            "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        ),
        None,
        None,
    ),
    (
        "messages",
        {"messages.3": {"role": "assistant", "content": "It is "}},
        "messages: final assistant content cannot end with trailing whitespace",
        None,
        None,
    ),
    (
        "responses",
        {"stream_options": {"include_obfuscation": False}},
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        "stream_options",
        None,
    ),
    (
        "responses",
        {"tools.0.name": ...},
        "Missing required parameter: 'tools[0].name'.",
        "tools[0].name",
        "missing_required_parameter",
    ),
    (
        "responses",
        {"tool_choice": "any"},
        "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
        "tool_choice",
        "invalid_value",
    ),
    (
        "responses",
        {"tool_choice": {"type": "function", "name": "other"}},
        "Tool choice 'function' not found in 'tools' parameter.",
        "tool_choice",
        None,
    ),
    (
        "responses",
        {"tools": ..., "tool_choice": "required"},
        "Tool choice 'required' must be specified with 'tools' parameter.",
        "tool_choice",
        None,
    ),
    (
        "responses",
        {"input.0.content": ...},
        "Missing required parameter: 'input[0].content'.",
        "input[0].content",
        "missing_required_parameter",
    ),
    (
        "responses",
        {"input.1.arguments": ...},
        "Missing required parameter: 'input[1].arguments'.",
        "input[1].arguments",
        "missing_required_parameter",
    ),
    (
        "responses",
        {"input.1.call_id": "c" * 65},
        (
            "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64, but got a string "
            "with length 65 instead."
        ),
        "input[1].call_id",
        "string_above_max_length",
    ),
    (
        "converse",
        {"inferenceConfig.maxTokens": 0},
        (
            "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"inferenceConfig.temperature": 1.5},
        (
            "1 validation error detected: Value '1.5' at 'inferenceConfig.temperature' failed to satisfy constraint: "
            "Member must have value less than or equal to 1"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"toolConfig.tools": []},
        (
            "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"toolConfig.tools.0.toolSpec.inputSchema.json": {}},
        "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
        None,
        None,
    ),
    (
        "converse",
        {"toolConfig.toolChoice": {"tool": {"name": "other"}}},
        "The tool name other in toolChoice was not found in the tools of toolConfig.",
        None,
        None,
    ),
    (
        "converse",
        {"messages.1.content.0.toolUse.toolUseId": "call 1"},
        (
            "1 validation error detected: Value 'call 1' at 'messages.2.member.content.1.member.toolUse.toolUseId' "
            "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.1.content.0.toolUse.toolUseId": "c" * 65},
        (
            "1 validation error detected: Value 'ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc' "
            "at 'messages.2.member.content.1.member.toolUse.toolUseId' failed to satisfy constraint: Member must have "
            "length less than or equal to 64"
        ),
        None,
        None,
    ),
    (
        "converse",
        {"system.0.text": ""},
        (
            "The text field in the SystemContentBlock object at system.0 is blank. Add text to the text field, and "
            "try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.0.content": []},
        (
            "The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content "
            "field and try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.2.content.0.toolResult.content.0.text": ""},
        (
            "The text field in the ToolResultContentBlock object at messages.2.content.0.toolResult.content is blank. "
            "Add text to the text field, and try again."
        ),
        None,
        None,
    ),
    (
        "converse",
        {"messages.2": ...},
        "Expected toolResult blocks at messages.2.content for the following Ids: tooluse_1, tooluse_2",
        None,
        None,
    ),
    ("converse", {"messages.0.content.0.text": 5}, "NUMBER_VALUE can not be converted to a String", None, None),
    (
        "messages",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}, "messages.1.content.0": ...},
        (
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is "
            "enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` "
            "and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this "
            "requirement, disable `thinking`. Please consult our documentation at "
            "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        ),
        None,
        None,
    ),
]
