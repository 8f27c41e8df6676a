"""Frames of `application/vnd.amazon.eventstream`: lengths, headers and two checksums around a JSON payload, all big-endian.

Source: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream.
"""

from struct import pack
from zlib import crc32

_STRING = 7  # the type of a header's value


def frame(headers: tuple[tuple[str, str], ...], payload: bytes) -> bytes:
    """Total length, length of the headers, CRC of these 8 bytes, headers, payload, CRC of all before it."""
    written = b"".join(_header(name.encode(), value.encode()) for name, value in headers)
    lengths = pack("!II", 16 + len(written) + len(payload), len(written))
    before = lengths + pack("!I", crc32(lengths)) + written + payload
    return before + pack("!I", crc32(before))


def _header(name: bytes, value: bytes) -> bytes:
    return pack("!B", len(name)) + name + pack("!BH", _STRING, len(value)) + value
