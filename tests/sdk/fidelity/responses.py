"""What a Responses client can ask for."""

from tests.sdk.fidelity.probe import Json, Probe

SCHEMA: Json = {
    "type": "object",
    "properties": {"my_city": {"type": "string"}},
    "required": ["my_city"],
    "additionalProperties": False,
}
TOOL: Json = {"type": "function", "name": "my_tool", "description": "my words", "parameters": SCHEMA, "strict": False}
OTHER: Json = {"type": "function", "name": "my_other", "parameters": SCHEMA, "strict": False}
CUSTOM: Json = {"type": "custom", "name": "my_patch", "description": "my words"}
TOOLS: Json = {"tools": [TOOL, OTHER]}
TEXT: Json = {"type": "input_text", "text": "Hello"}
HELLO: Json = {"role": "user", "content": "Hello"}
PICTURE = "data:image/png;base64,bXktcGljdHVyZQ=="
PLAN = "data:application/pdf;base64,bXktcGxhbg=="
_FUNCTION = {"type": "function", "name": "my_tool"}


def _user(*parts: Json) -> Json:
    return {"input": [{"role": "user", "content": [TEXT, *parts]}]}


def _part(field: str, part: Json) -> Probe:
    return Probe(f"input[].content[] {field}", _user(part), _user())


def _history(*items: Json) -> Json:
    return {"input": [HELLO, *items, {"role": "user", "content": "And now?"}]}


def _item(field: str, *items: Json) -> Probe:
    """An item of the conversation so far, with an answer of the assistant after it."""
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hm."}]}
    return Probe(f"input[] {field}", _history(*items, said), _history(said))


def _called(call: Json, output: object = "my result", **more: object) -> Json:
    told = {"type": f"{call['type']}_output", "call_id": "call_1", "output": output}
    return {"input": [HELLO, call | {"call_id": "call_1"} | more, told], "tools": [TOOL, CUSTOM]}


_CALL: Json = {"type": "function_call", "name": "my_tool", "arguments": "{}"}


def _sampling() -> list[Probe]:
    return [
        Probe("max_output_tokens", {"max_output_tokens": 77}),
        Probe("max_output_tokens, very few", {"max_output_tokens": 5}),
        Probe("temperature", {"temperature": 0.37}),
        Probe("temperature, to a model that thinks", {"temperature": 0.37}, thinks=True),
        Probe("temperature above 1", {"temperature": 1.7}),
        Probe("top_p", {"top_p": 0.61}),
        Probe("top_logprobs", {"top_logprobs": 3}),
        Probe("stream", {"stream": True}),
        Probe(
            "stream_options.include_obfuscation",
            {"stream": True, "stream_options": {"include_obfuscation": True}},
            {"stream": True},
        ),
        Probe("reasoning.effort", {"reasoning": {"effort": "low"}}, thinks=True),
        Probe(
            "reasoning.effort: none", {"reasoning": {"effort": "none"}}, {"reasoning": {"effort": "low"}}, thinks=True
        ),
        Probe("reasoning.summary", {"reasoning": {"summary": "detailed"}}, thinks=True),
        Probe("text.format: json_object", {"text": {"format": {"type": "json_object"}}}),
        Probe("text.format: json_schema", {"text": {"format": _format()}}),
        Probe("text.verbosity", {"text": {"verbosity": "low"}}, thinks=True),
        Probe("max_tool_calls", {"max_tool_calls": 3}),
        Probe("truncation", {"truncation": "auto"}),
        Probe("background", {"background": True}),
        Probe("conversation", {"conversation": "conv_my"}),
        Probe("prompt", {"prompt": {"id": "pmpt_my"}}),
        Probe("previous_response_id", {"previous_response_id": "resp_my"}),
        Probe("include: reasoning.encrypted_content", {"include": ["reasoning.encrypted_content"]}, thinks=True),
        Probe("include: message.output_text.logprobs", {"include": ["message.output_text.logprobs"]}),
        Probe("user", {"user": "my user"}),
        Probe("metadata", {"metadata": {"project": "my project"}}),
        Probe("service_tier", {"service_tier": "flex"}),
        Probe("store", {"store": True}),
        Probe("prompt_cache_key", {"prompt_cache_key": "my key"}),
        Probe("prompt_cache_retention", {"prompt_cache_retention": "24h"}),
        Probe("safety_identifier", {"safety_identifier": "my id"}),
        Probe("a field nobody knows", {"x_new": {"deep": "my value"}}),
    ]


def _format() -> Json:
    told = {"name": "my_answer", "description": "my words", "strict": True}
    return {"type": "json_schema", "schema": SCHEMA, **told}


def _tools() -> list[Probe]:
    place = {
        "type": "approximate",
        "city": "my town",
        "country": "DE",
        "region": "my land",
        "timezone": "Europe/Berlin",
    }
    search: Json = {"type": "web_search"}
    group: Json = {"type": "namespace", "name": "my_group", "description": "my words", "tools": [OTHER]}
    allowed: Json = {"type": "allowed_tools", "mode": "required", "tools": [_FUNCTION]}
    grammar: Json = {"type": "grammar", "syntax": "regex", "definition": "my+"}
    nested: Json = {"type": "function", "function": {"name": "my_tool"}}
    return [
        Probe("tools[] function", {"tools": [TOOL]}),
        Probe("tools[] function, strict", {"tools": [TOOL | {"strict": True}]}, {"tools": [TOOL]}),
        Probe("tools[] custom", {"tools": [CUSTOM]}),
        Probe("tools[] custom, format", {"tools": [CUSTOM | {"format": grammar}]}, {"tools": [CUSTOM]}),
        Probe("tools[] namespace", {"tools": [TOOL, group]}, {"tools": [TOOL]}),
        Probe("tools[] web_search", {"tools": [TOOL, search | {"user_location": place}]}, {"tools": [TOOL]}),
        Probe(
            "tools[] web_search, search_context_size",
            {"tools": [TOOL, search | {"search_context_size": "high"}]},
            {"tools": [TOOL, search]},
        ),
        Probe(
            "tools[] web_search, filters",
            {"tools": [TOOL, search | {"filters": {"allowed_domains": ["my.example"]}}]},
            {"tools": [TOOL, search]},
        ),
        Probe(
            "tools[] web_search, blocked domains",
            {"tools": [TOOL, search | {"filters": {"blocked_domains": ["my.example"]}}]},
            {"tools": [TOOL, search]},
        ),
        Probe(
            "tools[] file_search",
            {"tools": [TOOL, {"type": "file_search", "vector_store_ids": ["my"]}]},
            {"tools": [TOOL]},
        ),
        Probe(
            "tools[] code_interpreter",
            {"tools": [TOOL, {"type": "code_interpreter", "container": {"type": "auto"}}]},
            {"tools": [TOOL]},
        ),
        Probe("tools[] image_generation", {"tools": [TOOL, {"type": "image_generation"}]}, {"tools": [TOOL]}),
        Probe("tools[] image_generation alone", {"tools": [{"type": "image_generation"}]}),
        Probe("tool_choice: required", TOOLS | {"tool_choice": "required"}, TOOLS),
        Probe("tool_choice: none", TOOLS | {"tool_choice": "none"}, TOOLS),
        Probe("tool_choice: function", TOOLS | {"tool_choice": _FUNCTION}, TOOLS),
        Probe("tool_choice: function, as Chat says it", TOOLS | {"tool_choice": nested}, TOOLS),
        Probe("tool_choice: allowed_tools", TOOLS | {"tool_choice": allowed}, TOOLS),
        Probe(
            "tool_choice: allowed_tools, as Chat says it",
            TOOLS | {"tool_choice": allowed | {"tools": [nested]}},
            TOOLS,
        ),
        Probe("parallel_tool_calls", TOOLS | {"parallel_tool_calls": False}, TOOLS),
    ]


def _content() -> list[Probe]:
    audio: Json = {"type": "input_audio", "input_audio": {"data": "bXk=", "format": "mp3"}}
    rule: Json = {"role": "developer", "content": "my rule"}
    return [
        Probe("input: text", {"input": "my words"}),
        Probe("instructions", {"instructions": "my rule"}),
        Probe("input[] system", {"input": [{"role": "system", "content": "my rule"}, HELLO]}, {"input": [HELLO]}),
        Probe("input[] developer", {"input": [rule, HELLO]}, {"input": [HELLO]}),
        Probe("input[] developer, later", {"input": [HELLO, rule, HELLO]}, {"input": [HELLO, HELLO]}),
        _part("text", {"type": "input_text", "text": "my words"}),
        _part("image", {"type": "input_image", "image_url": PICTURE}),
        Probe(
            "input[].content[] image, detail",
            _user({"type": "input_image", "image_url": PICTURE, "detail": "low"}),
            _user({"type": "input_image", "image_url": PICTURE}),
        ),
        _part("image, a link", {"type": "input_image", "image_url": "https://x.y/my.png"}),
        _part("image, an id", {"type": "input_image", "file_id": "my-file"}),
        _part("file", {"type": "input_file", "filename": "my plan", "file_data": PLAN}),
        _part("file, a link", {"type": "input_file", "file_url": "https://x.y/my.pdf"}),
        _part("file, an id", {"type": "input_file", "file_id": "my-file"}),
        _part("audio", audio),
        _part("of a kind nobody knows", {"type": "x_new", "data": "my value"}),
    ]


def _items() -> list[Probe]:
    said: Json = {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed"}
    words: Json = {"type": "output_text", "text": "my answer", "annotations": []}
    source: Json = {
        "type": "url_citation",
        "url": "https://x.y/my",
        "title": "my title",
        "start_index": 0,
        "end_index": 2,
    }
    chance: Json = {"token": "my", "logprob": -0.5, "bytes": [109, 121], "top_logprobs": []}
    summary: Json = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "my summary"}]}
    thought: Json = {"type": "reasoning", "id": "rs_1", "summary": []}
    thought |= {"content": [{"type": "reasoning_text", "text": "my thought"}]}
    custom: Json = {"type": "custom_tool_call", "name": "my_patch", "input": "my patch"}
    empty = _called(_CALL, "")
    group: Json = {"type": "namespace", "name": "my_group", "tools": [OTHER]}
    grouped = _called(_CALL | {"name": "my_other", "namespace": "my_group"}) | {"tools": [TOOL, group]}
    searched: Json = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    searched |= {"action": {"type": "search", "query": "my question"}}
    rule: Json = {"type": "input_text", "text": "my result"}
    picture: Json = {"type": "input_image", "image_url": PICTURE}
    return [
        _item("assistant", said | {"content": [words]}),
        Probe(
            "input[] assistant, annotations",
            _history(said | {"content": [words | {"annotations": [source]}]}),
            _history(said | {"content": [words]}),
            called="input[1].content[0].citations",
        ),
        Probe(
            "input[] assistant, logprobs",
            _history(said | {"content": [words | {"logprobs": [chance]}]}),
            _history(said | {"content": [words]}),
        ),
        Probe(
            "input[] assistant, phase",
            _history(said | {"content": [words], "phase": "commentary"}),
            _history(said | {"content": [words]}),
        ),
        _item("assistant, refusal", said | {"content": [{"type": "refusal", "refusal": "my refusal"}]}),
        _item("reasoning, summary", summary),
        _item("reasoning, content", thought),
        _item("reasoning, encrypted_content, unmarked", summary | {"encrypted_content": "my-proof"}),
        Probe("input[] function_call", _called(_CALL | {"arguments": '{"my_city":"my town"}'}), _called(_CALL)),
        Probe(
            "input[] function_call, extra_content",
            _called(_CALL | {"extra_content": {"google": {"thought_signature": "my-proof"}}}),
            _called(_CALL),
        ),
        Probe("input[] function_call, namespace", grouped, _called(_CALL | {"name": "my_other"}) | TOOLS),
        Probe("input[] custom_tool_call", _called(custom), _called(_CALL)),
        Probe("input[] function_call_output", _called(_CALL), empty),
        Probe("input[] function_call_output, parts", _called(_CALL, [rule]), empty),
        Probe("input[] function_call_output, image", _called(_CALL, [rule, picture]), _called(_CALL, [rule])),
        _item("item_reference", {"type": "item_reference", "id": "msg_my"}),
        _item("web_search_call", searched),
        _item("of a kind nobody knows", {"type": "x_new", "data": "my value"}),
    ]


PROBES = (*_sampling(), *_tools(), *_content(), *_items())
