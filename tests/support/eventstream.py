"""Frames of `application/vnd.amazon.eventstream` for tests, from JSON that is pleasant to write. Nothing of ours is imported here.

Each frame is an object: `event`, `exception` or `error` names its kind, or `headers` has its headers as they are; `payload` is JSON, or a text
that is sent as it is; `cut` sends only so many bytes of the frame.
"""

import json
from binascii import crc32
from collections.abc import Iterable, Mapping
from typing import Any

_NAMED = {"event": ":event-type", "exception": ":exception-type", "error": ":error-code"}


def encoded(frames: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(_encoded(each) for each in frames)


def _encoded(told: Mapping[str, Any]) -> bytes:
    payload = told.get("payload", "")
    written = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    whole = frame(_headers(told), written.encode())
    return whole[: told.get("cut", len(whole))]


def _headers(told: Mapping[str, Any]) -> dict[str, str]:
    if "headers" in told:
        return dict(told["headers"])
    kind = next(each for each in _NAMED if each in told)
    return {_NAMED[kind]: told[kind], ":content-type": "application/json", ":message-type": kind}


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Length of all, length of the headers, a checksum of both; then headers, payload and a checksum of everything before it."""
    block = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    prelude = (16 + len(block) + len(payload)).to_bytes(4) + len(block).to_bytes(4)
    message = prelude + crc32(prelude).to_bytes(4) + block + payload
    return message + crc32(message).to_bytes(4)


def _header(name: bytes, value: bytes) -> bytes:
    """Type 7 is a string."""
    return len(name).to_bytes(1) + name + b"\x07" + len(value).to_bytes(2) + value
