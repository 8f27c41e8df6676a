"""Tokens, counted by servers that count differently."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.openai_chat.usage import read_usage, write_usage
from planoai.apis.openai_chat.wire import UsageWire
from planoai.conversation.usage import Usage

counts = st.integers(0, 10_000)


def read(**told: Any) -> Usage:
    return read_usage(msgspec.convert(told, UsageWire))


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}, Usage(fresh=10, output=5)),
        ({"prompt_tokens": 10.0, "completion_tokens": None}, Usage(fresh=10)),
        ({}, Usage()),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 8}},
            Usage(fresh=2, cache_read=8, output=5),
        ),
        ({"prompt_tokens": 10, "prompt_cache_hit_tokens": 4}, Usage(fresh=6, cache_read=4)),
        (
            {"prompt_tokens": 1903, "prompt_tokens_details": {"cache_creation_input_tokens": 1889, "cached_tokens": 0}},
            Usage(fresh=14, cache_write=1889),
        ),
        ({"prompt_tokens": 10, "cached_tokens": 4}, Usage(fresh=6, cache_read=4)),
        (
            {"prompt_tokens": 10, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2},
            Usage(fresh=5, cache_read=3, cache_write=2),
        ),
        ({"prompt_tokens": 10, "cache_read_input_tokens": 300}, Usage(fresh=10, cache_read=300)),
        (
            {"prompt_tokens": 30, "completion_tokens": 2, "total_tokens": 132, "cache_read_input_tokens": 100},
            Usage(fresh=30, cache_read=100, output=2),
        ),
        (
            {
                "prompt_tokens": 30,
                "completion_tokens": 2,
                "total_tokens": 132,
                "completion_tokens_details": {"reasoning_tokens": 100},
            },
            Usage(fresh=30, output=102, reasoning=100),
        ),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 1,
                "total_tokens": 121,
                "prompt_tokens_details": {"cached_tokens": 20},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            Usage(fresh=80, cache_read=20, output=21, reasoning=20),
        ),
    ],
    ids=[
        "plain",
        "partly",
        "empty",
        "cached",
        "deepseek",
        "qwen",
        "moonshot",
        "gateway",
        "outside",
        "outside total",
        "xai",
        "xai cached",
    ],
)
def test_what_servers_tell_is_counted_once(told: dict[str, Any], usage: Usage) -> None:
    assert read(**told) == usage


@given(counts, counts, counts, counts, st.data())
def test_what_was_written_is_read_back(fresh: int, reads: int, writes: int, output: int, data: st.DataObject) -> None:
    usage = Usage(fresh, reads, writes, output, reasoning=data.draw(st.integers(0, output)))
    written = write_usage(usage)

    assert written["prompt_tokens"] == fresh + reads + writes
    assert read(**written) == usage
