"""What several of Chat's readers need: data URLs, cache marks, citations, thinking."""

import re
from collections.abc import Iterable, Iterator

from planoai.apis.openai_chat.wire import NAME, Annotation, CacheControl, PartWire, TextChunk, ThinkingBlock
from planoai.conversation.message import Base64, CacheMark, Citation, Link, RedactedThinking, Source, Thinking

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


def read_thinking(blocks: Iterable[ThinkingBlock]) -> Iterator[Thinking | RedactedThinking]:
    for block in blocks:
        if block.type == "redacted_thinking":
            yield RedactedThinking(block.data or "")
        elif block.thinking or block.signature:
            yield Thinking(block.thinking or "", block.signature or None)


def write_thinking(part: Thinking | RedactedThinking) -> dict[str, str] | None:
    """Thinking without a signature proves nothing: the plain text of it is in `reasoning_content`."""
    if isinstance(part, RedactedThinking):
        return {"type": "redacted_thinking", "data": part.data}
    return {"type": "thinking", "thinking": part.text, "signature": part.signature} if part.signature else None


def thought(part: PartWire) -> str:
    """The text of Mistral's `thinking` part."""
    chunks = [TextChunk(text=part.thinking)] if isinstance(part.thinking, str) else part.thinking or []
    return "".join(chunk.text or "" for chunk in chunks)
