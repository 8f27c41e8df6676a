"""What a Messages client can ask for."""

from tests.sdk.fidelity.probe import Json, Probe

SCHEMA: Json = {"type": "object", "properties": {"my_city": {"type": "string"}}, "required": ["my_city"]}
TOOL: Json = {"name": "my_tool", "description": "my words", "input_schema": SCHEMA}
OTHER: Json = {"name": "my_other", "input_schema": SCHEMA}
TOOLS: Json = {"tools": [TOOL, OTHER]}
TEXT: Json = {"type": "text", "text": "Hello"}
MARK: Json = {"type": "ephemeral", "ttl": "1h"}
MARKED: Json = {"cache_control": MARK}
PICTURE: Json = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "bXktcGljdHVyZQ=="},
}
_PLAN: Json = {"type": "base64", "media_type": "application/pdf", "data": "bXktcGxhbg=="}
_BUDGET: Json = {"thinking": {"type": "enabled", "budget_tokens": 2048}}


def _user(*parts: Json) -> Json:
    return {"messages": [{"role": "user", "content": [TEXT, *parts]}]}


def _part(field: str, part: Json) -> Probe:
    return Probe(f"messages[].content[] {field}", _user(part), _user())


def _marked(field: str, part: Json) -> Probe:
    return Probe(f"messages[].content[] {field}, cache_control", _user(part | MARKED), _user(part))


def _assistant(field: str, *blocks: Json) -> Probe:
    return Probe(f"assistant: {field}", _answered(*blocks, TEXT), _answered(TEXT))


def _answered(*blocks: Json) -> Json:
    said = {"role": "assistant", "content": list(blocks)}
    return {"messages": [{"role": "user", "content": "Hello"}, said, {"role": "user", "content": "And now?"}]}


def _called(call: Json, result: object = "my result", **more: object) -> Json:
    told = {"type": "tool_result", "tool_use_id": "toolu_1", "content": result, **more}
    return {
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "my_tool", **call}]},
            {"role": "user", "content": [told]},
        ],
        **TOOLS,
    }


def _sampling() -> list[Probe]:
    return [
        Probe("max_tokens", {"max_tokens": 3077}),
        Probe("temperature", {"temperature": 0.37}),
        Probe("temperature, to a model that thinks", {"temperature": 0.37}, thinks=True),
        Probe("top_p", {"top_p": 0.61}),
        Probe("top_k", {"top_k": 17}),
        Probe("stop_sequences", {"stop_sequences": ["my stop"]}),
        Probe("stop_sequences, five", {"stop_sequences": [f"my {n}" for n in range(5)]}, {"stop_sequences": ["my 0"]}),
        Probe("stream", {"stream": True}),
        Probe("thinking: enabled", _BUDGET, thinks=True),
        Probe("thinking: disabled", {"thinking": {"type": "disabled"}}, _BUDGET, thinks=True),
        Probe("thinking: adaptive", {"thinking": {"type": "adaptive"}}, thinks=True),
        Probe("output_config.effort", {"output_config": {"effort": "low"}}, thinks=True),
        Probe("output_config.format", {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}),
        Probe("output_format", {"output_format": {"type": "json_schema", "schema": SCHEMA}}),
        Probe("metadata.user_id", {"metadata": {"user_id": "my user"}}),
        Probe("service_tier", {"service_tier": "standard_only"}),
        Probe("container", {"container": "my-container"}),
        Probe("context_management", {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}),
        Probe("mcp_servers", {"mcp_servers": [{"type": "url", "url": "https://x.y/my", "name": "my_server"}]}),
        Probe("a field nobody knows", {"x_new": {"deep": "my value"}}),
        Probe("header anthropic-beta", {}, headers={"anthropic-beta": "my-beta-2026-01-01"}),
        Probe("header anthropic-beta, of Bedrock's", {}, headers={"anthropic-beta": "context-1m-2025-08-07"}),
    ]


def _tools() -> list[Probe]:
    place = {
        "type": "approximate",
        "city": "my town",
        "country": "DE",
        "region": "my land",
        "timezone": "Europe/Berlin",
    }
    search: Json = {"type": "web_search_20250305", "name": "web_search"}
    blocked = {"blocked_domains": ["my.example"], "max_uses": 3}
    one_by_one = {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
    return [
        Probe("tools[]", {"tools": [TOOL]}),
        Probe("tools[] type: custom", {"tools": [TOOL | {"type": "custom"}]}),
        Probe("tools[].strict", {"tools": [TOOL | {"strict": True}]}, {"tools": [TOOL]}),
        Probe("tools[].cache_control", {"tools": [TOOL | MARKED]}, {"tools": [TOOL]}),
        Probe("tools[].eager_input_streaming", {"tools": [TOOL | {"eager_input_streaming": True}]}, {"tools": [TOOL]}),
        Probe("tools[] web_search", {"tools": [TOOL, search | {"user_location": place}]}, {"tools": [TOOL]}),
        Probe(
            "tools[] web_search, limits",
            {"tools": [TOOL, search | blocked | MARKED]},
            {"tools": [TOOL, search]},
        ),
        Probe(
            "tools[] web_search, allowed_domains",
            {"tools": [TOOL, search | {"allowed_domains": ["my.example"]}]},
            {"tools": [TOOL, search]},
        ),
        Probe(
            "tools[] run by Anthropic",
            {"tools": [TOOL, {"type": "code_execution_20250825", "name": "code_execution"}]},
            {"tools": [TOOL]},
        ),
        Probe("tool_choice: any", TOOLS | {"tool_choice": {"type": "any"}}, TOOLS),
        Probe("tool_choice: none", TOOLS | {"tool_choice": {"type": "none"}}, TOOLS),
        Probe("tool_choice: tool", TOOLS | {"tool_choice": {"type": "tool", "name": "my_tool"}}, TOOLS),
        Probe("tool_choice.disable_parallel_tool_use", TOOLS | one_by_one, TOOLS),
    ]


def _content() -> list[Probe]:
    rule: Json = {"type": "text", "text": "my rule"}
    hello: Json = {"role": "user", "content": "Hello"}
    document: Json = {"type": "document", "source": _PLAN}
    prose: Json = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "my plan"}}
    blocks: Json = {"type": "document", "source": {"type": "content", "content": [rule]}}
    found: Json = {"type": "search_result", "source": "https://x.y/my", "title": "my title", "content": [rule]}
    cite: Json = {"citations": {"enabled": True}}
    return [
        Probe("system", {"system": "my rule"}),
        Probe("system[]", {"system": [rule, {"type": "text", "text": "my other rule"}]}),
        Probe("system[].cache_control", {"system": [rule | MARKED]}, {"system": [rule]}),
        Probe(
            "messages[] system",
            {"messages": [hello, {"role": "system", "content": "my rule"}]},
            {"messages": [hello]},
        ),
        _part("text", rule),
        _marked("text", rule),
        _part("image", PICTURE),
        _marked("image", PICTURE),
        _part("image, a link", {"type": "image", "source": {"type": "url", "url": "https://x.y/my.png"}}),
        _part("image, an id", {"type": "image", "source": {"type": "file", "file_id": "my-file"}}),
        _part("document", document | {"title": "my plan"}),
        Probe(
            "messages[].content[] document, context",
            _user(document | {"context": "my words"}),
            _user(document),
        ),
        Probe("messages[].content[] document, citations", _user(document | cite), _user(document)),
        _marked("document", document),
        _part("document, text", prose),
        _part("document, content", blocks),
        _part("document, a link", {"type": "document", "source": {"type": "url", "url": "https://x.y/my.pdf"}}),
        _part("search_result", found),
        Probe("messages[].content[] search_result, citations", _user(found | cite), _user(found)),
        _marked("search_result", found),
        _part("of a kind nobody knows", {"type": "x_new", "data": "my value"}),
        Probe(
            "a last message of the assistant",
            {"messages": [hello, {"role": "assistant", "content": "my beginning"}]},
            {"messages": [hello]},
        ),
    ]


def _history() -> list[Probe]:
    cited = {"type": "web_search_result_location", "url": "https://x.y/my", "title": "my title"}
    cited |= {"cited_text": "my words", "source": "my source", "document_title": "my plan"}
    call: Json = {"input": {"my_city": "my town"}}
    plain: Json = {"input": {}}
    signed = {"type": "thinking", "thinking": "my thought", "signature": "my-proof"}
    extra = {"extra_content": {"google": {"thought_signature": "my-proof"}}}
    ran = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "my question"}}
    rule: Json = {"type": "text", "text": "my result"}
    empty = _called(plain, "")
    return [
        _assistant("text", {"type": "text", "text": "my answer"}),
        _assistant("text, citations", {"type": "text", "text": "my answer", "citations": [cited]}),
        _assistant("thinking, unmarked", signed),
        _assistant("thinking without a signature", {"type": "thinking", "thinking": "my thought", "signature": ""}),
        _assistant("redacted_thinking", {"type": "redacted_thinking", "data": "my-data"}),
        _assistant("server_tool_use", ran),
        Probe("assistant: tool_use", _called(call), _called(plain)),
        Probe("assistant: tool_use, cache_control", _called(call | MARKED), _called(call)),
        Probe(
            "assistant: tool_use, caller",
            _called(call | {"caller": {"type": "code_execution_20250825", "tool_id": "my-id"}}),
            _called(call),
        ),
        Probe("assistant: tool_use, extra_content", _called(call | extra), _called(call)),
        Probe("tool_result: content", _called(plain), empty),
        Probe("tool_result: content[] text", _called(plain, [rule]), empty),
        Probe("tool_result: content[] image", _called(plain, [rule, PICTURE]), _called(plain, [rule])),
        Probe(
            "tool_result: content[] document",
            _called(plain, [rule, {"type": "document", "source": _PLAN}]),
            _called(plain, [rule]),
        ),
        Probe("tool_result.is_error", _called(plain, is_error=True), _called(plain)),
        Probe("tool_result.cache_control", _called(plain, **MARKED), _called(plain)),
    ]


PROBES = (*_sampling(), *_tools(), *_content(), *_history())
