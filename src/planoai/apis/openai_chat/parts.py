"""What several of Chat's readers need: data URLs, cache marks, citations, thinking."""

import re
from collections.abc import Iterable, Iterator

from planoai.apis.openai_chat.wire import NAME, Annotation, CacheControl, PartWire, TextChunk, ThinkingBlock
from planoai.apis.proofs import data_of, read_data, read_signature, signature_of
from planoai.conversation.message import (
    Base64,
    CacheMark,
    Citation,
    Link,
    Opaque,
    Part,
    RedactedThinking,
    Source,
    Thinking,
)

# What of an answer is not told.
PROOF_LOST = "output (proof of thinking)"
STOP_SEQUENCE_LOST = "stop_sequence"
_CITATION_LOST = "output (citation)"
_QUOTE_LOST = "output (citation.quote)"

_DATA_URL = re.compile(r"data:(?P<media>[^;,]*)(?:;[^;,]+)*?;base64,", re.IGNORECASE)


def read_url(url: str, media_type: str) -> Source:
    """`media_type` is for a data URL that names none."""
    match = _DATA_URL.match(url)
    return Base64(match["media"] or media_type, url[match.end() :]) if match else Link(url)


def write_url(source: Base64 | Link) -> str:
    return source.url if isinstance(source, Link) else f"data:{source.media_type};base64,{source.data}"


def read_cache(wire: CacheControl | None) -> CacheMark | None:
    return CacheMark(wire.ttl) if wire else None


def write_cache(mark: CacheMark) -> dict[str, str]:
    return {"type": "ephemeral", "ttl": mark.ttl} if mark.ttl else {"type": "ephemeral"}


def read_citations(wires: Iterable[Annotation] | None) -> Iterator[Citation]:
    for wire in wires or ():
        if (cited := wire.url_citation) and cited.url:
            yield Citation(cited.url, cited.title, start=cited.start_index, end=cited.end_index, dialect=NAME)


def write_citation(citation: Citation, start: int, end: int) -> dict[str, object] | None:
    """`start` and `end` are those of the text that carries it. A citation of a document has no place in Chat."""
    if not citation.url:
        return None
    begin = start if citation.start is None else citation.start
    last = end if citation.end is None else citation.end
    place = {"start_index": begin, "end_index": last, "url": citation.url, "title": citation.title or ""}
    return {"type": "url_citation", "url_citation": place}


def lost_citations(citations: Iterable[Citation]) -> list[str]:
    """What of them is not told."""
    return [_CITATION_LOST if not each.url else _QUOTE_LOST for each in citations if not each.url or each.quote]


def lost_part(part: Part) -> str:
    """A part that no answer of this API holds."""
    return f"output ({part.kind if isinstance(part, Opaque) else part.__struct_config__.tag})"


def read_told_thinking(blocks: Iterable[ThinkingBlock], issuer: str) -> Iterator[Thinking | RedactedThinking]:
    """As an upstream tells it."""
    for block in blocks:
        if block.type == "redacted_thinking":
            yield RedactedThinking(block.data or "", issuer)
        elif block.thinking or block.signature:
            yield Thinking(block.thinking or "", block.signature or None, issuer=issuer)


def read_thinking(blocks: Iterable[ThinkingBlock]) -> Iterator[Thinking | RedactedThinking]:
    """As a client sends it back."""
    for block in blocks:
        if block.type == "redacted_thinking":
            yield read_data(block.data or "")
        elif block.thinking or block.signature:
            yield read_signature(block.thinking or "", block.signature)


def write_thinking(part: Thinking | RedactedThinking) -> dict[str, str] | None:
    """As a client is given it. Thinking without a proof proves nothing: the plain text of it is in `reasoning_content`."""
    if isinstance(part, RedactedThinking):
        return {"type": "redacted_thinking", "data": data_of(part)}
    signature = signature_of(part)
    return {"type": "thinking", "thinking": part.text, "signature": signature} if signature else None


def thought(part: PartWire) -> str:
    """The text of Mistral's `thinking` part."""
    chunks = [TextChunk(text=part.thinking)] if isinstance(part.thinking, str) else part.thinking or []
    return "".join(chunk.text or "" for chunk in chunks)
