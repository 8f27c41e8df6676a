"""How many tokens a request is likely to be, for when nobody who knows can be asked. Pure.

It needs no vocabulary: characters are counted by their kind, and each kind has its share of a token. What is no text has a price of its own.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from string import ascii_letters, digits, punctuation

import msgspec

from planoai.apis.dialect import Fields


def _span(first: int, last: int) -> bytes:
    return bytes(range(first, last + 1))


# Tokens for each byte of a kind, fitted to the vocabulary `o200k_base`; docs/models.md says how well they do. Of the characters that are several
# bytes in UTF-8 only the first byte counts.
_WORD = 0.87  # between white space, besides what its characters add
_ASCII: tuple[tuple[float, bytes], ...] = (
    (0.06, ascii_letters.encode()),
    (0.46, digits.encode()),
    (0.555, punctuation.encode()),
    (1.24, b"\n"),
)
_OTHERS: tuple[tuple[float, bytes], ...] = (
    (0.43, _span(0xC2, 0xCB)),  # Latin with accents
    (0.16, _span(0xCC, 0xDF)),  # Greek, Cyrillic, Hebrew, Arabic
    (0.18, b"\xe0"),  # the scripts of India, Thai
    (0.8, b"\xe1\xe2"),  # typographic marks, arrows, further scripts
    (0.8, b"\xe3"),  # kana
    (0.645, _span(0xE4, 0xE9)),  # Chinese characters
    (0.38, _span(0xEA, 0xEF)),  # hangul
    (0.87, _span(0xF0, 0xF4)),  # emoji
)
_MESSAGE = 4  # tokens around each
_IMAGE = 1600  # tokens of one that is as large as models look at
_FILE_PER_TOKEN = 20  # bytes, of a PDF with text and pictures; of what is plain text, 4 will do
_TEXT_PER_TOKEN = 4
_LOOKED_AT = 1024  # characters of base64, to tell what a file is

_CONVERSATION = ("messages", "input")
_READ = ("system", "instructions", *_CONVERSATION, "tools", "output_config", "response_format", "text")
_IMAGES = frozenset({"image", "image_url", "input_image"})
_FILES = frozenset({"document", "file", "input_file", "input_audio"})
_UNSAID = frozenset(
    {"type", "id", "tool_use_id", "tool_call_id", "call_id", "cache_control", "signature", "encrypted_content"}
)


def estimated(fields: Fields) -> int:
    """Of a request of any API. What can not be read counts as the text that it is."""
    said: list[str] = []
    tokens = 0
    for name in _READ:
        raw = fields.get(name)
        if raw is None:
            continue
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said.append(bytes(raw).decode("utf-8", "replace"))
            continue
        if name == "tools":  # models are shown them much as they are
            said.append(msgspec.json.encode(value).decode())
            continue
        if name in _CONVERSATION and isinstance(value, list):
            tokens += _MESSAGE * len(value)
        tokens += _gathered(value, said)
    return max(1, tokens + tokens_of("\n".join(said)))


def tokens_of(text: str) -> int:
    """Of plain text, of any language."""
    data = text.encode("utf-8", "replace")
    size = len(data)
    kinds = _ASCII if data.isascii() else _ASCII + _OTHERS
    shares = sum(share * (size - len(data.translate(None, kind))) for share, kind in kinds)
    return round(_WORD * len(data.split()) + shares)


def _gathered(value: object, said: list[str]) -> int:
    """Adds the texts in `value` to `said`; the tokens of what is no text. Without recursion: a client may nest as deep as it likes."""
    tokens = 0
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            said.append(each)
        elif isinstance(each, list):
            left += reversed(each)
        elif isinstance(each, dict):
            kind = str(each.get("type"))
            if kind in _IMAGES:
                tokens += _IMAGE
            elif kind in _FILES:
                tokens += _of_file(each, left)
            else:
                left += [part for name, part in reversed(each.items()) if name not in _UNSAID]
        elif each is not None:
            said.append(str(each))
    return tokens


def _of_file(part: Mapping[str, object], left: list[object]) -> int:
    """The tokens of a file that is in the request; one that is elsewhere is as long as an image is large. Texts in it are `left` to be read."""
    holders = [part, *(each for each in part.values() if isinstance(each, dict))]
    left += [each[name] for each in holders for name in ("title", "context", "content") if name in each]
    for holder in holders:
        data = holder.get("data") or holder.get("file_data")
        if isinstance(data, str):
            if holder.get("type") == "text":
                left.append(data)
                return 0
            size = len(data) * 3 // 4
            return size // (_TEXT_PER_TOKEN if _is_text(data) else _FILE_PER_TOKEN)
    return 0 if any("content" in each for each in holders) else _IMAGE


def _is_text(data: str) -> bool:
    """Whether base64, perhaps in a `data:` URL, holds text, as far as its beginning tells."""
    start = data[data.find(",") + 1 if data.startswith("data:") else 0 :][:_LOOKED_AT]
    try:
        found = b64decode(start[: len(start) // 4 * 4], validate=True)
    except (Error, ValueError):
        return False
    return (
        not found.startswith(b"%PDF")
        and b"\0" not in found
        and len(found.decode("utf-8", "ignore").encode()) > len(found) - 4
    )
