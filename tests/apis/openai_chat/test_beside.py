"""What is told of their use by answers beside model calls."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.openai_chat.beside import read_beside
from planoai.conversation.event import Ended, Started, UsageTold
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable

TOLD = {
    "embeddings": ({"prompt_tokens": 8, "total_tokens": 8}, Usage(fresh=8)),
    "texts": (
        {
            "prompt_tokens": 8,
            "completion_tokens": 3,
            "total_tokens": 11,
            "prompt_tokens_details": {"cached_tokens": 5},
        },
        Usage(fresh=3, cache_read=5, output=3),
    ),
    "images": ({"input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210}, Usage(fresh=50, output=4160)),
    "ranked": ({"total_tokens": 9}, Usage(fresh=9)),
    "as_text": ({"prompt_tokens": "8"}, Usage(fresh=8)),
}


@pytest.mark.parametrize("of", TOLD)
def test_usage_is_counted_in_the_words_of_each(of: str) -> None:
    told, usage = TOLD[of]
    body = json.dumps({"id": "x-1", "model": "m", "data": [{"embedding": [0.1] * 3}], "usage": told}).encode()
    assert read_beside(body) == [Started("x-1", "m"), UsageTold(usage), Ended()]


@pytest.mark.parametrize(
    "body", [b'{"data":[]}', b'{"usage":{}}', b'{"usage":null,"model":7}', b'{"usage":{"total_tokens":[]}}']
)
def test_what_is_not_told_is_not_known(body: bytes) -> None:
    assert read_beside(body) == [Started(), Ended()]


@given(st.binary() | st.text().map(str.encode) | st.just(b'{"usage":{"total_tokens":1e999}}') | st.just(b"[" * 9999))
def test_nothing_makes_it_raise_anything_else(body: bytes) -> None:
    with suppress(UpstreamUnreadable):
        assert read_beside(body)[-1] == Ended()
