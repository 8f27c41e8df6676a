"""The parts of messages and of tools' outputs -> conversation."""

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from planoai.apis.fields import read
from planoai.apis.openai_chat.parts import read_url
from planoai.apis.openai_responses.wire import NAME, AnnotationWire, PartWire, given
from planoai.apis.unread import unread
from planoai.conversation.message import (
    Audio,
    Citation,
    Document,
    FileId,
    Image,
    Link,
    Opaque,
    Part,
    Refusal,
    ResultPart,
    Text,
)
from planoai.errors import BadRequest

Extras = dict[str, Raw]
Placed = tuple[Part, str]  # a part and where it stands in the client's body


def read_content(content: str | list[Raw] | None, path: str, extras: Extras) -> Iterator[Placed]:
    """What a message says. Raises BadRequest with the path of what can not be read."""
    if isinstance(content, str):
        if content:
            yield Text(content), path
        return
    for place, raw in enumerate(content or ()):
        where = f"{path}[{place}]"
        wire = read(raw, PartWire, where)
        part = _part(wire, raw, where, extras)
        if not isinstance(part, Opaque):
            extras.update(unread(raw, PartWire, where))
        yield part, where


def read_result(output: Raw, path: str, extras: Extras) -> tuple[ResultPart, ...]:
    """What a tool answered: text, a list of parts, or any JSON, which then is the text."""
    text = bytes(output)
    if text.startswith(b'"'):
        said = read(output, str, path)
        return (Text(said),) if said else ()
    if text.startswith(b"[") and _are_parts(output):
        placed = list(read_content(read(output, list[Raw], path), path, extras))
        extras.update({where: Raw(b"{}") for part, where in placed if not isinstance(part, ResultPart)})
        return tuple(part for part, _ in placed if isinstance(part, ResultPart))
    return (Text(text.decode()),) if given(output) is not None else ()


def _are_parts(output: Raw) -> bool:
    """Some clients send what their tool gave as it is, and that may be a list too."""
    try:
        return all(part.type for part in msgspec.json.decode(output, type=list[PartWire]))
    except (msgspec.DecodeError, RecursionError):
        return False


def _part(wire: PartWire, raw: Raw, path: str, extras: Extras) -> Part:
    match wire.type:
        case "input_text" | "output_text" | "text":
            if wire.text is None:
                raise BadRequest(f"{path}.text: this field is required", param=f"{path}.text")
            if (odds := given(wire.logprobs)) is not None and bytes(odds) != b"[]":
                extras[f"{path}.logprobs"] = odds
            return Text(wire.text, tuple(_citations(wire, path)))
        case "refusal" if wire.refusal is not None:
            return Refusal(wire.refusal)
        case "input_image":
            return _image(wire, path)
        case "input_file":
            if wire.detail:
                extras[f"{path}.detail"] = Raw(msgspec.json.encode(wire.detail))
            return _file(wire, path)
        case "input_audio":
            if wire.input_audio is None:
                raise BadRequest(f"{path}.input_audio: this field is required", param=f"{path}.input_audio")
            return Audio(wire.input_audio.format, wire.input_audio.data)
        case None:
            raise BadRequest(f"{path}.type: this field is required", param=f"{path}.type")
        case kind:
            return Opaque(NAME, kind, raw)


def _image(wire: PartWire, path: str) -> Image:
    if wire.image_url:
        return Image(read_url(wire.image_url, "image/jpeg"), wire.detail)
    if wire.file_id:
        return Image(FileId(wire.file_id), wire.detail)
    raise BadRequest(f"{path}: one of image_url and file_id is required", param=path)


def _file(wire: PartWire, path: str) -> Document:
    """`file_data` is a data URL, or from some clients base64 alone."""
    if wire.file_data:
        url = wire.file_data if wire.file_data.startswith("data:") else f"data:;base64,{wire.file_data}"
        return Document(read_url(url, "application/pdf"), wire.filename)
    if wire.file_url:
        return Document(Link(wire.file_url), wire.filename)
    if wire.file_id:
        return Document(FileId(wire.file_id), wire.filename)
    raise BadRequest(f"{path}: one of file_data, file_url and file_id is required", param=path)


def _citations(wire: PartWire, path: str) -> Iterator[Citation]:
    """Those of files stay as they are: only this API knows the files."""
    for place, raw in enumerate(wire.annotations or ()):
        cited = read(raw, AnnotationWire, f"{path}.annotations[{place}]")
        if cited.type == "url_citation" and cited.url:
            yield Citation(cited.url, cited.title, start=cited.start_index, end=cited.end_index, dialect=NAME)
        else:
            yield Citation(raw=raw, dialect=NAME)
