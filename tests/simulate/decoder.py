"""Reads `application/vnd.amazon.eventstream` with nothing but `struct` and `zlib`, and insists on both checksums."""

import json
import struct
import zlib
from typing import Any


def decoded(data: bytes) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """The headers and the payload of every frame; AssertionError where the bytes are not whole frames."""
    frames = []
    while data:
        total, length = struct.unpack(">II", data[:8])
        assert zlib.crc32(data[:8]) == struct.unpack(">I", data[8:12])[0]
        assert len(data) >= total
        frame, data = data[:total], data[total:]
        assert zlib.crc32(frame[:-4]) == struct.unpack(">I", frame[-4:])[0]
        frames.append((_headers(frame[12 : 12 + length]), json.loads(frame[12 + length : -4])))
    return frames


def _headers(data: bytes) -> dict[str, str]:
    headers = {}
    while data:
        name_end = 1 + data[0]
        assert data[name_end] == 7  # a string
        (length,) = struct.unpack(">H", data[name_end + 1 : name_end + 3])
        value_end = name_end + 3 + length
        headers[data[1:name_end].decode()] = data[name_end + 3 : value_end].decode()
        data = data[value_end:]
    return headers
