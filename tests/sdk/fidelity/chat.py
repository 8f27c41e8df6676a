"""What a Chat client can ask for."""

from tests.sdk.fidelity.probe import Json, Probe

SCHEMA: Json = {"type": "object", "properties": {"my_city": {"type": "string"}}, "required": ["my_city"]}
FUNCTION: Json = {"name": "my_tool", "description": "my words", "parameters": SCHEMA}
TOOL: Json = {"type": "function", "function": FUNCTION}
OTHER: Json = {"type": "function", "function": {"name": "my_other", "parameters": SCHEMA}}
CUSTOM: Json = {"type": "custom", "custom": {"name": "my_patch", "description": "my words"}}
GRAMMAR: Json = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "my+"}}
TEXT: Json = {"type": "text", "text": "Hello"}
PICTURE = "data:image/png;base64,bXktcGljdHVyZQ=="
MARK: Json = {"type": "ephemeral", "ttl": "1h"}
TOOLS: Json = {"tools": [TOOL, OTHER]}


def _user(*parts: Json) -> Json:
    return {"messages": [{"role": "user", "content": [TEXT, *parts]}]}


def _part(field: str, part: Json) -> Probe:
    return Probe(field, _user(part), _user())


def _answered(**fields: object) -> Json:
    """A conversation in which the assistant has said something."""
    said = {"role": "assistant", "content": "Hm.", **fields}
    return {"messages": [{"role": "user", "content": "Hello"}, said, {"role": "user", "content": "And now?"}]}


def _assistant(field: str, **fields: object) -> Probe:
    return Probe(field, _answered(**fields), _answered())


def _called(call: Json, result: object = "my result", role: str = "tool", **more: object) -> Json:
    told = {"role": role, "tool_call_id": call.get("id"), "content": result, **more}
    assistant = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [{"role": "user", "content": "Hello"}, assistant, told], "tools": [TOOL, CUSTOM]}


_CALL: Json = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "my_tool", "arguments": '{"my_city":"my town"}'},
}
_CUSTOM_CALL: Json = {"id": "call_1", "type": "custom", "custom": {"name": "my_patch", "input": "my patch"}}
_PLAIN_CALL: Json = {"id": "call_1", "type": "function", "function": {"name": "my_tool", "arguments": "{}"}}


def _sampling() -> list[Probe]:
    return [
        Probe("max_completion_tokens", {"max_completion_tokens": 77}),
        Probe("max_tokens", {"max_tokens": 77}),
        Probe("temperature", {"temperature": 0.37}),
        Probe("temperature, to a model that thinks", {"temperature": 0.37}, thinks=True),
        Probe("temperature above 1", {"temperature": 1.7}),
        Probe("top_p", {"top_p": 0.61}),
        Probe("top_k", {"top_k": 17}),
        Probe("stop", {"stop": ["my stop"]}),
        Probe("stop, five of them", {"stop": [f"my {each}" for each in range(5)]}, {"stop": ["my 0"]}),
        Probe("seed", {"seed": 7}),
        Probe("frequency_penalty", {"frequency_penalty": 0.3}),
        Probe("presence_penalty", {"presence_penalty": 0.4}),
        Probe("n", {"n": 2}),
        Probe("logit_bias", {"logit_bias": {"50256": -100}}),
        Probe("logprobs, top_logprobs", {"logprobs": True, "top_logprobs": 3}),
        Probe("stream", {"stream": True}),
        Probe(
            "stream_options.include_usage",
            {"stream": True, "stream_options": {"include_usage": True}},
            {"stream": True},
        ),
        Probe("modalities, audio", {"modalities": ["text", "audio"], "audio": {"voice": "my voice", "format": "wav"}}),
        Probe("prediction", {"prediction": {"type": "content", "content": "my guess"}}),
    ]


def _tools() -> list[Probe]:
    strict = {"type": "function", "function": FUNCTION | {"strict": True}}
    named = {"type": "function", "function": {"name": "my_tool"}}
    allowed = {"mode": "required", "tools": [named, {"type": "custom", "custom": {"name": "my_patch"}}]}
    formatted = {"type": "custom", "custom": CUSTOM["custom"] | {"format": GRAMMAR}}
    place = {"city": "my town", "country": "DE", "region": "my land", "timezone": "Europe/Berlin"}
    search = {"type": "approximate", "approximate": place}
    return [
        Probe("tools[].function", {"tools": [TOOL]}),
        Probe("tools[].function.strict", {"tools": [strict]}, {"tools": [TOOL]}),
        Probe("tools[].custom", {"tools": [CUSTOM]}),
        Probe("tools[].custom.format", {"tools": [formatted]}, {"tools": [CUSTOM]}),
        Probe("tools[].cache_control", {"tools": [TOOL | {"cache_control": MARK}]}, {"tools": [TOOL]}),
        Probe("functions", {"functions": [FUNCTION | {"strict": True}]}),
        Probe("tool_choice: required", TOOLS | {"tool_choice": "required"}, TOOLS),
        Probe("tool_choice: none", TOOLS | {"tool_choice": "none"}, TOOLS),
        Probe("tool_choice: function", TOOLS | {"tool_choice": named}, TOOLS),
        Probe(
            "tool_choice: custom",
            {"tools": [CUSTOM], "tool_choice": {"type": "custom", "custom": {"name": "my_patch"}}},
            {"tools": [CUSTOM]},
        ),
        Probe(
            "tool_choice: allowed_tools",
            {"tools": [TOOL, OTHER, CUSTOM], "tool_choice": {"type": "allowed_tools", "allowed_tools": allowed}},
            {"tools": [TOOL, OTHER, CUSTOM]},
        ),
        Probe(
            "function_call: name",
            {"functions": [FUNCTION], "function_call": {"name": "my_tool"}},
            {"functions": [FUNCTION]},
        ),
        Probe("parallel_tool_calls", TOOLS | {"parallel_tool_calls": False}, TOOLS),
        Probe("web_search_options", {"web_search_options": {"search_context_size": "high", "user_location": search}}),
    ]


def _answer() -> list[Probe]:
    shape = SCHEMA | {"additionalProperties": False}
    schema: Json = {"name": "my_answer", "schema": shape, "strict": True, "description": "my words"}
    return [
        Probe("reasoning_effort", {"reasoning_effort": "low"}, thinks=True),
        Probe("reasoning_effort: none", {"reasoning_effort": "none"}, {"reasoning_effort": "low"}, thinks=True),
        Probe("thinking", {"thinking": {"type": "enabled", "budget_tokens": 2048}}, thinks=True),
        Probe("response_format: json_object", {"response_format": {"type": "json_object"}}),
        Probe("response_format: json_schema", {"response_format": {"type": "json_schema", "json_schema": schema}}),
        Probe("verbosity", {"verbosity": "low"}, thinks=True),
    ]


def _account() -> list[Probe]:
    return [
        Probe("user", {"user": "my user"}),
        Probe("metadata", {"metadata": {"project": "my project"}}),
        Probe("service_tier", {"service_tier": "flex"}),
        Probe("store", {"store": True}),
        Probe("prompt_cache_key", {"prompt_cache_key": "my key"}),
        Probe("prompt_cache_retention", {"prompt_cache_retention": "24h"}),
        Probe("safety_identifier", {"safety_identifier": "my id"}),
        Probe("a field nobody knows", {"x_new": {"deep": "my value"}}),
    ]


def _content() -> list[Probe]:
    file = {"filename": "my plan", "file_data": "data:application/pdf;base64,bXktcGxhbg=="}
    marked = {"messages": [{"role": "user", "content": "Hello", "cache_control": MARK}]}
    hello: Json = {"messages": [{"role": "user", "content": "Hello"}]}
    return [
        Probe("messages[] system", {"messages": [{"role": "system", "content": "my rule"}, *hello["messages"]]}),
        Probe("messages[] developer", {"messages": [{"role": "developer", "content": "my rule"}, *hello["messages"]]}),
        Probe(
            "messages[] system, later",
            {"messages": [*hello["messages"], {"role": "system", "content": "my rule"}, *hello["messages"]]},
            {"messages": hello["messages"] * 2},
        ),
        Probe("messages[].name", {"messages": [{"role": "user", "content": "Hello", "name": "my_name"}]}),
        _part("messages[].content[] text", {"type": "text", "text": "my words"}),
        _part("messages[].content[] image", {"type": "image_url", "image_url": {"url": PICTURE}}),
        Probe(
            "messages[].content[] image, detail",
            _user({"type": "image_url", "image_url": {"url": PICTURE, "detail": "low"}}),
            _user({"type": "image_url", "image_url": {"url": PICTURE}}),
        ),
        _part("messages[].content[] image, a link", {"type": "image_url", "image_url": {"url": "https://x.y/my.png"}}),
        _part("messages[].content[] audio", {"type": "input_audio", "input_audio": {"data": "bXk=", "format": "mp3"}}),
        _part("messages[].content[] file", {"type": "file", "file": file}),
        _part("messages[].content[] file, an id", {"type": "file", "file": {"file_id": "my-file"}}),
        Probe(
            "messages[].content[] cache_control",
            {"messages": [{"role": "user", "content": [TEXT | {"cache_control": MARK}]}]},
            _user(),
        ),
        Probe("messages[].cache_control", marked),
    ]


def _history() -> list[Probe]:
    source = {"url": "https://x.y/my", "title": "my title", "start_index": 0, "end_index": 2}
    signed = {"type": "thinking", "thinking": "my thought", "signature": "my-proof"}
    with_extra = _CALL | {"extra_content": {"google": {"thought_signature": "my-proof"}}}
    legacy = {"name": "my_tool", "arguments": '{"my_city":"my town"}'}
    result = _called(_PLAIN_CALL, [{"type": "text", "text": "my result"}])
    empty = _called(_PLAIN_CALL, "")
    return [
        _assistant("assistant: content", content="my answer"),
        _assistant("assistant: refusal", content=None, refusal="my refusal"),
        _assistant("assistant: content[] refusal", content=[{"type": "refusal", "refusal": "my refusal"}]),
        _assistant("assistant: reasoning_content", reasoning_content="my thought"),
        _assistant("assistant: reasoning", reasoning="my thought"),
        _assistant(
            "assistant: content[] thinking",
            content=[{"type": "thinking", "thinking": [{"type": "text", "text": "my thought"}]}],
        ),
        _assistant("assistant: thinking_blocks, unmarked", thinking_blocks=[signed]),
        _assistant(
            "assistant: thinking_blocks, redacted", thinking_blocks=[{"type": "redacted_thinking", "data": "my"}]
        ),
        Probe(
            "assistant: annotations",
            _answered(annotations=[{"type": "url_citation", "url_citation": source}]),
            _answered(),
            called="messages[1].content.citations",  # they are those of its text
        ),
        Probe("assistant: tool_calls[] function", _called(_CALL), _called(_PLAIN_CALL)),
        Probe("assistant: tool_calls[] custom", _called(_CUSTOM_CALL), _called(_PLAIN_CALL)),
        Probe("assistant: tool_calls[] extra_content", _called(with_extra), _called(_CALL)),
        Probe(
            "assistant: function_call",
            {
                "messages": [
                    {"role": "user", "content": "Hello"},
                    {"role": "assistant", "content": None, "function_call": legacy},
                    {"role": "function", "name": "my_tool", "content": "my result"},
                ],
                "functions": [FUNCTION],
            },
            {"messages": [{"role": "user", "content": "Hello"}], "functions": [FUNCTION]},
        ),
        Probe("tool: content", _called(_PLAIN_CALL), empty),
        Probe("tool: content[] text", result, empty),
    ]


PROBES = (*_sampling(), *_tools(), *_answer(), *_account(), *_content(), *_history())
