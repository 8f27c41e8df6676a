"""A Responses request -> conversation."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Fields
from planoai.apis.fields import read
from planoai.apis.openai_responses.items_read import read_items
from planoai.apis.openai_responses.parts_read import Extras
from planoai.apis.openai_responses.tools_read import Bound, keep_whole, read_choice, read_tools
from planoai.apis.openai_responses.wire import NAME, FormatWire, ReasoningWire, RequestWire, TextWire, given
from planoai.apis.unread import unread
from planoai.conversation.message import Message, Text
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request, Sampling
from planoai.errors import BadRequest

ENCRYPTED = "reasoning.encrypted_content"  # of `include`: the client keeps the proofs of the model's thoughts

_READ = RequestWire.__struct_fields__
_BOUND = {  # fields that only servers of this API can honour
    "background": "only servers of this API answer in the background",
    "conversation": "the conversation is stored at the provider",
    "prompt": "the prompt is stored at the provider",
}
_USUAL = {
    "background": b"false",
    "truncation": b'"disabled"',
    "top_logprobs": b"0",
}  # what is meant where nothing is said
_PATHS = {"format": "text.format", "verbosity": "text.verbosity", "max_tokens": "max_output_tokens"}
_PATHS["max_completion_tokens"] = _PATHS["max_tokens"]


def read_request(fields: Fields) -> Request:
    """Raises BadRequest with the JSON path of the field at fault."""
    given_fields = {name: value for name, value in fields.items() if bytes(value).strip() != b"null"}
    known = Raw(msgspec.json.encode({name: given_fields[name] for name in _READ if name in given_fields}))
    wire = read(known, RequestWire, "")
    extras = {
        name: value
        for name, value in given_fields.items()
        if name not in _READ and bytes(value).strip() != _USUAL.get(name)
    }
    extras.update(unread(known, RequestWire, ""))
    if wire.stream_options and wire.stream_options.include_obfuscation:
        extras["stream_options.include_obfuscation"] = Raw(b"true")
    paths = dict(_PATHS)
    bound: Bound = {name: why for name, why in _BOUND.items() if name in extras}
    text = wire.text or TextWire()
    return Request(
        model=wire.model or "",
        messages=_messages(wire, extras, bound),
        dialect=NAME,
        tools=read_tools(wire.tools or [], extras, paths, bound),
        tool_choice=read_choice(wire.tool_choice, given_fields.get("tool_choice"), extras),
        parallel_tool_calls=wire.parallel_tool_calls,
        sampling=Sampling(wire.max_output_tokens, wire.temperature, wire.top_p),
        reasoning=_reasoning(wire.reasoning, extras, paths),
        format=_format(text.format, extras),
        verbosity=text.verbosity,
        stream=wire.stream or False,
        user=wire.user,
        metadata=_metadata(wire, extras),
        service_tier=wire.service_tier,
        store=wire.store,
        prompt_cache_key=wire.prompt_cache_key,
        previous=wire.previous_response_id,
        include=_include(wire, extras),
        bound=bound,
        extras=extras,
        paths=paths,
    )


def _messages(wire: RequestWire, extras: Extras, bound: Bound) -> tuple[Message, ...]:
    instructions = wire.instructions
    first = (
        [Message("system", (Text(instructions),), path="instructions", paths=("instructions",))] if instructions else []
    )
    if given(wire.input) is None:
        return tuple(first)
    return (*first, *read_items(wire.input, "input", extras, bound))


def _reasoning(wire: ReasoningWire | None, extras: Extras, paths: dict[str, str]) -> Reasoning | None:
    """How a summary is to be written is a question of its own, which no other API asks."""
    if wire is None or not (wire.effort or wire.summary):
        return None
    paths["reasoning"] = "reasoning.effort" if wire.effort else "reasoning.summary"
    if wire.effort and wire.summary:
        extras["reasoning.summary"] = Raw(msgspec.json.encode(wire.summary))
    return Reasoning(effort=wire.effort or None, summary=wire.summary or None)


def _format(wire: FormatWire | None, extras: Extras) -> JsonObject | JsonSchema | None:
    if wire is None or wire.type in (None, "text"):
        return None
    if wire.type == "json_object":
        return JsonObject()
    if wire.type != "json_schema":
        keep_whole("text.format", Raw(msgspec.json.encode(wire.type)), extras)
        return None
    schema = given(wire.schema)
    if schema is None:
        raise BadRequest("text.format.schema: this field is required", param="text.format.schema")
    if not bytes(schema).startswith(b"{"):
        raise BadRequest("text.format.schema: a JSON schema must be an object", param="text.format.schema")
    return JsonSchema(schema, wire.name or "answer", wire.strict, wire.description)


def _metadata(wire: RequestWire, extras: Extras) -> dict[str, str]:
    """OpenAI's metadata is text by text; anything else under that name is some server's own."""
    raw = given(wire.metadata)
    if raw is None:
        return {}
    try:
        return msgspec.json.decode(raw, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        extras["metadata"] = raw
        return {}


def _include(wire: RequestWire, extras: Extras) -> tuple[str, ...]:
    """What else there is to include is said by no other API."""
    wanted = tuple(wire.include or ())
    extras.update(
        {f"include[{place}]": Raw(msgspec.json.encode(name)) for place, name in enumerate(wanted) if name != ENCRYPTED}
    )
    return wanted
