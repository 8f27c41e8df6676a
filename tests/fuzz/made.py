"""Traffic that nobody ever sent: JSON of the right words in the wrong places, by hypothesis."""

import json
import re
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import Target

_WORD = re.compile(rb'"([A-Za-z_:]{1,40})"')
_MOST_WORDS = 400


def run(target: Target, cases: int, start: int) -> None:
    """Raises what the target raises, with the smallest bytes that make it."""

    @seed(start)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(_traffic(target), st.integers(0, 2**32))
    def one(data: bytes, chance: int) -> None:
        target.run(data, Random(chance))  # noqa: S311 - chance that can be had again

    one()


def _traffic(target: Target) -> st.SearchStrategy[bytes]:
    """Bytes, one JSON value, or events that hold some, in words of the target's own API."""
    words = sorted({word.decode() for data in target.corpus for word in _WORD.findall(data)})[:_MOST_WORDS] or ["type"]
    texts = st.sampled_from(words) | st.text(max_size=8)
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
    values = st.recursive(
        scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(texts, below, max_size=5), max_leaves=12
    )
    objects = st.dictionaries(st.sampled_from(words), values, max_size=6).map(_written)
    events = st.lists(
        st.tuples(st.sampled_from(words), objects).map(
            lambda each: b"event: %b\ndata: %b\n\n" % (_plain(each[0]), each[1])
        )
        | objects.map(lambda each: b"data: %b\n\n" % each),
        max_size=8,
    ).map(b"".join)
    return st.binary(max_size=200) | objects | events


def _plain(word: str) -> bytes:
    return word.encode()


def _written(value: object) -> bytes:
    return json.dumps(value).encode()
