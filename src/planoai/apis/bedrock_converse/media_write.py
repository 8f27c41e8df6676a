"""Images, documents and sounds -> as Converse takes them: always with their bytes, documents with a name of few letters."""

import base64
import re
from typing import assert_never

from planoai.conversation.message import Audio, Base64, Document, FileId, Image, Inline, Link, Source
from planoai.errors import Unsupported

Block = dict[str, object]

_IMAGES = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_BEGINNINGS = {"iVBOR": "png", "/9j/": "jpeg", "R0lG": "gif", "UklG": "webp"}  # of base64, where nobody says what it is
_DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_TEXTS = ("text/", "application/json", "application/xml", "application/yaml", "application/x-yaml")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9\-()\[\]]+")
_LONGEST_NAME = 190  # of 200 characters: some are left to tell two apart


def write_image(image: Image, path: str) -> Block:
    """Raises Unsupported for one that is not here, or of a format that Converse does not know."""
    source = _here(image.source, path)
    kind = source.media_type.partition(";")[0].strip().lower()
    found = _IMAGES.get(kind) or next(
        (each for start, each in _BEGINNINGS.items() if source.data.startswith(start)), None
    )
    if found is None:
        raise Unsupported(f"{path}: this model's API takes PNG, JPEG, GIF and WebP, not {kind or 'this'}", param=path)
    return {"image": {"format": found, "source": {"bytes": source.data}}}


def write_audio(audio: Audio) -> Block:
    return {"audio": {"format": audio.format, "source": {"bytes": audio.data}}}


class Documents:
    """The documents of one request: Bedrock wants no two of one name."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._alike: dict[str, int] = {}  # how many of one name there were

    def write(self, document: Document, path: str) -> Block:
        """Raises Unsupported for one that is not here, or of a format that Converse does not know."""
        source = _here(document.source, path)
        block: Block = {
            "format": _format(source.media_type, path),
            "name": self._name(document.name or ""),
            "source": {"bytes": source.data},
        }
        if document.context is not None:
            block["context"] = document.context
        if document.cite is not None:
            block["citations"] = {"enabled": document.cite}
        return {"document": block}

    def _name(self, told: str) -> str:
        plain = _NOT_OF_A_NAME.sub(" ", told)[:_LONGEST_NAME].strip() or "document"
        name, count = plain, self._alike.get(plain, 1)
        while name in self._names:
            count += 1
            name = f"{plain} ({count})"
        self._names.add(name)
        self._alike[plain] = count
        return name


def _format(media_type: str, path: str) -> str:
    kind = media_type.partition(";")[0].strip().lower()
    found = _DOCUMENTS.get(kind) or ("txt" if kind.startswith(_TEXTS) else None)
    if found is None:
        formats = ", ".join(sorted(_DOCUMENTS.values()))
        raise Unsupported(f"{path}: this model's API takes {formats}, not {kind or 'this file'}", param=path)
    return found


def _here(source: Source, path: str) -> Base64:
    match source:
        case Base64():
            return source
        case Inline():
            return Base64("text/plain", base64.b64encode(source.text.encode()).decode())
        case Link():
            raise Unsupported(f"{path}: this model's API fetches nothing from an address; send the data", param=path)
        case FileId():
            raise Unsupported(
                f"{path}: a file uploaded to another provider can not be sent here; send its data", param=path
            )
        case _:
            assert_never(source)
