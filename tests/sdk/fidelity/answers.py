"""What upstreams answer with, laid over the plainest answer of each API."""

from tests.sdk.fidelity.probe import Json, Probe

_ARGUMENTS = '{"my_city":"my town"}'
_PICTURE = "bXktcGljdHVyZQ=="


def _chat(field: str, message: Json, without: Json | None = None, *, aside: bool = False, **choice: object) -> Probe:
    plain: Json = {"role": "assistant", "content": "Hello"}
    told: Json = {"index": 0, "message": plain | message, "finish_reason": "stop"}
    before: Json = {"index": 0, "message": plain | (without or {}), "finish_reason": "stop"}
    return Probe(field, {"choices": [told | choice]}, {"choices": [before]}, aside=aside)


def _chat_usage(**more: object) -> Json:
    return {"usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, **more}}


def _of_chat() -> list[Probe]:
    function: Json = {"id": "call_my", "type": "function", "function": {"name": "my_tool", "arguments": _ARGUMENTS}}
    custom: Json = {"id": "call_my", "type": "custom", "custom": {"name": "my_patch", "input": "my patch"}}
    source = {"url": "https://x.y/my", "title": "my title", "start_index": 0, "end_index": 2}
    signed = {"type": "thinking", "thinking": "my thought", "signature": "my-proof"}
    chance = {"content": [{"token": "my", "logprob": -0.5, "bytes": None, "top_logprobs": []}]}
    details = {"prompt_tokens_details": {"cached_tokens": 31, "cache_write_tokens": 17}}
    thought = {"completion_tokens_details": {"reasoning_tokens": 13}}
    return [
        _chat("choices[].message.content", {"content": "my answer"}),
        _chat("message.refusal", {"content": None, "refusal": "my refusal"}),
        _chat("message.reasoning_content", {"reasoning_content": "my thought"}),
        _chat("message.thinking_blocks, of a gateway", {"thinking_blocks": [signed]}),
        _chat("message.tool_calls[] function", {"tool_calls": [function]}, finish_reason="tool_calls"),
        _chat("message.tool_calls[] custom", {"tool_calls": [custom]}, finish_reason="tool_calls"),
        _chat(
            "message.tool_calls[] extra_content",
            {"tool_calls": [function | {"extra_content": {"google": {"thought_signature": "my-proof"}}}]},
            {"tool_calls": [function]},
        ),
        _chat("message.annotations", {"annotations": [{"type": "url_citation", "url_citation": source}]}),
        _chat("choices[].logprobs", {}, aside=True, logprobs=chance),
        Probe("usage", _chat_usage()),
        Probe("usage.prompt_tokens_details", _chat_usage(**details), _chat_usage()),
        Probe("usage.completion_tokens_details", _chat_usage(**thought), _chat_usage()),
        Probe("service_tier", {"service_tier": "my tier"}, aside=True),
        Probe("system_fingerprint", {"system_fingerprint": "my print"}, aside=True),
    ]


def _blocks(*blocks: Json, **more: object) -> Json:
    return {"content": [*blocks, {"type": "text", "text": "Hello"}], **more}


def _block(field: str, *blocks: Json, **more: object) -> Probe:
    return Probe(f"content[] {field}", _blocks(*blocks, **more), _blocks())


def _of_messages() -> list[Probe]:
    cited = {
        "type": "web_search_result_location",
        "url": "https://x.y/my",
        "title": "my title",
        "cited_text": "my words",
    }
    paged = {"type": "page_location", "document_title": "my plan", "cited_text": "my words", "start_page_number": 3}
    text: Json = {"type": "text", "text": "my answer"}
    call: Json = {"type": "tool_use", "id": "toolu_my", "name": "my_tool", "input": {"my_city": "my town"}}
    search: Json = {
        "type": "server_tool_use",
        "id": "srvtoolu_1",
        "name": "web_search",
        "input": {"query": "my question"},
    }
    found: Json = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    usage = {"input_tokens": 100, "output_tokens": 50}
    an_hour = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 13}
    cache = {"cache_read_input_tokens": 31, "cache_creation_input_tokens": 17}
    return [
        _block("text", text),
        Probe("content[] text, citations", _blocks(text | {"citations": [cited]}), _blocks(text)),
        Probe("content[] text, citations of a document", _blocks(text | {"citations": [paged]}), _blocks(text)),
        _block("thinking", {"type": "thinking", "thinking": "my thought", "signature": "my-proof"}),
        _block("redacted_thinking", {"type": "redacted_thinking", "data": "my-data"}),
        _block("tool_use", call, stop_reason="tool_use"),
        Probe(
            "content[] tool_use, caller",
            _blocks(call | {"caller": {"type": "code_execution_20250825", "tool_id": "my-id"}}),
            _blocks(call),
        ),
        _block("server_tool_use, web_search_tool_result", search, found),
        Probe("stop_sequence", {"stop_reason": "stop_sequence", "stop_sequence": "my stop"}),
        Probe("usage", {"usage": usage}),
        Probe("usage: the cache", {"usage": usage | cache}, {"usage": usage}),
        Probe(
            "usage.cache_creation",
            {"usage": usage | cache | {"cache_creation": an_hour}},
            {"usage": usage | cache},
            aside=True,
        ),
        Probe(
            "usage.output_tokens_details",
            {"usage": usage | {"output_tokens_details": {"thinking_tokens": 13}}},
            {"usage": usage},
        ),
        Probe("usage.service_tier", {"usage": usage | {"service_tier": "my tier"}}, {"usage": usage}, aside=True),
        Probe("container", {"container": {"id": "my-container", "expires_at": "2026-01-01"}}, aside=True),
    ]


def _items(*items: Json) -> Json:
    said = {"type": "output_text", "text": "Hello", "annotations": []}
    hello = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]}
    return {"output": [*items, hello]}


def _item(field: str, item: Json) -> Probe:
    return Probe(f"output[] {field}", _items(item), _items())


def _said(part: Json) -> Json:
    return {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": [part]}


def _of_responses() -> list[Probe]:
    text: Json = {"type": "output_text", "text": "my answer", "annotations": []}
    source: Json = {
        "type": "url_citation",
        "url": "https://x.y/my",
        "title": "my title",
        "start_index": 0,
        "end_index": 2,
    }
    file: Json = {"type": "file_citation", "file_id": "my-file", "filename": "my plan", "index": 2}
    chance: Json = {"token": "my", "logprob": -0.5, "bytes": [], "top_logprobs": []}
    summary: Json = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "my summary"}]}
    thought: Json = {"type": "reasoning", "id": "rs_1", "summary": []}
    call: Json = {"type": "function_call", "id": "fc_1", "call_id": "call_my", "name": "my_other", "arguments": "{}"}
    custom: Json = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_my", "name": "my_patch"}
    action = {"type": "search", "query": "my question"}
    usage = {"input_tokens": 100, "output_tokens": 50, "total_tokens": 150}
    details = {"input_tokens_details": {"cached_tokens": 31, "cache_write_tokens": 17}}
    return [
        _item("output_text", _said(text)),
        Probe("output_text.annotations", _items(_said(text | {"annotations": [source]})), _items(_said(text))),
        Probe("output_text.annotations, of a file", _items(_said(text | {"annotations": [file]})), _items(_said(text))),
        Probe(
            "output_text.logprobs",
            _items(_said(text | {"logprobs": [chance]})),
            _items(_said(text)),
            aside=True,
        ),
        _item("refusal", _said({"type": "refusal", "refusal": "my refusal"})),
        _item("reasoning, summary", summary),
        _item("reasoning, content", thought | {"content": [{"type": "reasoning_text", "text": "my thought"}]}),
        Probe("output[] reasoning, encrypted", _items(summary | {"encrypted_content": "my-proof"}), _items(summary)),
        _item("function_call", call | {"arguments": _ARGUMENTS}),
        _item("custom_tool_call", custom | {"input": "my patch"}),
        _item("web_search_call", {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}),
        _item("image_generation_call", {"type": "image_generation_call", "id": "ig_1", "result": _PICTURE}),
        Probe("usage", {"usage": usage}),
        Probe("usage.input_tokens_details", {"usage": usage | details}, {"usage": usage}),
        Probe(
            "usage.output_tokens_details",
            {"usage": usage | {"output_tokens_details": {"reasoning_tokens": 13}}},
            {"usage": usage},
        ),
        Probe("service_tier", {"service_tier": "my tier"}, aside=True),
    ]


def _content(*blocks: Json) -> Json:
    return {"output": {"message": {"role": "assistant", "content": [*blocks, {"text": "Hello"}]}}}


def _part(field: str, block: Json) -> Probe:
    return Probe(f"content[] {field}", _content(block), _content())


def _of_converse() -> list[Probe]:
    cited = {"title": "my title", "location": {"web": {"url": "https://x.y/my"}}}
    untitled = {"source": "my source", "location": {"web": {"url": "https://x.y/my"}}}
    thought = {"reasoningText": {"text": "my thought", "signature": "my-proof"}}
    usage = {"inputTokens": 100, "outputTokens": 50, "totalTokens": 150}
    cache = {"cacheReadInputTokens": 31, "cacheWriteInputTokens": 17}
    use = {"toolUseId": "tooluse_my", "name": "my_tool", "input": {"my_city": "my town"}}
    return [
        _part("text", {"text": "my answer"}),
        _part("toolUse", {"toolUse": use}),
        _part("reasoningContent", {"reasoningContent": thought}),
        _part("reasoningContent, redacted", {"reasoningContent": {"redactedContent": "bXktZGF0YQ=="}}),
        _part("citationsContent", {"citationsContent": {"content": [{"text": "my answer"}], "citations": [cited]}}),
        _part(
            "citationsContent, untitled",
            {"citationsContent": {"content": [{"text": "my answer"}], "citations": [untitled]}},
        ),
        _part("image", {"image": {"format": "png", "source": {"bytes": _PICTURE}}}),
        _part("audio", {"audio": {"format": "mp3", "source": {"bytes": "bXk="}}}),
        _part("guardContent", {"guardContent": {"text": {"text": "my answer"}}}),
        Probe(
            "additionalModelResponseFields",
            {"stopReason": "stop_sequence", "additionalModelResponseFields": {"stop_sequence": "my stop"}},
            {"stopReason": "stop_sequence"},
        ),
        Probe("usage", {"usage": usage}),
        Probe("usage: the cache", {"usage": usage | cache}, {"usage": usage}),
        Probe("metrics", {"metrics": {"latencyMs": 421}}, aside=True),
    ]


PROBES = {
    "chat": tuple(_of_chat()),
    "messages": tuple(_of_messages()),
    "responses": tuple(_of_responses()),
    "converse": tuple(_of_converse()),
}
