"""Parts -> content blocks, wherever they stand: in a request's turns, in a whole answer, at the start of a streamed block."""

import re
import zlib

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages.wire import NAME
from planoai.conversation.message import CacheMark, Citation, ToolCall

Block = dict[str, object]

_EMPTY = Raw(b"{}")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_NOT_OF_AN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_WANTED = ("extra_content", "caller")  # what a client is given of a call's extras, to send it back


def marked(block: Block, cache: CacheMark | None) -> Block:
    if cache is not None:
        block["cache_control"] = {"type": "ephemeral"} if cache.ttl is None else {"type": "ephemeral", "ttl": cache.ttl}
    return block


def write_citation(citation: Citation) -> Raw | Block | None:
    """None for one that has no address: there is no citation of Anthropic's that it could be."""
    if citation.raw is not None and citation.dialect == NAME:
        return citation.raw
    if citation.url is None:
        return None
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "encrypted_index": "",
        "cited_text": citation.quote or "",
    }


def write_input(arguments: str, *, custom: bool = False) -> Raw | Block:
    """A call's arguments as the object that `input` must be. Text that is no JSON object stands under `_raw`, so that nothing is lost."""
    if custom:
        return {"input": arguments}
    if not arguments.strip():
        return _EMPTY
    try:
        _OBJECT.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        return {"_raw": arguments}
    return Raw(arguments.encode())


def tool_id(id_: str) -> str:
    """An id as Anthropic takes it, the same for a call and its result; two that differ stay different."""
    if _ID.fullmatch(id_):
        return id_
    return f"{_NOT_OF_AN_ID.sub('_', id_)}_{zlib.crc32(id_.encode()):08x}"


def write_call(call: ToolCall, *, to_client: bool = False) -> Block:
    """`to_client`: everything that the call's issuer wants back goes along; Anthropic itself refuses what is not its own."""
    block: Block = {
        "type": "tool_use",
        "id": tool_id(call.id),
        "name": call.name,
        "input": write_input(call.arguments, custom=call.custom),
    }
    return marked(block | extras(call.extras, to_client=to_client), call.cache)


def extras(raw: Raw | None, *, to_client: bool) -> Block:
    members = _members(raw)
    wanted = _WANTED if to_client else ("caller",)
    return {name: members[name] for name in wanted if name in members}


def unsaid_extras(raw: Raw | None) -> list[str]:
    """Those that clients are not given, as a loss of the answer."""
    return [f"output (tool_use.{name})" for name in _members(raw) if name not in _WANTED]


def _members(raw: Raw | None) -> dict[str, Raw]:
    if raw is None:
        return {}
    try:
        return _OBJECT.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return {}
