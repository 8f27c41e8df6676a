"""What a client of the Messages API relies on in a stream, checked on the bytes."""

import json
from typing import Any

from tests.apis.golden import ENVELOPE

__all__ = ["ENVELOPE", "check", "frames"]


def frames(stream: bytes) -> list[dict[str, Any]]:
    """Every frame has an event line and a data line that agree, and a blank line."""
    found = []
    for block in stream.split(b"\n\n")[:-1]:
        event, _, data = block.partition(b"\n")
        value = json.loads(data.removeprefix(b"data: "))
        assert event == b"event: " + value["type"].encode()
        found.append(value)
    assert stream.endswith(b"\n\n") or not stream
    return found


def check(stream: bytes, *, complete: bool) -> None:
    """The promises: one envelope, dense indices, one block open at a time, nothing after the end. `complete`: it ended, and well."""
    told = [frame for frame in frames(stream) if frame["type"] != "ping"]
    kinds = [frame["type"] for frame in told]
    if complete:
        assert kinds[0] == "message_start"
        assert kinds[-2:] == ["message_delta", "message_stop"]
        assert kinds.count("message_start") == kinds.count("message_delta") == kinds.count("message_stop") == 1
        assert "error" not in kinds
    else:
        assert kinds[-1] == "error"
        assert kinds.count("error") == 1
        assert "message_delta" not in kinds
        assert "message_stop" not in kinds
        assert kinds[0] == "message_start" or kinds == ["error"]
    open_block: int | None = None
    started = 0
    for frame in told:
        match frame["type"]:
            case "content_block_start":
                assert open_block is None
                assert frame["index"] == started
                open_block, started = started, started + 1
            case "content_block_delta":
                assert frame["index"] == open_block
            case "content_block_stop":
                assert frame["index"] == open_block
                open_block = None
            case _:
                assert open_block is None
