"""Request -> what an upstream of the Messages API takes, and the paths of what it can not be told."""

import re

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages.blocks import Block
from planoai.apis.anthropic_messages.content_write import plain, write_messages
from planoai.apis.anthropic_messages.models import Model, model, refused
from planoai.apis.anthropic_messages.sampling_write import write_limit, write_sampling, write_thinking
from planoai.apis.anthropic_messages.schema import closed, in_words
from planoai.apis.anthropic_messages.tools_write import write_choice, write_tools
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.crossing import check_crossing
from planoai.apis.dialect import Accepts, Written
from planoai.apis.proofs import proven
from planoai.conversation.naming import flattened
from planoai.conversation.request import JsonObject, JsonSchema, Request
from planoai.errors import BadRequest

_PLACE = re.compile(r"tools\[(?P<tool>\d+)\]|thinking|output_config|metadata|tool_choice")
_NOT_SAID = ("verbosity", "metadata", "service_tier", "store", "prompt_cache_key")


def write_request(request: Request, accepts: Accepts) -> Written:
    """Raises ClientError where leaving something out would change what was asked."""
    check_crossing(request, NAME)
    request = flattened(request)
    if request.sampling.n is not None and request.sampling.n > 1:
        raise BadRequest("n: this model's API gives one answer to a request, not several", param="n")
    lost: list[str] = []
    row = model(request.model)
    conversation = write_messages(request, lost, accepts)
    if not any(turn["role"] == "user" for turn in conversation.turns):
        raise BadRequest("messages: at least one message of a user or of a tool is required", param="messages")
    most = write_limit(request, lost) or row.default_max_tokens
    tools = write_tools(request, row, lost, searches=accepts.web_search)
    choice = write_choice(request, tools, lost)
    forced = choice is not None and choice["type"] in ("any", "tool")
    thinking, effort = write_thinking(proven(request, accepts.proofs), row, most, lost, forced=forced)
    config, instruction = _output(request, row, effort)
    system = [*conversation.system, *instruction]

    body: Block = {"model": request.model, "max_tokens": most}
    if system:
        body["system"] = plain(system)
    body["messages"] = conversation.turns
    if tools:
        body["tools"] = tools
    if choice is not None:
        body["tool_choice"] = choice
    if thinking is not None:
        body["thinking"] = thinking
    if config:
        body["output_config"] = config
    body |= write_sampling(request, row, lost, thinking=thinking is not None and thinking["type"] != "disabled")
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    if request.stream:
        body["stream"] = True
    lost += [request.path(name) for name in _NOT_SAID if getattr(request, name)]
    if isinstance(request.format, JsonSchema) and request.format.description and request.dialect != NAME:
        lost.append(f"{request.path('format')} (its name and description)")
    _add_extras(body, request, lost)
    for name in refused(request.model, accepts):
        if body.pop(name, None) is not None:
            lost.append(request.path("reasoning" if name == "thinking" else name))
    return Written(msgspec.json.encode(body), tuple(lost))


def _output(request: Request, row: Model, effort: str | None) -> tuple[Block, list[Block | Raw]]:
    """`output_config`, and what has to be asked for in words instead."""
    config: Block = {} if effort is None else {"effort": effort}
    match request.format:
        case JsonSchema(schema=schema):
            if request.dialect == NAME:
                return config | {"format": {"type": "json_schema", "schema": schema}}, []
            shape = closed(schema) if row.schemas else None
            if shape is not None:
                return config | {"format": {"type": "json_schema", "schema": shape}}, []
            return config, [{"type": "text", "text": in_words(request.format)}]
        case JsonObject():
            return config, [{"type": "text", "text": in_words(request.format)}]
        case None:
            return config, []


def _add_extras(body: Block, request: Request, lost: list[str]) -> None:
    """Fields that only this API knows go back to where they stood; those that only another knows are lost.

    So is what stood in messages: these are written anew, and nothing says where in them it would belong now.
    """
    for path, value in request.extras.items():
        field, dot, member = path.rpartition(".")
        if request.dialect != NAME:
            lost.append(path)
        elif not dot:
            body[path] = value
        elif (place := _place(body, field)) is not None:
            place[member] = value
        else:
            lost.append(path)


def _place(body: Block, path: str) -> Block | None:
    """The object at `tools[2]`, or that of a field, made if it is not there."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return None
    place = body.setdefault(path, {}) if found["tool"] is None else _item(body.get("tools"), int(found["tool"]))
    return place if isinstance(place, dict) else None


def _item(listed: object, index: int) -> object:
    return listed[index] if isinstance(listed, list) and index < len(listed) else None
